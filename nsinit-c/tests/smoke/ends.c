/* How containers end: by themselves, by signals, by the clock, and by the death of those around them. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../src/proto/step.h"
#include "check.h"
#include "observe.h"

#define CAUSE_OWN     0
#define CAUSE_TIMEOUT 1

#define GONE_MS 1000

static const char *const sleeper[] = { "/bin/sleep", "1000", NULL };

static void check_end(const struct target *t, const char *line, bool signalled, uint32_t value, const char *sentence)
{
	const char *const argv[] = { "/bin/sh", "-c", line, NULL };
	struct container c = container_default(t->rootfs, argv);
	struct outcome o;

	run_to_end(t, &c, -1, &o);
	if (!check(o.exited && !o.failed && o.signalled == signalled && o.value == value && o.cause == CAUSE_OWN &&
			   WIFEXITED(o.monitor_status),
		   sentence))
		show_outcome(&o);
}

static void check_own_ends(const struct target *t)
{
	check_end(t, "exit 0", false, 0, "exit 0 is reported as code 0");
	check_end(t, "exit 3", false, 3, "exit 3 is reported as code 3");
	check_end(t, "exit 137", false, 137, "exit 137 is reported as code 137");
	check_end(t, "kill -9 $$", true, SIGKILL, "death by SIGKILL is reported as that signal, not as a code");
	check_end(t, "kill -TERM $$", true, SIGTERM, "death by SIGTERM is reported as that signal");
	check_end(t, "sleep 1000 & exit 4", false, 4, "the end of the command ends its children too");
	/* A zombie would keep the loop going until the deadline. */
	check_end(t,
		  "for i in 1 2 3 4 5; do (true & ) ; (sh -c 'sh -c : &') ; done; "
		  "until [ $(ls -d /proc/[0-9]* | wc -l) -le 5 ]; do :; done",
		  false, 0, "orphans are reaped");
}

/* What is not known does not harm, and is told. */
static void send_unknown(struct driver *d)
{
	struct bytes bytes = { 0 };

	put_frame(&bytes, 77, "*", BYTES("abc", 3));
	(void)driver_send(d, &bytes);
}

static void check_forwarding(const struct target *t)
{
	static const char *const argv[] = {
		"/bin/sh", "-c", "trap 'echo usr1; exit 7' USR1; echo >/dev/shm/ready; while :; do sleep 0.01; done",
		NULL
	};
	struct container c = container_default(t->rootfs, argv);
	struct outcome o;
	struct driver d;

	if (!start_and_wait(t, &c, &d, &o))
		return;
	if (!await_ready(command_under((pid_t)o.ready_pid)))
		check(false, "the command gets ready");
	send_unknown(&d);
	driver_signal(&d, SIGUSR1);
	driver_finish(&d, &o);
	if (!check(o.exited && !o.signalled && o.value == 7 && strcmp(o.output, "usr1\n") == 0,
		   "a SIGNAL frame reaches the command, which handles it"))
		show_outcome(&o);
	if (!check(o.refusals == 1 && o.refused_type == 77 && strcmp(o.refused_why, "unknown frame") == 0,
		   "an unknown frame before it is refused by its type, and the container goes on"))
		show_outcome(&o);
}

static void check_default_signal(const struct target *t, bool init, const char *sentence)
{
	struct container c = container_default(t->rootfs, sleeper);
	struct outcome o;
	struct driver d;

	c.init = init;
	if (!start_and_wait(t, &c, &d, &o))
		return;
	driver_signal(&d, SIGTERM);
	if (!init) /* pid 1 ignores what it has no handler for, as pid_namespaces(7) says */
		driver_signal(&d, SIGKILL);
	driver_finish(&d, &o);
	if (!check(o.exited && o.signalled && o.value == (init ? SIGTERM : SIGKILL), sentence))
		show_outcome(&o);
}

static void check_timeouts(const struct target *t)
{
	struct container c = container_default(t->rootfs, sleeper);
	struct outcome o;

	c.timeout_ms = 20;
	c.grace_ms = 10ull * DEADLINE_MS;
	run_to_end(t, &c, -1, &o);
	if (!check(o.exited && o.signalled && o.value == SIGTERM && o.cause == CAUSE_TIMEOUT,
		   "a timeout sends its signal, and is named as the cause"))
		show_outcome(&o);
	c.init = false; /* pid 1 ignores what it has no handler for, from its first instant */
	c.grace_ms = 1;
	run_to_end(t, &c, -1, &o);
	if (!check(o.exited && o.signalled && o.value == SIGKILL && o.cause == CAUSE_TIMEOUT,
		   "a command that ignores it is killed after the grace"))
		show_outcome(&o);
}

