#include "outside/namespaces.h"
#include "proto/steps.h"

static int open_of_init(char path[64], const char *name)
{
	snprintf(path, 64, "/proc/%d/%s", (int)run.init, name);
	return namespaces_open(path, O_WRONLY);
}

static void run_helper(const char *helper, struct list ranges)
{
	static char numbers[PLAN_MAX_MAP_ENTRIES * 3 + 1][11];
	char *argv[PLAN_MAX_MAP_ENTRIES * 3 + 3];
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	static char *const env[] = { path, NULL };
	unsigned last = ranges.count * 3 + 1;
	volatile int error = 0; /* the child's memory is ours */
	int status;

	argv[0] = (char *)(uintptr_t)helper;
	for (unsigned i = 0; i < last; i++) {
		uint32_t number = i == 0 ? (uint32_t)run.init : get_u32(&ranges.entries);

		snprintf(numbers[i], sizeof(numbers[i]), "%u", number);
		argv[i + 1] = numbers[i];
	}
	argv[last + 1] = NULL;

	pid_t child = vfork();
	if (child == 0) {
		execve(helper, argv, env);
		error = errno;
		_exit(126);
	}
	must(child, helper, "fork");
	/* All signals are blocked: nothing interrupts this. */
	must(waitpid(child, &status, 0), helper, "wait");
	if (error != 0)
		fail_errno(error, helper, "could not be executed");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_errno(EPERM, helper, "refused; what it said stands above");
}

static void map_ids(const char *name, const char *helper, struct list ranges)
{
	char path[64];

	if (*helper)
		return run_helper(helper, ranges);
	scoped_fd fd = open_of_init(path, name);
	id_map_write(fd, path, ranges);
}

void step_uid_map(const struct uid_map_step *step) { map_ids("uid_map", step->helper, step->ranges); }

void step_gid_map(const struct gid_map_step *step)
{
	char path[64];

	/* Without privilege a gid_map may be written only once setgroups is off for good
	 * (user_namespaces(7)). */
	if (step->deny_setgroups) {
		scoped_fd fd = open_of_init(path, "setgroups");

		must(write(fd, "deny", 4), path, "write \"deny\"");
	}
	map_ids("gid_map", step->helper, step->ranges);
}
