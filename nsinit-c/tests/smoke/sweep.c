#include "sweep.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../src/proto/step.h"
#include "fault.h"
#include "observe.h"

#define NSRUN_FAILED 125
#define COMMAND_CODE 7
#define GONE_MS	     5000

/* What a call that fails unnoticed must not change. */
static const char *const command[] = {
	"/bin/sh", "-c",
	"grep -E '^(Uid|Gid|Groups|SigBlk|Cap...|NoNewPrivs|Seccomp|Cpus_allowed):' /proc/self/status; "
	"while read -r _ _ _ _ point options _; do echo $point $options; done </proc/self/mountinfo; "
	"cat /proc/self/uid_map /proc/self/gid_map /proc/sys/kernel/hostname /proc/sys/kernel/domainname; "
	"ulimit -n; cut -d' ' -f19 /proc/self/stat; ifconfig lo; "
	"n=0; for fd in /proc/self/fd/*; do [ -e $fd ] && n=$((n + 1)); done; echo $n descriptors; "
	"exit 7",
	NULL
};

static struct fault *fault;
static struct outcome usual; /* where nothing fails */

static void inject(void) { fault_inject(fault); }

static bool is_call(long number, const long *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == number)
			return true;
	return false;
}

#define IS_CALL(number, ...) \
	is_call(number, (const long[]){ __VA_ARGS__ }, sizeof((const long[]){ __VA_ARGS__ }) / sizeof(long))

/*
 * Calls whose failure changes nothing for the container: what they were to release goes with the process, what they
 * were to make is looked for afterwards, or they are made again. No defence is among them.
 */
static bool may_fail_unnoticed(void)
{
	long number = fault->number;

	if (IS_CALL(number, SYS_close, SYS_munmap, SYS_mkdirat, SYS_recvmsg,
		    /* Fails for KILL and STOP at any time. */
		    SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_umask,
		    /* Whether it leads a session is looked up then. */
		    SYS_setsid,
		    /* libc, before main. */
		    SYS_set_tid_address))
		return true;
	/* Of what is opened so already, and of what is copied once more if it does not say that it is sealed. */
	if (number == SYS_fcntl)
		return fault->arguments[1] == F_SETFD || fault->arguments[1] == F_GET_SEALS;
	/* For whoever it may be that ended, while he is there to wait for. */
	if (fault->of_monitor && number == SYS_wait4)
		return fault->arguments[0] == -1;
	/* Who is still there at init's end ends with it or by the monitor; only what the command used is not known. */
	if (fault->supervised && IS_CALL(number, SYS_poll, SYS_read, SYS_kill, SYS_openat, SYS_getrusage))
		return true;
	if (fault->supervised && number == SYS_wait4)
		return fault->arguments[1] == 0;
	if (number == SYS_prctl)
		return fault->arguments[0] == PR_SET_NAME;
	/* What can't be opened again, a process in between waits for. */
	if (number == SYS_open && fault->of_monitor && fault->arguments[1] & O_NONBLOCK)
		return true;
	/* The monitor lets go of the container's streams; nobody inside sees whether it did. What it can't learn of its
	 * own terminal, the plan told. */
	return fault->of_monitor && IS_CALL(number, SYS_dup2, SYS_ioctl, SYS_fstat);
}

/* What the command has said by now goes its way; if that can't, the command learns of it as in any pipeline. */
static bool passes_on(void)
{
	return fault->of_monitor && IS_CALL(fault->number, SYS_read, SYS_write) && fault->arguments[0] != DRIVER_EVENTS;
}

/* These can't fail outside of this test (getpid(2)), and no line of nsinit asks whether they did. */
static bool answers_wrongly(void) { return IS_CALL(fault->number, SYS_getpid, SYS_getppid, SYS_geteuid, SYS_gettid); }

/* Where the call that fails is the one that tells, only the exit code is left to tell. */
static bool tells(void)
{
	return fault->number == SYS_sendto || (fault->number == SYS_write && fault->arguments[0] == DRIVER_EVENTS);
}

static bool ended_with(const struct outcome *o, int code)
{
	return WIFEXITED(o->monitor_status) && WEXITSTATUS(o->monitor_status) == code;
}

static bool ran_as_usual(const struct outcome *o)
{
	return o->exited && !o->failed && !o->signalled && o->value == COMMAND_CODE && ended_with(o, 0) &&
	       strcmp(o->output, usual.output) == 0;
}

static bool was_told(const struct outcome *o)
{
	if (o->failed)
		return o->failures == 1 && o->step != 0 && o->object[0] != 0 && !o->exited &&
		       ((int)o->error == fault->error || tells() || answers_wrongly());
	/* Before there is a channel, stderr is where it goes. */
	return tells() || (!o->hello && strncmp(o->errors, "nsinit: ", 8) == 0);
}

