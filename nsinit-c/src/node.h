#ifndef NSRUN_NODE_H
#define NSRUN_NODE_H

#include "plan.h"

/* Entries of the container's own file system: directories, links, devices. */
void node_mkdir(const struct step *step);
void node_symlink(const struct step *step);
void node_mknod(const struct step *step);

#endif
