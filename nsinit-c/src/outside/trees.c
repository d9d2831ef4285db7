/* What is mounted as the caller sees it, and with the ids of the container. */

#include "base/detached.h"
#include "outside/namespaces.h"
#include "proto/steps.h"

void step_host_tree(const struct host_tree_step *step) { detached_tree(&step->source); }

void step_idmap_mount(const struct idmap_mount_step *step)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)run.init);
	scoped_fd user = namespaces_open(path, O_RDONLY);
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)user };

	must(sys_mount_setattr(detached_get(step->detached), "", AT_EMPTY_PATH | AT_RECURSIVE, &attr), "mount_setattr",
	     "detached mount %u", step->detached);
}
