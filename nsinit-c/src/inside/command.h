#pragma once

/* Lays out argv, environment and candidate paths, so that the process that executes needs no memory
 * of its own. */
void command_prepare(void);
void command_release(void);
/* Here and after each change of ids, which ends it; before a filter may refuse it. */
void command_dies_with_parent(void);
/* Set, in memory shared with the parent, right before the first execve. */
extern volatile int command_reached_exec;
