#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <termios.h>

/*
 * nsinit as a child of the front: the same program, from a sealed memfd, with the caller's streams, and with two pipes
 * over which the service tells it what to do. What passes is looked at as far as the front must know what becomes of
 * the container, should the service go away.
 */
struct guest {
	pid_t pid;	/* 0: there is none, or it was left */
	int pidfd;	/* readable once it has ended; -1 without one */
	int to, from;	/* its control channel; -1: closed */
	bool handed;	/* the plan is on its way to it */
	bool for_it;	/* and signals are for the container from then on */
	bool started;	/* the command runs, or we are attached to it */
	bool left;	/* it lives on without us */
	uint16_t end;	/* FRAME_EXITED, FRAME_FAILED or FRAME_DETACHED; 0: none was told */
	int code;	/* of those: what this program ends with */
	bool lost;	/* it was ended since its control channel had gone */
	bool has_saved; /* what its terminal was set to */
	struct termios saved;
	char why[512];	 /* of FAILED; or why it could not be started, or how it died */
	uint32_t status; /* of wait(2), once it is reaped */
};
extern struct guest guest;

/* Starts one, in place of the one that has ended or was left. False: guest.why says why there is none. */
bool guest_start(void);

/* Nothing is told it any more. */
void guest_close(void);
/* It lives on. */
void guest_leave(void);
/* Waits for its end, which is certain or there already, and puts the terminal right if it did not. */
void guest_reap(void);
/* Has it end at once. */
void guest_kill(void);
/* It is on its way out, or out, and does not live on. */
bool guest_dying(void);
