#pragma once

#include <stdbool.h>
#include <stdnoreturn.h>

/* How far it is. */
struct relay {
	int service;	/* -1: it has gone */
	unsigned given; /* bit N: descriptor N of 0 to 2 was open */
	bool greeted;	/* it is a service */
	bool printed;	/* the caller has seen something */
	bool asked;	/* the service wants this nsinit, and is told what it says */
	bool acted;	/* a container was started before this one */
	bool cut;	/* this one was not, and has lost the service */
	int done;	/* the code to end with; -1: not yet */
};
extern struct relay relay;

/*
 * Between the service, nsinit and the caller, until all is done; and without the service, should it go away: before
 * anything was done the launcher does it, and a container that runs goes on to its end.
 */
noreturn void relay_run(bool ahead, char **argv);
