#include "inside/init.h"

#include "base/descendants.h"
#include "base/detached.h"
#include "inside/command.h"
#include "inside/credentials.h"
#include "inside/mounts.h"
#include "inside/nested.h"
#include "inside/root.h"
#include "inside/waiting.h"
#include "inside/watched.h"
#include "proto/ahead.h"
#include "proto/event.h"
#include "proto/steps.h"
#include "proto/sync.h"
#include "proto/trace.h"

/* Until the id maps are written (proto/sync.h). End of file: the monitor died before our parent-death signal was set.
 */
static void wait_for_go(int inner)
{
	char go[sizeof(SYNC_GO)];

	if (must(recv(inner, go, sizeof(go), 0), "recv", "from the monitor") == 0)
		_exit(125);
}

/*
 * Out of the caller's process group: what is sent to all of that reaches us through the orchestrator, and would be
 * passed on twice.
 */
static void settle(void)
{
	must(setsid(), "setsid", "of init");
	must(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0), "PR_SET_PDEATHSIG", "SIGKILL");
}

static uint16_t first_of(enum step_stage stage)
{
	uint16_t first = 0;

	while (step_stage_of(run.plan->steps[first].id) < stage)
		first++;
	return first;
}

static _Noreturn void become_command(uint16_t first)
{
	command_dies_with_parent();
	/* While no filter keeps us from it. */
	must(event_pid(FRAME_COMMAND, 0) ? 0 : -1, "send", "the pid of the command");
	run_stage(STAGE_COMMAND, first);
	/* The plan ends with exec, which does not return; the decoder has seen to it. */
	_exit(125);
}

static pid_t spawn(uint16_t first)
{
	/* Memory is shared until execve, and we sleep until then: the child's failure is seen in
	 * `failed`. */
	run.parent = getpid();
	pid_t child = vfork();

	if (child == 0)
		become_command(first);
	must(child, "vfork", "the command's process");
	command_expect();
	return child;
}

/* True once the command itself is among the reaped; more: there may be others. */
static bool reap(pid_t child, int *status, bool *more)
{
	bool found = false;
	pid_t pid = 1;
	int any;

	for (int i = 0; i < ROUND && (pid = waitpid(-1, &any, WNOHANG)) > 0; i++) {
		found |= pid == child;
		if (pid == child)
			*status = any;
	}
	if (pid < 0 && errno != ECHILD)
		fail("waitpid", "for the command");
	*more = pid > 0;
	return found;
}

/* Whoever is inside may send as many as there are: what is left waits for the next round. */
static void forward_signals(int signals, pid_t child)
{
	struct signalfd_siginfo info[ROUND];
	ssize_t n = read(signals, info, sizeof(info));

	for (ssize_t i = 0; i < n / (ssize_t)sizeof(info[0]); i++) {
		/* The command leads a session of its own, where a default TSTP would be lost: stop it for real. */
		if (info[i].ssi_signo != SIGCHLD)
			kill(child, info[i].ssi_signo == SIGTSTP ? SIGSTOP : (int)info[i].ssi_signo);
	}
}

static int supervise(pid_t child, int inner)
{
	struct pollfd fds[2] = { { .events = POLLIN }, { .fd = inner, .events = POLLIN } };
	sigset_t all;
	int status = 0;
	bool more;

	memset(&all, 0xff, sizeof(all));
	sigprocmask(SIG_SETMASK, &all, NULL);
	fds[0].fd = must(signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd", "of PID 1");
	/* The last of what may fail is done. */
	event_pid(FRAME_STARTED, 0);
	for (;;) {
		/* First: it may have ended before there was a signalfd to say so. */
		if (reap(child, &status, &more))
			return status;
		if (poll(fds, 2, more ? 0 : -1) < 0)
			continue;
		if (fds[1].revents != 0) {
			/* The monitor is gone, or wants us all to go. */
			kill(child, SIGKILL);
			fds[1].fd = -1;
		}
		forward_signals(fds[0].fd, child);
	}
}

/* PID 1 of a pid namespace reaches all of it. */
static void end_namespace(void)
{
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, __WALL) > 0)
		;
}

static void end_others(void)
{
	if (run.proc >= 0)
		end_descendants(run.proc);
	else
		end_namespace();
}

static _Noreturn void report_and_end(int status)
{
	struct child_exit child = { .status = status };

	end_others();
	getrusage(RUSAGE_CHILDREN, &child.usage);
	event_child(&child);
	_exit(0);
}

