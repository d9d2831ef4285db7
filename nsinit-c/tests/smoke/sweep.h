#ifndef NSRUN_SMOKE_SWEEP_H
#define NSRUN_SMOKE_SWEEP_H

/* Runs a container once for each system call of its set-up, which fails then. */
#include "check.h"

/*
 * Ends with its command, which is the caller's choice no more: it tells all that it sees of what the plan is about. The
 * verdict is one check. held_nothing, which may be NULL, says whether what else a container might hold is free again.
 */
void sweep(const struct target *t, struct container c, bool (*held_nothing)(const struct outcome *o),
	   const char *sentence);

/* Runs it once, and fails the monitor's first call of that number. */
void fail_once(const struct target *t, const struct container *c, long number, struct outcome *o);

/*
 * Runs it with as many descriptors as nsinit needs, and with any number less. With a cause other than 0, that of
 * EXITED, it only ends by that.
 */
void sweep_descriptors(const struct target *t, struct container c, uint8_t cause, const char *sentence);

/* Before all sweeps, whichever process they run in. */
void begin_sweeps(void);
/* After them: every step stood in a plan of theirs. */
void check_swept(void);

/*
 * The monitor is killed before each call that init makes until it has a child, or, where it is to become the command,
 * until it has: that is never seen to run.
 */
void sweep_deaths(const struct target *t, struct container c, const char *sentence);

#endif
