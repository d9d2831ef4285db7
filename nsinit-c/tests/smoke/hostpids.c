/* Containers in the host's pid namespace, where nothing dies with an init by itself. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "observe.h"

#define GONE_MS 5000

enum death { OF_COMMAND, OF_INIT, OF_MONITOR, OF_CHANNEL, BY_SIGNAL };

/* The whole container comes to this process, its subreaper, if nobody ends it. */
static bool nothing_left(void)
{
	for (int ms = 0; ms < GONE_MS; ms++) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (errno == ECHILD)
			return true;
		usleep(1000);
	}
	return false;
}

static void bring(enum death death, struct driver *d, pid_t init)
{
	switch (death) {
	case OF_COMMAND:
		return driver_signal(d, SIGUSR1);
	case OF_INIT:
		(void)kill(init, SIGKILL);
		return;
	case OF_MONITOR:
		(void)kill(d->monitor, SIGKILL);
		return;
	case OF_CHANNEL:
		return driver_close_channel(d);
	default:
		return driver_signal(d, SIGKILL);
	}
}

static void check_pid(const struct outcome *o, bool init)
{
	pid_t parent = (pid_t)strtol(status_of((pid_t)o->started_pid, "PPid"), NULL, 10);

	check(init ? parent == (pid_t)o->ready_pid : o->started_pid == o->ready_pid,
	      "STARTED names the command where there is no pid namespace");
}

static void check_death(const struct target *t, bool init, enum death death, const char *sentence)
{
	/* A child, a grandchild whose parent is gone, and the command. */
	static const char *const argv[] = {
		"/bin/sh", "-c",
		"trap 'exit 7' USR1; (sleep 1000 & sleep 1000 &); sleep 1000 & >/dev/shm/ready; "
		"while :; do sleep 0.01; done",
		NULL
	};
	struct container c = container_default(t->rootfs, argv);
	struct outcome o;
	struct driver d;

	c.create &= ~(uint64_t)CLONE_NEWPID;
	c.init = init;
	if (!start_and_wait(t, &c, &d, &o))
		return;
	/* Init is not dumpable: an ordinary user may not look at its root. */
	if (!await_ready((pid_t)o.started_pid))
		check(false, "the command gets ready");
	if (death == BY_SIGNAL)
		check_pid(&o, init);
	bring(death, &d, (pid_t)o.ready_pid);
	driver_finish(&d, &o);
	check(nothing_left(), sentence);
}

void check_host_pids(const struct target *t)
{
	check_death(t, true, OF_COMMAND, "without a pid namespace, the command's end ends its descendants");
	check_death(t, true, OF_INIT, "without a pid namespace, init's death ends command and descendants");
	check_death(t, true, OF_MONITOR, "without a pid namespace, the monitor's death ends all");
	check_death(t, true, OF_CHANNEL, "without a pid namespace, the end of the channel ends all");
	check_death(t, true, BY_SIGNAL, "without a pid namespace, SIGKILL ends all");
	check_death(t, false, OF_COMMAND, "without an init either, the command's end ends its descendants");
	check_death(t, false, OF_CHANNEL, "without an init either, the end of the channel ends all");
	check_death(t, false, BY_SIGNAL, "without an init either, SIGKILL ends all");
}
