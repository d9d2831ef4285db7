#ifndef NSRUN_SMOKE_FAULT_H
#define NSRUN_SMOKE_FAULT_H

/*
 * Fails one system call of a set-up - or kills the monitor before it is carried out - and only that: the n-th that the
 * monitor makes from its own execve on, until it has told STARTED and waits for what comes; or the n-th of all others,
 * but for what the command makes from its execve on. The call is not carried out.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>

/* What an architecture that is newer than these calls has in their place. */
#ifndef SYS_poll
#define SYS_poll  SYS_ppoll
#define SYS_vfork SYS_clone
#define SYS_open  SYS_openat
#define SYS_dup2  SYS_dup3
#endif

struct fault {
	bool of_monitor;   /* or of the others: each by themselves, since nobody knows who of them is first */
	long only;	   /* calls of this number alone; -1: all */
	uint32_t at;	   /* counted from 1; 0 fails none */
	int error;	   /* an errno */
	bool kills;	   /* the monitor, in place of failing; no call counts from init's vfork on */
	uint32_t made;	   /* calls that count */
	long number;	   /* which call it was that failed; -1: there was none */
	long arguments[2]; /* its first ones */
	bool supervised;   /* it was of an init that waits for the command already */
	pid_t monitor;	   /* 0 until it is there */
};

/* False where no way is known to fail a call on this architecture. */
bool fault_possible(void);

/*
 * For driver_before_exec: what follows in this process runs with fault as the plan of what is to fail. *fault is in
 * memory shared with the parent (MAP_SHARED) and complete when the monitor has been waited for.
 */
void fault_inject(struct fault *fault);

#endif
