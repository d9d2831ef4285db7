/**
 * One nsinit from its start to its end: the program is placed where it can be run, started, given a
 * plan, listened to and reaped, and signals go to the container meanwhile.
 */
package io.nsrun.launch;