/* A terminal that can't be written to hangs up: SIGHUP, which the command's process may get before it executes. */
static bool hung_up_on(const struct outcome *o)
{
	return o->failed && o->failures == 1 && o->error == ECHILD && strcmp(o->object, "command") == 0 &&
	       ended_with(o, NSRUN_FAILED);
}

static bool as_it_should(const struct outcome *o)
{
	if (o->timed_out || o->monitor_status == -1)
		return false;
	if (fault->number < 0)
		return ran_as_usual(o);
	/* Before the command runs, the monitor reads and writes what it is told as any other. */
	if (passes_on() && o->exited)
		return !o->failed;
	if (passes_on() && hung_up_on(o))
		return true;
	if (o->exited)
		return ran_as_usual(o) && (may_fail_unnoticed() || tells() || answers_wrongly());
#ifdef SYS_arch_prctl
	/* libc's own start: there is no program yet that could tell. */
	if (fault->number == SYS_arch_prctl)
		return WIFSIGNALED(o->monitor_status);
#endif
	return ended_with(o, NSRUN_FAILED) && was_told(o);
}

/* ---- what stood in a plan ---- */

static bool *swept;

void begin_sweeps(void)
{
	swept = mmap(NULL, UINT8_MAX + 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (swept == MAP_FAILED)
		abort();
}

static void note_steps(const struct container *c)
{
	struct bytes plan;

	container_plan(c, &plan);
	/* u16 id, u32 length, payload */
	for (const uint8_t *at = plan.at + PLAN_HEADER; at < plan.at + plan.length;
	     at += 6 + (at[2] | at[3] << 8 | at[4] << 16))
		swept[at[0]] = true;
}

void check_swept(void)
{
	unsigned missing = 0;

	/* For a caller who has more ids than its own. */
	swept[STEP_HOST_TREE] |= geteuid() != 0;
	swept[STEP_IDMAP_MOUNT] |= !container_any_ids();
	/* They set nothing up: each of their calls is about one file of a tree (unpack_test.c, pack_test.c). */
	swept[STEP_UNPACK] = swept[STEP_REMOVE] = swept[STEP_PACK] = true;
	/* Whoever lives on tells its end to a file; no sweep sees it there. */
	swept[STEP_DETACH] = swept[STEP_RESTART] = true;
#define COUNT_MISSING(id, constant, name, ...) \
	if (!swept[id]) { \
		missing++; \
		printf("# missing: " #name "\n"); \
	}
	NSRUN_STEPS(COUNT_MISSING)
	check(missing == 0, "no step is left out where each call of a set-up fails");
}

/* ---- one run a call ---- */

struct surroundings {
	size_t mounts;
	int descriptors;
	char children[64];
};

static void look_around(struct surroundings *s)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "task/%d/children", getpid());
	(void)snprintf(s->children, sizeof(s->children), "%s", proc_file(0, name));
	s->mounts = mount_count(0);
	s->descriptors = extra_descriptors(0);
}

/* Orphans become our children, and are killed by then; they must be gone soon. */
static void wait_for_orphans(const struct surroundings *before)
{
	struct surroundings now;
	char *rest;

	look_around(&now);
	for (char *at = strtok_r(now.children, " ", &rest); at != NULL; at = strtok_r(NULL, " ", &rest)) {
		pid_t pid = (pid_t)strtol(at, NULL, 10);
		struct pollfd end = { (int)syscall(SYS_pidfd_open, pid, 0), POLLIN, 0 };

		if (end.fd >= 0 && strstr(before->children, at) == NULL)
			poll(&end, 1, GONE_MS);
		close(end.fd);
		if (strstr(before->children, at) != NULL)
			continue;
		(void)waitpid(pid, NULL, WNOHANG | __WALL);
	}
}

static const char *what_is_left(const struct surroundings *before)
{
	struct surroundings now;

	wait_for_orphans(before);
	look_around(&now);
	return now.mounts != before->mounts		     ? ": a mount is left"
	       : now.descriptors != before->descriptors	     ? ": a descriptor is left"
	       : strcmp(now.children, before->children) != 0 ? ": a process is left"
							     : "";
}

struct tally {
	unsigned good, tried;
};

static void sweep_calls(const struct target *t, const struct container *c, bool of_monitor,
			bool (*held_nothing)(const struct outcome *o), struct tally *tally)
{
	struct surroundings before;
	struct outcome o;

	fault->of_monitor = of_monitor;
	/* The number of calls differs a little from run to run, with what the kernel makes wait for what. */
	for (fault->at = 1, fault->number = 0; fault->number >= 0; fault->at++) {
		const char *left, *held;
		bool good;

		fault->made = 0;
		fault->number = -1;
		fault->monitor = 0;
		look_around(&before);
		run_to_end(t, c, -1, &o);
		left = what_is_left(&before);
		held = held_nothing && !held_nothing(&o) ? ": something is held" : "";
		good = as_it_should(&o) && !*left && !*held;
		/* The last one has no call to fail, and counts if it is wrong. */
		tally->tried += fault->number >= 0 || !good;
		tally->good += fault->number >= 0 && good;
		if (good)
			continue;
		printf("# call %u, number %ld, arguments %ld, %ld, of %s%s%s\n", fault->at, fault->number,
		       fault->arguments[0], fault->arguments[1], of_monitor ? "the monitor" : "another", left, held);
		show_outcome(&o);
	}
}

