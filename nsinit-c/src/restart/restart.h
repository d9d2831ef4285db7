#pragma once

#include <stdbool.h>

#include "lifecycle/clients.h"

/*
 * A container that starts again when it has ended by itself. The step forks: its child is the monitor, and goes on with
 * the plan; the keeper, which called it, stays as it was then, and forks another monitor for each start.
 *
 *   keeper ---> monitor ---> init      first start: the monitor has the control channel, and the keeper leaves the
 * caller |  \-end--> RESTART in "life", and a while in which the keeper has the clients
 *     +-------> monitor ---> init      again, with the same locks, directory and socket
 *
 * It ends for good with an end that is not to be followed by another start, with a stop, a SIGKILL or the stop signal
 * that somebody asks for, and with a start that fails. The container dies with its keeper: the monitor sees the end of
 * a pipe.
 */

/* Ends when there is no keeper any more; -1 if there never was one. */
int restart_keeper(void);
/* In init: nothing of it is its business. */
void restart_leave(void);
/* The command runs. */
void restart_started(void);
/* It has ended, with this wait status. */
void restart_ended(int status);
/* What somebody asks for may be the end for good. */
void restart_heed(struct request wanted);
