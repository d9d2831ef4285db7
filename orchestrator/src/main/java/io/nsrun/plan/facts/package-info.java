/**
 * What a plan depends on besides a {@link io.nsrun.spec.Spec}: facts of the host and the caller,
 * and whatever reads them. Knows nothing of planners.
 */
package io.nsrun.plan.facts;
