/**
 * Plans for people and for scripts: as prose with the reason of each step, and as data. Knows a
 * plan's steps, not whoever made it.
 */
package io.nsrun.plan.explain;
