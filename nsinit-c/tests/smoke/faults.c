/* Every system call of a set-up fails once: each time that is told, and nothing is left behind. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../src/step.h"
#include "check.h"
#include "fault.h"
#include "observe.h"

#define NSRUN_FAILED 125

static struct fault *fault;

static void inject(void) { fault_inject(fault); }

#define ANY (-1)

/*
 * Calls whose failure changes nothing for the container: what they were to release goes with the process, what they
 * were to make is looked for afterwards, or they are made again. No defence is among them.
 */
static bool may_fail_unnoticed(void)
{
	static const struct {
		long number, argument;
	} harmless[] = {
		{ SYS_close, ANY },
		{ SYS_munmap, ANY },
		{ SYS_mkdirat, ANY },
		{ SYS_poll, ANY },
		{ SYS_recvmsg, ANY },
		{ SYS_fcntl, ANY },
		/* Fails for KILL and STOP at any time. */
		{ SYS_rt_sigaction, ANY },
		{ SYS_rt_sigprocmask, ANY },
		{ SYS_umask, ANY },
		/* Whether it leads a session is looked up then. */
		{ SYS_setsid, ANY },
		{ SYS_prctl, PR_SET_NAME },
		/* A session keyring is a wish of the plan. */
		{ SYS_keyctl, ANY },
		/* libc, before main. */
		{ SYS_set_tid_address, ANY },
	};

	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
		if (harmless[i].number == fault->number &&
		    (harmless[i].argument == ANY || harmless[i].argument == fault->argument))
			return true;
	}
	/* The monitor lets go of the container's streams; nobody inside sees whether it did. What it can't learn of its
	 * own terminal, the plan told. */
	return !fault->of_init &&
	       (fault->number == SYS_dup2 || fault->number == SYS_ioctl || fault->number == SYS_fstat);
}

/* Where the call that fails is the one that tells, only the exit code is left to tell. */
static bool tells(void)
{
	static const long telling[] = { SYS_sendto, SYS_sendmsg, SYS_write, SYS_recvfrom, SYS_read };

	for (size_t i = 0; i < sizeof(telling) / sizeof(telling[0]); i++)
		if (telling[i] == fault->number)
			return true;
	return false;
}

static bool ended_with(const struct outcome *o, int code)
{
	return WIFEXITED(o->monitor_status) && WEXITSTATUS(o->monitor_status) == code;
}

static bool was_told(const struct outcome *o)
{
	if (o->failed)
		return o->step != 0 && o->error != 0 && o->object[0] != 0 && !o->exited;
	/* Before there is a channel, stderr is where it goes. */
	return !o->hello && strncmp(o->errors, "nsinit: ", 8) == 0;
}

static bool as_it_should(const struct outcome *o)
{
	if (o->timed_out || o->monitor_status == -1)
		return false;
	if (o->exited)
		return (fault->number < 0 || may_fail_unnoticed() || tells()) && !o->signalled && o->value == 0 &&
		       ended_with(o, 0);
#ifdef SYS_arch_prctl
	/* libc's own start: there is no program yet that could tell. */
	if (fault->number == SYS_arch_prctl)
		return WIFSIGNALED(o->monitor_status);
#endif
	return ended_with(o, NSRUN_FAILED) && (was_told(o) || tells());
}

static bool nothing_is_left(size_t mounts)
{
	return waitpid(-1, NULL, WNOHANG | __WALL) < 0 && errno == ECHILD && mount_count(0) == mounts;
}

static bool try_one(const struct target *t, const struct container *c, size_t mounts)
{
	struct outcome o;

	fault->made = 0;
	fault->number = -1;
	run_to_end(t, c, -1, &o);
	if (as_it_should(&o) && nothing_is_left(mounts))
		return true;
	printf("# call %u, number %ld, first argument %ld, of %s\n", fault->at, fault->number, fault->argument,
	       fault->of_init ? "init" : "the monitor");
	show_outcome(&o);
	return false;
}

static void sweep(const struct target *t, const struct container *c, const char *sentence)
{
	size_t mounts = mount_count(0);
	uint32_t good = 0, tried = 0;
	char text[160];

	/* The number of calls differs a little from run to run, with what the kernel makes wait for what. */
	for (fault->at = 1; tried == 0 || fault->number >= 0; fault->at++) {
		bool held = try_one(t, c, mounts);

		if (fault->number < 0)
			break;
		tried++;
		good += held;
	}
	(void)snprintf(text, sizeof(text), "%s: %u of %u failed calls are told, and leave nothing", sentence, good,
		       tried);
	check(tried > 100 && good == tried, text);
}

static void add_limits(struct plan *p)
{
	plan_timeout(p, 0, SIGTERM, 1000);
	plan_output(p, 1 << 20);
}

static void add_watch(struct plan *p)
{
	plan_inject(p, 100, 0400, 0, 0, "secret");
	plan_watch(p, 1 << 30, 60000, 100, 1000);
}

static void add_bounds(struct plan *p)
{
	static const char *const paths[] = { "/" };
	static const uint8_t first[1] = { 1 };

	plan_affinity(p, first, sizeof(first));
	plan_nice(p, 1);
	plan_landlock(p, 0x1fff, 1, paths, (const uint64_t[]){ 0x1fff });
}

void check_faults(const struct target *t)
{
	static const char *const argv[] = { "/bin/true", NULL };
	struct container c = container_default(t->rootfs, argv);

	if (!fault_possible())
		return;
	fault = mmap(NULL, sizeof(*fault), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fault == MAP_FAILED) {
		check(false, "shared memory");
		return;
	}
	fault->error = EIO;
	driver_before_exec = inject;
	c.host_steps = add_limits;
	c.early_steps = add_watch;
	c.command_steps = add_bounds;
	sweep(t, &c, "with an init and limits");
	c.host_steps = NULL;
	c.early_steps = NULL;
	c.command_steps = NULL;
	c.init = false;
	c.terminal = true;
	c.overlay = true;
	c.read_only = true;
	sweep(t, &c, "with a terminal, an overlay and no init");
	driver_before_exec = NULL;
	(void)munmap(fault, sizeof(*fault));
}
