/**
 * Makes manual pages and completion scripts from the commands' own descriptions, when nsrun is
 * built. Not part of the jar.
 */
package io.nsrun.docs;
