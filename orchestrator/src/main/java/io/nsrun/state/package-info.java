/**
 * Where nsrun keeps files, and how: directories that only their owner can change, writes that a
 * reader sees whole or not at all, names that one container has at a time, records of how
 * containers ended.
 */
package io.nsrun.state;
