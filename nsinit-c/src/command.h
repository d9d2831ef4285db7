#ifndef NSRUN_COMMAND_H
#define NSRUN_COMMAND_H

#include "plan.h"

/* Lays out argv, environment and candidate paths, so that the process that executes needs no memory
 * of its own. */
void command_prepare(const struct plan *plan);
void command_release(void);
/* Set, in memory shared with the parent, right before the first execve. */
extern volatile int command_reached_exec;
/* Carries out the COMMAND steps and executes the command. Does not return. */
_Noreturn void command_run(const struct plan *plan, uint16_t first);

#endif
