#ifndef NSRUN_SMOKE_CHECK_H
#define NSRUN_SMOKE_CHECK_H

#include <stdbool.h>
#include <stddef.h>

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

/*
 * Runs so many checks, each with its number, side by side: in processes that adopt their own orphans, since a container
 * keeps its caller waiting more than it keeps it busy. What they print comes in their order.
 */
void check_beside(const struct target *t, size_t count, void (*check_one)(const struct target *t, size_t which));

void check_isolation(const struct target *t);
void check_namespaces(const struct target *t);
void check_ends(const struct target *t);
void check_host_pids(const struct target *t);
void check_callers(const struct target *t);
void check_limits(const struct target *t);
void check_relayed(const struct target *t);
void check_refusals(const struct target *t);
void check_launcher(const struct target *t);
void check_spares(const struct target *t);
void check_agents(const struct target *t);
void check_faults(const struct target *t);

#endif
