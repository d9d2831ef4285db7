/**
 * What nsinit is told to do, step by step: the records of the control protocol, and the numbers in
 * them. Depends on {@code spec} only.
 */
package io.nsrun.plan.steps;
