#pragma once

#include <stdbool.h>

#include "proto/event.h"
#include "proto/plan.h"

/*
 * A container that lives on when whoever started it has ended. Its directory is private to the caller.
 *
 * In its file "life" are frames of the monitor, as the control channel has them: HELLO, CLOCK, READY, NAMESPACES and
 * STARTED; then CLOCK and how it ended, EXITED or FAILED; of one that starts again by itself also RESTART. Of a
 * container that starts again the file tells of the time before until its command runs; then another one has its name,
 * which is "life.next" until then. "log" has what it wrote (lifecycle/log.h), and "control" is a socket
 * (lifecycle/clients.h).
 */

/*
 * The namespaces of init, before anything runs there that could keep the monitor from them: it holds them open, and
 * tells the numbers, by which whoever may trace it enters the container. open_namespace as open(2).
 */
void detach_namespaces(pid_t init, int (*open_namespace)(const char *path, int flags));
/* The same without a directory, for one more command in such a container: nobody is told anything, but it leaves the
 * caller's session, and in the end the caller. */
void detach_session(void);
void detach_alone(void);
/* In init: nothing of the directory is its business. */
void detach_leave(void);
/* The command runs: from here on the monitor's events are for that file, and the end of the orchestrator is none. */
void detach_started(pid_t init, pid_t command);
/* Whether it has come to that. */
bool detached(void);
/* In the keeper of one that starts again, which has forked the monitor: nothing of this start is its business. */
void detach_keep(void);
/* In a later monitor of such a one: what step_detach does for each start. Until the command runs, events are for the
 * file of the time before. */
void detach_again(const struct detach_step *step, uint32_t restarts);
/* In the keeper, once the monitor has ended: events are for the file. */
void detach_reopen(void);
/* How often it was started again; with the start that is due, if there is one. */
void detach_tell_restart(uint32_t count, bool due);
/* It has ended, which the file and all clients hear. */
void detach_tell_end(const struct child_exit *child, const struct ending *ending);
/* The last that the monitor does. */
void detach_end(void);
