#pragma once

#include "proto/event.h"
#include "proto/steps.h"

/*
 * The life of a container, as the monitor sees it:
 *
 *   SET_UP ---> STARTING ---> RUNNING ---> STOPPING ---> ENDED
 *                 |  ^           ^
 *                 v  |           |
 *                 HELD ----------+
 *
 *   SET_UP to STARTING   init has its 'go', and is PID 1; where namespaces are nested, once FRAME_INIT says who that is
 *   STARTING to HELD     FRAME_LISTENER: an agent decides whether the command starts
 *   HELD to STARTING     FRAME_FAILED: the command has not started, and nobody is waited for
 *   to RUNNING           FRAME_STARTED from an init that stays; else execve closes the inner socket after FRAME_EXECING
 *   to STOPPING          a limit is reached: the stop signal was sent, and SIGKILL follows after the grace time
 *   any to ENDED         init is reaped; what it and the command have written may still be on its way
 *
 * What else is known stands beside it, since it may be so in several phases.
 */
enum phase { SET_UP, STARTING, HELD, RUNNING, STOPPING, ENDED };

struct life {
	enum phase phase;
	int inner, pidfd, signals, timer, tick;
	int proc;	     /* the container's procfs, if it is watched */
	pid_t command;	     /* as we see it; 0 where there is none */
	uint64_t started_at; /* 0: the command has not started */
	bool execing;	     /* PID 1 turns into the command next, which closes the inner socket */
	bool ready;	     /* it was told that init is set up */
	bool failed;	     /* init has reported why */
	bool have_child;     /* init has reported how the command ended */
	bool told;	     /* and so have we */
	bool lives_on;	     /* once it runs, without its caller: a command in a container that does */
	bool asked;	     /* a signal was sent on behalf of somebody */
	bool more;	     /* children that have ended may be left to reap */
	struct child_exit child;
	struct ending ending;
	struct timeout_step timeout; /* how to stop it, too */
	const struct watch_step *watch;
};
extern struct life life;

void signal_container(int signo);
/* Tells that the command may run from here on, once. */
void tell_ready(void);
/* Tells how the command ended, once. */
void tell_end(void);
/* One message from init; false when there is none. */
bool hear_init(void);
/* What else there is to wait for. Not before the clone: it is none of init's. */
void prepare_supervision(void);
/* Until init is gone and all it has said and written is on its way. */
void supervise(void);
