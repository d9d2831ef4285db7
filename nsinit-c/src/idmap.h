#pragma once

#include "plan.h"

/* Writes uid_map or gid_map, whichever the name is, of run.init. */
void idmap_write(const char *name, struct list ranges);
