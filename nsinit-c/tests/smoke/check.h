#ifndef NSRUN_SMOKE_CHECK_H
#define NSRUN_SMOKE_CHECK_H

#include <stdbool.h>

#include "container.h"
#include "driver.h"

struct target {
	const char *nsinit;
	const char *rootfs;
};

/* Prints "ok - sentence" or "not ok - sentence", counts, and gives the verdict back. */
bool check(bool held, const char *sentence);
/* Prints what came instead, for the reader of a "not ok". */
void show_outcome(const struct outcome *o);

/* Runs that container to its end. */
void run_to_end(const struct target *t, const struct container *c, int input, struct outcome *o);
/* Starts it and waits for STARTED; false (and a "not ok") if that does not come. */
bool start_and_wait(const struct target *t, const struct container *c, struct driver *d, struct outcome *o);

void check_isolation(const struct target *t);
void check_namespaces(const struct target *t);
void check_ends(const struct target *t);
void check_host_pids(const struct target *t);
void check_callers(const struct target *t);
void check_limits(const struct target *t);
void check_relayed(const struct target *t);
void check_refusals(const struct target *t);
void check_launcher(const struct target *t);
void check_agents(const struct target *t);
void check_faults(const struct target *t);

#endif
