/**
 * What nsinit is to do, step by step, and how that follows from a {@link io.nsrun.spec.Spec} and
 * the facts of the host. All policy is here.
 *
 * <p>Depends on {@code spec} only.
 */
package io.nsrun.plan;