/* The command runs. */
static _Noreturn void stay(pid_t child, int inner)
{
	/* In a joined pid namespace, whom we leave goes to its PID 1, where the monitor does not find them. */
	fail_hooks(NULL, end_others);
	/* Of a pid namespace as well: killed, we would close what we hold before the kernel ends the others, and a lock
	 * would be free too early. */
	must(prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0), "PR_SET_PDEATHSIG", "off");
	fail_at(STEP_SUPERVISE, NO_INDEX);
	trace_flush();
	drop_streams();
	credentials_of_init();
	command_release();
	release_plan();
	report_and_end(supervise(child, inner));
}

static _Noreturn void run_command(uint16_t first, int inner)
{
	if (run.plan->exec == NULL) {
		event_pid(FRAME_STARTED, 0);
		_exit(0);
	}
	take_own_null(own_null());
	fail_at(STEP_EXEC, NO_INDEX);
	command_prepare();
	/* A monitor that died while the parent-death signal was off hears nothing any more. */
	if (!event_pid(FRAME_READY, 0))
		fail_reported();
	trace_flush();
	if (!run.plan->stays_init)
		become_command(first);

	/* From here on we have others to take along, and see the monitor's end by ourselves. */
	if (run.proc >= 0 && (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0 || prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0) < 0))
		fail("PR_SET_CHILD_SUBREAPER", "on");
	stay(spawn(first), inner);
}

/* A spare: what it has ahead is done, the plan comes with its guest. */
static void become_used(int inner)
{
	struct pollfd word = { inner, POLLIN, 0 };
	struct spare_word told = { 0 };
	struct enclosed sent;

	run_stage(STAGE_INIT, first_of(STAGE_INIT));
	pid_t command = waiting_for_guest(inner, first_of(STAGE_COMMAND));
	if (command > 0)
		stay(command, inner);
	fail_at(STEP_SYNC, NO_INDEX);
	must(poll(&word, 1, -1), "poll", "for the plan of a spare");
	if (must(event_receive(inner, (uint8_t *)&told, sizeof(told), &sent), "recvmsg", "the plan of a spare") == 0)
		_exit(125);
	for (unsigned i = 0; i < EVENT_FDS && sent.fds[i] >= 0; i++) {
		if (i > STDERR_FILENO) {
			detached_put(told.mounts[i - 3], sent.fds[i]);
			continue;
		}
		must(dup2(sent.fds[i], (int)i), "dup2", "descriptor %u of a guest", i);
		close(sent.fds[i]);
	}
	run.plan = &run.spare->plan;
	watch_decide();
}

void init_run(int inner)
{
	fail_at(STEP_SYNC, NO_INDEX);
	trace_forget();
	settle();
	wait_for_go(inner);
	/* Not before: while /proc/PID belongs to root, an unprivileged monitor could not write our
	 * id maps. */
	must(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "PR_SET_DUMPABLE", "off");
	/* Until the pivot, and for good where there is none, the root is the caller's. */
	must(root_set_current(), "/", "open");
	if (run.spare != NULL)
		become_used(inner);
	uint16_t first = run_stage(STAGE_INIT, first_of(STAGE_INIT));
	nested_hand_over();
	run_command(first, inner);
}

void init_take_over(int from)
{
	struct pollfd word = { from, POLLIN, 0 };
	struct enclosed streams;
	uint8_t byte;

	trace_forget();
	settle();
	/* Whoever sets up ends with the monitor, and has reported why where there is nothing to hear. */
	must(poll(&word, 1, -1), "poll", "for the set-up");
	if (must(event_receive(from, &byte, 1, &streams), "recvmsg", "of the set-up") == 0)
		_exit(125);
	close(from);
	detached_forget();
	for (int fd = 0; fd <= 2; fd++) {
		must(dup2(streams.fds[fd], fd), "dup2", "descriptor %d of the set-up", fd);
		close(streams.fds[fd]);
	}
	/* The pivot has changed our root too, but the working directory is the caller's still. */
	must(chdir("/"), "/", "chdir");
	must(unshare(CLONE_NEWNS), "unshare", "mounts");
	/* Nobody else is here yet, and once we can't be traced the monitor could not open them. */
	if (run.detaches) {
		must(event_pid(FRAME_NAMESPACES, 0) ? 0 : -1, "send", "that they are there");
		wait_for_go(event_fd());
	}
	must(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "PR_SET_DUMPABLE", "off");
	must(root_set_current(), "/", "open");
	run_command(first_of(STAGE_COMMAND), event_fd());
}
