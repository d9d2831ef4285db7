/**
 * How the steps of nsinit follow from a {@link io.nsrun.spec.Spec} and the facts of the host. All
 * policy is here: functions of their arguments, which look at nothing else.
 */
package io.nsrun.plan;
