#pragma once

#include <sys/types.h>

#include "plan.h"

/*
 * Enters the namespaces to join and clones into the new ones. Returns 0 in the new process, which
 * is init; in the monitor its pid, with *pidfd set. The monitor itself stays where it was.
 */
pid_t namespaces_clone(const struct namespaces_step *step, int *pidfd);
/* In init: the hard limit of processes too, which the caller may not have the right to lift again of its own. */
void namespaces_bound(const struct namespaces_step *step);
