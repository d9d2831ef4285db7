/**
 * What a container is to be: immutable values, independent of the host and of where they came from.
 *
 * <p>This package depends on no other package of nsrun.
 */
package io.nsrun.spec;
