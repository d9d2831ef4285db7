/*
 * What keeps a sleeping container alive, in private memory: memory NSINIT ROOTFS SLEEPER [BWRAP...]
 *
 * Private_Clean and Private_Dirty of /proc/PID/smaps_rollup, of every process but the sleep itself: nsinit's monitor
 * and init; the processes of the command line BWRAP, which must end in `/bin/sleep 1000`; and of SLEEPER, a program
 * that does nothing, as the least that a process can have. Writes "sample memory NAME KIB" lines.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../nsinit-c/tests/smoke/container.h"
#include "../../nsinit-c/tests/smoke/driver.h"
#include "../../nsinit-c/tests/smoke/observe.h"

#define TRIES 100

static _Noreturn void give_up(const char *what)
{
	fprintf(stderr, "memory: %s\n", what);
	exit(1);
}

/* -1 if the process may not be looked into. */
static long private_kib(pid_t pid)
{
	const char *text = proc_file(pid, "smaps_rollup");
	const char *clean = strstr(text, "Private_Clean:");
	const char *dirty = strstr(text, "Private_Dirty:");

	if (!clean || !dirty)
		return -1;
	return strtol(clean + 14, NULL, 10) + strtol(dirty + 14, NULL, 10);
}

static void report(const char *name, long kib)
{
	if (kib < 0)
		printf("missing\tmemory\t%s\tthis user may not look into it, or it did not come to sleep\n", name);
	else
		printf("sample\tmemory\t%s\t%ld\n", name, kib);
}

/* The sum over pid and its descendants, sleep excepted; sets *asleep once there is such a one. */
static long family_kib(pid_t pid, int *asleep)
{
	char path[64], children[256];
	long kib = 0;
	char *rest;

	if (strcmp(status_of(pid, "Name"), "sleep") == 0) {
		*asleep = 1;
		return 0;
	}
	(void)snprintf(path, sizeof(path), "task/%d/children", pid);
	(void)snprintf(children, sizeof(children), "%s", proc_file(pid, path));
	kib = private_kib(pid);
	rest = children;
	for (long child = strtol(rest, &rest, 10); child > 0; child = strtol(rest, &rest, 10)) {
		long more = family_kib((pid_t)child, asleep);

		kib = kib < 0 || more < 0 ? -1 : kib + more;
	}
	return kib;
}

/* What the family has once two looks at it, 20 ms apart, agree: pages of a fork that has just become sleep are private
 * late. */
static long settled_kib(pid_t pid, int *asleep)
{
	const struct timespec nap = { .tv_nsec = 20000000 };
	long before = -2, kib = family_kib(pid, asleep);

	for (int i = 0; i < TRIES && (kib != before || !*asleep) && kill(pid, 0) == 0; i++) {
		nanosleep(&nap, NULL);
		before = kib;
		kib = family_kib(pid, asleep);
	}
	return kib;
}

static void measure_nsinit(const char *nsinit, const char *rootfs)
{
	static const char *const sleeper[] = { "/bin/sleep", "1000", NULL };
	static struct outcome o;
	struct container c = container_default(rootfs, sleeper);
	struct driver d;
	struct bytes plan;
	int asleep = 0;
	long kib;

	container_plan(&c, &plan);
	if (!driver_start_plan(&d, nsinit, -1, &plan) || !driver_await(&d, &o, FRAME_STARTED))
		give_up("nsinit did not start its container");
	kib = settled_kib(d.monitor, &asleep);
	driver_signal(&d, SIGKILL);
	driver_finish(&d, &o);
	report("nsinit (monitor and init)", kib);
}

static void measure_command(const char *name, char **argv, int asleep)
{
	pid_t pid = fork();
	long kib;

	if (pid == 0) {
		execvp(argv[0], argv);
		_exit(127);
	}
	kib = settled_kib(pid, &asleep);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	report(name, asleep ? kib : -1);
}

int main(int argc, char **argv)
{
	char *sleeper[] = { argc > 3 ? argv[3] : NULL, NULL };

	if (argc < 4) {
		fputs("usage: memory NSINIT ROOTFS SLEEPER [BWRAP...]\n", stderr);
		return 2;
	}
	measure_nsinit(argv[1], argv[2]);
	if (argc > 4)
		measure_command("bwrap (both its processes)", argv + 4, 0);
	measure_command("a static program that sleeps", sleeper, 1);
	return 0;
}
