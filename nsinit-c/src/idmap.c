#include "idmap.h"

#include "credentials.h"
#include "hands.h"
#include "namespaces.h"

/* The kernel takes a whole map in one write, of less than a page (user_namespaces(7)). */
#define MAP_TEXT_MAX 4095

static void write_file(const char *name, const char *text)
{
	char path[64];
	size_t n = strlen(text);

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)run.init, name);
	scoped_fd fd = namespaces_open(path, O_WRONLY);
	if (write(fd, text, n) != (ssize_t)n)
		fail(path, "write \"%.*s\"%s", (int)strcspn(text, "\n"), text, strchr(text, '\n') ? " ..." : "");
}

void idmap_write(const char *name, struct list ranges)
{
	char text[MAP_TEXT_MAX + 1];
	size_t n = 0;

	for (uint32_t i = 0; i < ranges.count; i++) {
		uint32_t inside = get_u32(&ranges.entries);
		uint32_t outside = get_u32(&ranges.entries);
		uint32_t count = get_u32(&ranges.entries);
		int k = snprintf(text + n, sizeof(text) - n, "%s%u %u %u", i ? "\n" : "", inside, outside, count);

		n += (size_t)k;
		if (n >= sizeof(text))
			fail_errno(E2BIG, "id map", "%u entries do not fit into a page", ranges.count);
	}
	write_file(name, text);
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
	if (*helper)
		run_helper(helper, ranges);
	else
		idmap_write(name, ranges);
}

void step_uid_map(const struct uid_map_step *step) { map_ids("uid_map", step->helper, step->ranges); }

void step_gid_map(const struct gid_map_step *step)
{
	/* Without privilege a gid_map may be written only once setgroups is off for good
	 * (user_namespaces(7)). */
	if (step->deny_setgroups)
		write_file("setgroups", "deny");
	map_ids("gid_map", step->helper, step->ranges);
}

void step_setup_ids(const struct setup_ids_step *step) { credentials_change(step->uid, step->gid); }
