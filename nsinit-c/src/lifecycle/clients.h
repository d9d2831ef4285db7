#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "lifecycle/attach.h"

/*
 * Whoever wants something of a container that lives on: a Unix socket, control, in its directory, which takes frames as
 * the control channel does, HELLO first, both ways. A connection lasts as long as the monitor, so that its end tells
 * that the container's end can be read. Some attach (lifecycle/attach.h).
 *
 * Served are root and the caller, out of no container: whoever is in another user namespace is sent away, whatever id
 * it has there.
 */

enum { CLIENTS = 64, CLIENT_FDS = CLIENTS + 1 + ATTACH_FDS };

/* What somebody asks for. */
struct request {
	int signo;	   /* 0: nothing */
	bool stop;	   /* SIGKILL follows */
	uint64_t grace_ms; /* after that time */
};

void clients_listen(int directory);
/* From here on; until then they wait. */
void clients_serve(void);
/* In init: none of it is its business. */
void clients_leave(void);
/* A process that we have just forked has all of them now; the next ones are ours again once we serve. */
void clients_hand_over(void);
/* Fills in what to wait for, and deals with what came: one request at a time. */
void clients_want(struct pollfd fds[CLIENT_FDS]);
/* The descriptors of those that are there, one after the other; -1 before the first and after the last. */
int clients_next(int fd);
struct request clients_step(const struct pollfd fds[CLIENT_FDS]);
