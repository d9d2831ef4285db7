#include "outside/namespaces.h"
#include "proto/steps.h"

static int open_of_init(char path[64], const char *name)
{
	snprintf(path, 64, "/proc/%d/%s", (int)run.init, name);
	return namespaces_open(path, O_WRONLY);
}

static void map_ids(const char *name, struct list ranges)
{
	char path[64];
	scoped_fd fd = open_of_init(path, name);

	id_map_write(fd, path, ranges);
}

void step_uid_map(const struct uid_map_step *step) { map_ids("uid_map", step->ranges); }

void step_gid_map(const struct gid_map_step *step)
{
	char path[64];

	/* Without privilege a gid_map may be written only once setgroups is off for good
	 * (user_namespaces(7)). */
	if (step->deny_setgroups) {
		scoped_fd fd = open_of_init(path, "setgroups");

		must(write(fd, "deny", 4), path, "write \"deny\"");
	}
	map_ids("gid_map", step->ranges);
}
