#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "hands.h"
#include "sys.h"

/* The kernel takes a whole map in one write, of less than a page (user_namespaces(7)). */
#define MAP_TEXT_MAX 4095

static void write_file(enum step_id step, pid_t pid, const char *name, const char *text)
{
	char path[64];
	size_t n = strlen(text);
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		fail(step, path, "open");
	if (write(fd, text, n) != (ssize_t)n) {
		char line[96];

		snprintf(line, sizeof(line), "%s", text);
		line[strcspn(line, "\n")] = 0;
		fail(step, path, "write \"%s\"%s", line, strchr(text, '\n') ? " ..." : "");
	}
	close(fd);
}

static void write_map(const struct step *step, pid_t pid)
{
	struct reader entries = step->u.map.entries;
	char text[MAP_TEXT_MAX + 1];
	size_t n = 0;

	for (uint16_t i = 0; i < step->u.map.count; i++) {
		uint32_t inside = get_u32(&entries);
		uint32_t outside = get_u32(&entries);
		uint32_t count = get_u32(&entries);
		int k = snprintf(text + n, sizeof(text) - n, "%s%u %u %u", i ? "\n" : "", inside, outside, count);

		n += (size_t)k;
		if (n >= sizeof(text))
			fail_errno((enum step_id)step->id, E2BIG, "id map", "%u entries do not fit into a page",
				   step->u.map.count);
	}
	write_file((enum step_id)step->id, pid, step->id == STEP_UID_MAP ? "uid_map" : "gid_map", text);
}

static void run_helper(const struct step *step, pid_t pid)
{
	enum step_id id = (enum step_id)step->id;
	const char *helper = step->u.map.helper;
	struct reader entries = step->u.map.entries;
	static char numbers[PLAN_MAX_MAP_ENTRIES * 3 + 1][11];
	char *argv[PLAN_MAX_MAP_ENTRIES * 3 + 3];
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	static char *const env[] = { path, NULL };
	unsigned n = 0;
	int status;
	pid_t child;

	snprintf(numbers[0], sizeof(numbers[0]), "%d", (int)pid);
	for (n = 1; n <= step->u.map.count * 3u; n++)
		snprintf(numbers[n], sizeof(numbers[n]), "%u", get_u32(&entries));
	argv[0] = (char *)(uintptr_t)helper;
	for (unsigned i = 0; i < n; i++)
		argv[i + 1] = numbers[i];
	argv[n + 1] = NULL;

	child = vfork();
	if (child < 0)
		fail(id, helper, "fork");
	if (child == 0) {
		execve(helper, argv, env);
		_exit(errno == ENOENT ? 127 : 126);
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			fail(id, helper, "wait");
	if (WIFEXITED(status) && WEXITSTATUS(status) >= 126)
		fail_errno(id, WEXITSTATUS(status) == 127 ? ENOENT : EACCES, helper, "could not be executed");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_errno(id, EPERM, helper, "refused; what it said stands above");
}

static void write_or_ask(const struct step *step)
{
	if (*step->u.map.helper)
		run_helper(step, run.init);
	else
		write_map(step, run.init);
}

void step_uid_map(const struct step *step) { write_or_ask(step); }

void step_gid_map(const struct step *step)
{
	/* Without privilege a gid_map may be written only once setgroups is off for good
	 * (user_namespaces(7)). */
	if (step->u.map.deny_setgroups)
		write_file(STEP_GID_MAP, run.init, "setgroups", "deny");
	write_or_ask(step);
}

void step_setup_ids(const struct step *step)
{
	if (sys_setresgid(step->u.ids.gid) < 0)
		fail(STEP_SETUP_IDS, "setresgid", "gid=%u", step->u.ids.gid);
	if (sys_setresuid(step->u.ids.uid) < 0)
		fail(STEP_SETUP_IDS, "setresuid", "uid=%u", step->u.ids.uid);
}
