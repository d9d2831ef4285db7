/** slf4j's backend of the command line: one line a message, on standard error, quiet by default. */
package io.nsrun.log;
