#ifndef NSRUN_IDMAP_H
#define NSRUN_IDMAP_H

#include <sys/types.h>

#include "plan.h"

/* Writes, or has newuidmap(1)/newgidmap(1) write, an id map of the process pid. Blocks until it is
 * written. */
void idmap_write(const struct step *step, pid_t pid);
/* Becomes uid and gid in every sense, with all capabilities kept. */
void idmap_become(uint32_t uid, uint32_t gid);

#endif