static bool share_fault(void)
{
	fault = mmap(NULL, sizeof(*fault), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fault == MAP_FAILED)
		return check(false, "shared memory");
	*fault = (struct fault){ .error = EIO, .only = -1 };
	return true;
}

void fail_once(const struct target *t, const struct container *c, long number, struct outcome *o)
{
	if (!share_fault())
		return;
	fault->of_monitor = true;
	fault->only = number;
	fault->at = 1;
	driver_before_exec = inject;
	driver_nsinit = &fault->monitor;
	run_to_end(t, c, -1, o);
	driver_before_exec = NULL;
	driver_nsinit = NULL;
	(void)munmap(fault, sizeof(*fault));
}

void sweep(const struct target *t, struct container c, bool (*held_nothing)(const struct outcome *o),
	   const char *sentence)
{
	struct tally tally = { 0 };
	char text[160];

	if (!share_fault())
		return;
	c.argv = command;
	note_steps(&c);
	run_to_end(t, &c, -1, &usual);
	driver_before_exec = inject;
	driver_nsinit = &fault->monitor;
	sweep_calls(t, &c, true, held_nothing, &tally);
	sweep_calls(t, &c, false, held_nothing, &tally);
	driver_before_exec = NULL;
	driver_nsinit = NULL;
	(void)munmap(fault, sizeof(*fault));
	(void)snprintf(text, sizeof(text), "%s: %u of %u failed calls are told, and leave nothing", sentence,
		       tally.good, tally.tried);
	if (!check(tally.tried > 100 && tally.good == tally.tried, text))
		show_outcome(&usual);
}

void sweep_deaths(const struct target *t, struct container c, const char *sentence)
{
	static const char *const argv[] = { "/bin/echo", "ran", NULL };
	struct tally tally = { 0 };
	char text[160];

	if (!share_fault())
		return;
	c.argv = argv;
	fault->kills = true;
	driver_before_exec = inject;
	driver_nsinit = &fault->monitor;
	for (fault->at = 1, fault->number = 0; fault->number >= 0; fault->at++) {
		struct surroundings before;
		struct outcome o;
		bool good;

		fault->made = 0;
		fault->number = -1;
		fault->monitor = 0;
		look_around(&before);
		run_to_end(t, &c, -1, &o);
		/* An init that ended is our child by then. */
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		/* The last one has no call to die at. */
		good = fault->number < 0 ? o.exited && strcmp(o.output, "ran\n") == 0
					 : WIFSIGNALED(o.monitor_status) && !o.output[0] && !*what_is_left(&before);
		tally.tried++;
		tally.good += good;
		if (good)
			continue;
		printf("# at call %u, number %ld\n", fault->at, fault->number);
		show_outcome(&o);
	}
	driver_before_exec = NULL;
	driver_nsinit = NULL;
	(void)munmap(fault, sizeof(*fault));
	(void)snprintf(text, sizeof(text),
		       "no command starts after the death of the monitor, %s: at %u of %u calls of init", sentence,
		       tally.good, tally.tried);
	check(tally.tried > 100 && tally.good == tally.tried, text);
}

/* ---- one run a number of descriptors ---- */

static rlim_t descriptors;

static void limit_descriptors(void)
{
	struct rlimit limit;

	/* The container sets its own. */
	(void)getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = descriptors;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static bool too_few_is_told(const struct outcome *o)
{
	if (!ended_with(o, NSRUN_FAILED))
		return false;
	/* EINVAL is what poll says (poll(2)). */
	return o->failed ? o->failures == 1 && (o->error == EMFILE || o->error == EINVAL)
			 : strncmp(o->errors, "nsinit: ", 8) == 0;
}

void sweep_descriptors(const struct target *t, struct container c, uint8_t cause, const char *sentence)
{
	static const char *const sleeper[] = { "/bin/sleep", "1000", NULL };
	bool enough = false, good = true;
	struct outcome o;
	char text[160];

	c.argv = cause ? sleeper : command;
	run_to_end(t, &c, -1, &usual);
	driver_before_exec = limit_descriptors;
	for (descriptors = 3; good && !enough && descriptors < 100; descriptors++) {
		run_to_end(t, &c, -1, &o);
		enough = o.exited;
		good = !enough ? too_few_is_told(&o) : cause ? o.cause == cause : ran_as_usual(&o);
	}
	driver_before_exec = NULL;
	(void)snprintf(text, sizeof(text), "%s: less than %u descriptors are too few, and that is told", sentence,
		       (unsigned)descriptors - 1);
	if (!check(good && enough, text))
		show_outcome(&o);
}
