/*
 * nsinit against a real kernel: smoke NSINIT ROOTFS [quick]
 *
 * ROOTFS is a directory with a busybox. Every container is looked at from outside. Ends with "N
 * passed, M failed"; the exit code is 0 only if M is 0. quick leaves out the thousand containers whose set-up fails,
 * for a machine that is emulated.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "observe.h"

/* Of those, too, that run in processes of their own. */
static struct {
	_Atomic unsigned passed, failed;
} * counts;

bool check(bool held, const char *sentence)
{
	if (held)
		counts->passed++;
	else
		counts->failed++;
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

#define MOST_BESIDE 16

static pid_t start_beside(const struct target *t, size_t which, int output,
			  void (*check_one)(const struct target *t, size_t which))
{
	pid_t pid;

	(void)fflush(stdout);
	pid = fork();
	if (pid != 0)
		return pid;
	/* Who ends us ends them. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	adopt_orphans();
	(void)dup2(output, STDOUT_FILENO);
	close(output);
	check_one(t, which);
	(void)fflush(stdout);
	_exit(0);
}

static void tell(int output)
{
	char bytes[4096];
	ssize_t n;

	(void)lseek(output, 0, SEEK_SET);
	while ((n = read(output, bytes, sizeof(bytes))) > 0)
		(void)fwrite(bytes, 1, (size_t)n, stdout);
	close(output);
}

void check_beside(const struct target *t, size_t count, void (*check_one)(const struct target *t, size_t which))
{
	const size_t most = 2 * (size_t)sysconf(_SC_NPROCESSORS_ONLN);
	int outputs[MOST_BESIDE];
	pid_t pids[MOST_BESIDE];
	size_t started = 0, ended = 0, told = 0;

	if (count > MOST_BESIDE)
		abort();
	while (ended < count) {
		int status;

		if (started < count && started - ended < most) {
			outputs[started] = memory_file("", 0);
			pids[started] = start_beside(t, started, outputs[started], check_one);
			started++;
			continue;
		}
		pid_t pid = waitpid(-1, &status, 0);
		size_t which = 0;
		while (which < started && pids[which] != pid)
			which++;
		if (which == started || status != 0)
			check(false, "checks that run beside others come to their end, and leave no process");
		if (which == started)
			continue;
		pids[which] = 0;
		ended++;
		for (; told < started && pids[told] == 0; told++)
			tell(outputs[told]);
	}
}

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
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counts == MAP_FAILED)
		abort();
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
	check_spares(&target);
	check_agents(&target);
	if (!quick)
		check_faults(&target);
	(void)gethostname(after, sizeof(after));
	check(strcmp(before, after) == 0, "the host name outside is what it was");
	check_leftovers(mounts_before);
	printf("%u passed, %u failed\n", counts->passed, counts->failed);
	return counts->failed > 0;
}
