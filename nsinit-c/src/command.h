#pragma once

/* Lays out argv, environment and candidate paths, so that the process that executes needs no memory
 * of its own. */
void command_prepare(void);
void command_release(void);
/* Set, in memory shared with the parent, right before the first execve. */
extern volatile int command_reached_exec;
