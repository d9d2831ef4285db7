/**
 * What a Java program sees of nsrun: the only package that the module {@code io.nsrun} exports. No
 * type of another package stands in a signature here.
 */
package io.nsrun.api;
