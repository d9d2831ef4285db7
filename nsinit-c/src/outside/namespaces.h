#pragma once

#include <sys/types.h>

#include "proto/plan.h"

/*
 * Enters the namespaces to join and clones into the new ones. Returns 0 in the new process, which
 * is init; in the monitor its pid, with *pidfd set. The monitor itself stays where it was.
 */
pid_t namespaces_clone(const struct namespaces_step *step, int *pidfd);
/*
 * Until the next call with false we have the user id that the new user namespace belongs to, whose is all power there:
 * root that lacks CAP_SYS_PTRACE or CAP_KILL could not look into it, or signal it, otherwise.
 */
long namespaces_as_owner(bool on);
/* Opens a file of /proc/PID of init as its owner; the other one returns what open(2) does. */
int namespaces_open(const char *path, int flags);
int namespaces_try(const char *path, int flags);
/* In init: the hard limit of processes too, which the caller may not have the right to lift again of its own. */
void namespaces_bound(const struct namespaces_step *step);