static void check_end_of_channel(const struct target *t)
{
	struct container c = container_default(t->rootfs, sleeper);
	struct outcome o;
	struct driver d;
	int init, command;

	if (!start_and_wait(t, &c, &d, &o))
		return;
	init = pidfd_of((pid_t)o.ready_pid);
	command = pidfd_of(command_under((pid_t)o.ready_pid));
	driver_close_channel(&d);
	check(ended_within(command, GONE_MS), "the command dies with the control channel");
	check(ended_within(init, GONE_MS), "init dies with the control channel");
	driver_finish(&d, &o);
	check(o.monitor_status != -1, "the monitor ends after it");
}

/* Init was the monitor's child and comes to this process, its subreaper. */
static void check_death_of_monitor(const struct target *t, bool init, const char *sentence)
{
	struct container c = container_default(t->rootfs, sleeper);
	struct outcome o;
	struct driver d;
	int first, command;

	c.init = init;
	/* A change of user clears the parent-death signal that init had set. */
	if (!init && container_uids().count > 1)
		c.user = 1000;
	if (!start_and_wait(t, &c, &d, &o))
		return;
	first = pidfd_of((pid_t)o.ready_pid);
	command = init ? pidfd_of(command_under((pid_t)o.ready_pid)) : -1;
	kill(d.monitor, SIGKILL);
	check(ended_within(command, GONE_MS) && ended_within(first, GONE_MS), sentence);
	driver_finish(&d, &o);
	check(!o.exited, "and the channel ends without an EXITED");
	/* Where it did not die, it must not stay. */
	kill((pid_t)o.ready_pid, SIGKILL);
	waitpid((pid_t)o.ready_pid, NULL, 0);
}

static void check_death_of_init(const struct target *t)
{
	struct container c = container_default(t->rootfs, sleeper);
	struct outcome o;
	struct driver d;
	int command;

	if (!start_and_wait(t, &c, &d, &o))
		return;
	command = pidfd_of(command_under((pid_t)o.ready_pid));
	kill((pid_t)o.ready_pid, SIGKILL);
	check(ended_within(command, GONE_MS), "the command dies with init");
	driver_finish(&d, &o);
	if (!check(o.exited && o.signalled && o.value == SIGKILL, "the end of init is reported as SIGKILL"))
		show_outcome(&o);
}

/* ---- the way to the orchestrator ---- */

static void check_socket(const struct target *t)
{
	static const char *const argv[] = { "/bin/echo", "heard", NULL };
	struct container c = container_default(t->rootfs, argv);
	struct outcome o;

	driver_by_socket = true;
	run_to_end(t, &c, -1, &o);
	driver_by_socket = false;
	if (!check(o.exited && o.value == 0 && strcmp(o.output, "heard\n") == 0, "over a socket, a container runs too"))
		show_outcome(&o);
}

/* How an nsinit ended whose parent went without a word: the one that it was told, or another; -1 if it did not end. */
static int status_without_word(const struct target *t, bool of_parent)
{
	int told[2], status = -1;
	pid_t nsinit = -1, middle = pipe(told) < 0 ? -1 : fork();

	if (middle == 0) {
		char pid[12];

		(void)snprintf(pid, sizeof(pid), "%d", of_parent ? getpid() : 1);
		nsinit = vfork();
		if (nsinit == 0) {
			/* What it says to that is not for here. */
			(void)close(STDERR_FILENO);
			execl(t->nsinit, "nsinit", pid, (char *)NULL);
			_exit(98);
		}
		_exit(write(told[1], &nsinit, sizeof(nsinit)) < 0);
	}
	(void)waitpid(middle, NULL, 0);
	if (read(told[0], &nsinit, sizeof(nsinit)) < 0 || !ended_within(pidfd_of(nsinit), DEADLINE_MS))
		kill(nsinit, SIGKILL);
	/* It came to us, its subreaper. */
	(void)waitpid(nsinit, &status, 0);
	close(told[0]);
	close(told[1]);
	return status;
}

static void check_no_parent(const struct target *t)
{
	check(status_without_word(t, true) == 125 << 8, "a parent that goes without a word leaves no nsinit");
	check(status_without_word(t, false) == 125 << 8, "an nsinit of somebody else's ends at once");
}

void check_ends(const struct target *t)
{
	check_socket(t);
	check_no_parent(t);
	check_own_ends(t);
	check_forwarding(t);
	check_default_signal(t, true, "a command without a handler dies of SIGTERM under nsinit");
	check_default_signal(t, false, "a command that is pid 1 outlives SIGTERM and dies of SIGKILL");
	check_timeouts(t);
	check_end_of_channel(t);
	check_death_of_monitor(t, true, "command and init die with the monitor");
	check_death_of_monitor(t, false, "a command that is pid 1 dies with the monitor");
	check_death_of_init(t);
}
