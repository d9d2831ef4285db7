#ifndef NSRUN_CREDENTIALS_H
#define NSRUN_CREDENTIALS_H

#include "plan.h"

/* The order of these calls is the plan's: bounding set, user, capabilities, no_new_privs, seccomp
 * last. */
void credentials_bounding_set(uint64_t mask);
void credentials_user(const struct step *step, bool own_terminal);
void credentials_capabilities(const struct step *step);
void credentials_no_new_privs(void);
void credentials_seccomp(const struct step *step);
/* PID 1 needs no more than to signal its children; what it does not have can't be taken from it. */
void credentials_of_init(void);

#endif
