#ifndef NSRUN_SMOKE_FAULT_H
#define NSRUN_SMOKE_FAULT_H

/*
 * Fails one system call of a set-up, and only that: the n-th that nsinit makes from its own execve to the command's,
 * in whatever process of the container. The call is not carried out.
 */
#include <stdbool.h>
#include <stdint.h>

struct fault {
	uint32_t at;   /* counted from 1; 0 fails none */
	int error;     /* an errno */
	uint32_t made; /* calls until the command's execve, or the end */
	long number;   /* which call it was that failed; -1: there was none */
	long argument; /* its first */
	bool of_init;  /* another process than the monitor made it */
};

/* False where no way is known to fail a call on this architecture. */
bool fault_possible(void);

/*
 * For driver_before_exec: what follows in this process runs with fault as the plan of what is to fail. *fault is in
 * memory shared with the parent (MAP_SHARED) and complete when the monitor has been waited for.
 */
void fault_inject(struct fault *fault);

#endif
