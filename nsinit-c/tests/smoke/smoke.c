/*
 * nsinit against a real kernel: smoke NSINIT ROOTFS [quick]
 *
 * ROOTFS is a directory with a busybox. Every container is looked at from outside. Ends with "N
 * passed, M failed"; the exit code is 0 only if M is 0. quick leaves out the thousand containers whose set-up fails,
 * for a machine that is emulated.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "observe.h"

static unsigned passed, failed;

bool check(bool held, const char *sentence)
{
	if (held)
		passed++;
	else
		failed++;
	printf("%s - %s\n", held ? "ok" : "not ok", sentence);
	return held;
}

void show_outcome(const struct outcome *o)
{
	if (o->failed)
		printf("# failed: step %u at %u, %s, object '%s', detail '%s'\n", o->step, o->index,
		       strerror((int)o->error), o->object, o->detail);
	if (o->exited)
		printf("# exited: %s %u, cause %u\n", o->signalled ? "signal" : "code", o->value, o->cause);
	if (o->timed_out)
		printf("# nothing came for %d ms\n", DEADLINE_MS);
	if (o->monitor_status != 0)
		printf("# the monitor's wait status is 0x%x\n", (unsigned)o->monitor_status);
	if (o->output[0])
		printf("# stdout: %.400s\n", o->output);
	if (o->errors[0])
		printf("# stderr: %.400s\n", o->errors);
}

void run_to_end(const struct target *t, const struct container *c, int input, struct outcome *o)
{
	struct bytes plan;
	struct driver d;

	*o = (struct outcome){ 0 };
	container_plan(c, &plan);
	(void)driver_start_plan(&d, t->nsinit, input, &plan);
	driver_finish(&d, o);
}

bool start_and_wait(const struct target *t, const struct container *c, struct driver *d, struct outcome *o)
{
	struct bytes plan;
	bool started;

	*o = (struct outcome){ 0 };
	container_plan(c, &plan);
	started = driver_start_plan(d, t->nsinit, -1, &plan) && driver_await(d, o, FRAME_STARTED);
	if (!started) {
		check(false, "a container starts");
		driver_finish(d, o);
		show_outcome(o);
	}
	return started;
}

/* Whatever outlives its parent comes to this process, so that a leftover can't hide. */
static void adopt_orphans(void) { (void)prctl(PR_SET_CHILD_SUBREAPER, 1); }

static void check_leftovers(size_t mounts_before)
{
	pid_t left = waitpid(-1, NULL, WNOHANG);

	check(left < 0 && errno == ECHILD, "no process is left");
	check(mount_count(0) == mounts_before, "no mount is left");
}

int main(int argc, char **argv)
{
	struct target target = { argc > 1 ? argv[1] : NULL, argc > 2 ? argv[2] : NULL };
	char before[65] = "", after[65] = "";
	size_t mounts_before = mount_count(0);
	bool quick = argc == 4 && strcmp(argv[3], "quick") == 0;

	if (argc != 3 && !quick) {
		fputs("usage: smoke NSINIT ROOTFS [quick]\n", stderr);
		return 2;
	}
	adopt_orphans();
	(void)gethostname(before, sizeof(before));
	check_isolation(&target);
	check_namespaces(&target);
	check_ends(&target);
	check_host_pids(&target);
	check_callers(&target);
	check_limits(&target);
	check_relayed(&target);
	check_refusals(&target);
	check_launcher(&target);
	check_agents(&target);
	if (!quick)
		check_faults(&target);
	(void)gethostname(after, sizeof(after));
	check(strcmp(before, after) == 0, "the host name outside is what it was");
	check_leftovers(mounts_before);
	printf("%u passed, %u failed\n", passed, failed);
	return failed > 0;
}
