/* A container that starts again by itself: who starts it, with monitors that do nothing but start and end. */
#include "restart/restart.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sys.h"
#include "check.h"
#include "lifecycle/detach.h"
#include "proto/event.h"
#include "proto/steps.h"
#include "tree.h"

#define NEVER_MS 60000u
#define MS(n)	 ((n)*UINT64_C(1000000))

enum { NOTHING = -1, KILLED = -2 };

static struct plan plan = { .count = 3 };
/* The exit code that monitors tell of their commands, or what becomes of them. */
static const int *ends;
/* Each monitor writes the time here. */
static int starts[2];

static void make_plan(struct restart_step step)
{
	make_tree();
	plan.steps[0] = (struct step){ .id = STEP_TIMEOUT, .timeout = { .signo = SIGTERM } };
	plan.steps[1] = (struct step){ .id = STEP_DETACH, .detach = { .directory = tree_root } };
	plan.steps[2] = (struct step){ .id = STEP_RESTART, .restart = step };
	run.plan = &plan;
	run.detaches = true;
	run.null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	CHECK(pipe2(starts, O_CLOEXEC) == 0);
}

static void be_monitor(void)
{
	static const struct child_exit none;
	static const struct ending own;
	uint64_t now = now_ns();
	struct child_exit child = none;

	CHECK(write(starts[1], &now, sizeof(now)) == sizeof(now));
	if (*ends == NOTHING)
		_exit(77);
	detach_started(getpid(), getpid());
	restart_started();
	if (*ends == KILLED)
		raise(SIGKILL);
	child.status = (int)((unsigned)*ends << 8);
	restart_ended(child.status);
	detach_tell_end(&child, &own);
	_exit(0);
}

static pid_t keep(struct restart_step step, const int *how)
{
	int control[2];

	make_plan(step);
	ends = how;
	CHECK(pipe2(control, O_CLOEXEC) == 0);
	pid_t keeper = fork();
	if (keeper != 0) {
		close(control[0]);
		close(starts[1]);
		return keeper;
	}
	sigset_t all;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	run.control = control[0];
	event_to(control[1]);
	step_detach(&plan.steps[1].detach);
	step_restart(&plan.steps[2].restart);
	be_monitor();
	return 0;
}

/* Times of all starts, until the keeper has ended as it should; how many there were. */
static int ended(pid_t keeper, int code, uint64_t at[32])
{
	int status, n = 0;

	while (n < 32 && read(starts[0], &at[n], sizeof(at[n])) == sizeof(at[n]))
		n++;
	CHECK(waitpid(keeper, &status, 0) == keeper);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == code);
	return n;
}

static int run_of(struct restart_step step, const int *how, int code)
{
	uint64_t at[32];

	return ended(keep(step, how), code, at);
}

static void counts(void)
{
	static const int fails = 3, is_killed = KILLED;
	struct restart_step step = { .most = 3, .first_ms = 1, .last_ms = 1, .reset_ms = NEVER_MS };

	CHECK(run_of(step, &fails, 0) == 4);
	CHECK(run_of(step, &is_killed, 0) == 4);
}

static void success(void)
{
	static const int none = 0;
	struct restart_step step = { .most = 2, .first_ms = 1, .last_ms = 1, .reset_ms = NEVER_MS };

	CHECK(run_of(step, &none, 0) == 1);
	step.after_success = true;
	CHECK(run_of(step, &none, 0) == 3);
}

static void pauses(void)
{
	static const int fails = 1;
	struct restart_step step = { .most = 3, .first_ms = 20, .last_ms = 50, .reset_ms = NEVER_MS };
	uint64_t at[32];

	CHECK(ended(keep(step, &fails), 0, at) == 4);
	CHECK(at[1] - at[0] >= MS(20));
	CHECK(at[2] - at[1] >= MS(40));
	CHECK(at[3] - at[2] >= MS(50));
}

/* Doubled each time, the last pause alone would take nine minutes. */
static void resets(void)
{
	static const int fails = 1;

	CHECK(run_of((struct restart_step){ .most = 20, .first_ms = 1, .last_ms = UINT32_MAX }, &fails, 0) == 21);
}

static void no_longer_than(void)
{
	static const int fails = 1;

	CHECK(run_of((struct restart_step){ .most = 20, .first_ms = 1, .last_ms = 1, .reset_ms = NEVER_MS }, &fails,
		     0) == 21);
}

static void terminated(void)
{
	static const int fails = 1;
	struct restart_step step = { .most = 3, .first_ms = NEVER_MS, .last_ms = NEVER_MS, .reset_ms = NEVER_MS };
	pid_t keeper = keep(step, &fails);
	uint64_t at[32];

	CHECK(read(starts[0], &at[0], sizeof(at[0])) == sizeof(at[0]));
	CHECK(kill(keeper, SIGTERM) == 0);
	CHECK(ended(keeper, 0, at) == 0);
}

static void never_ran(void)
{
	static const int nothing = NOTHING;
	struct restart_step step = { .after_success = true, .most = 3, .first_ms = 1, .last_ms = 1 };

	CHECK(run_of(step, &nothing, 77) == 1);
}

int main(void)
{
	test("it is started again as often as the plan says, also where its monitor was killed", counts);
	test("success is no reason to start it again, unless the plan says so", success);
	test("each pause is twice as long as the one before, up to the longest", pauses);
	test("a start that has lasted begins with the first pause again", resets);
	test("no pause is longer than the longest", no_longer_than);
	test("SIGTERM between two starts is the end", terminated);
	test("what did not start is not started again, and its end is the monitor's", never_ran);
	return tests_done();
}
