#include "outside/monitor.h"

#include "base/descendants.h"
#include "lifecycle/detach.h"
#include "outside/listener.h"
#include "outside/namespaces.h"
#include "outside/output.h"
#include "outside/proxy.h"
#include "outside/stream.h"
#include "outside/supervise.h"
#include "proto/sync.h"
#include "proto/trace.h"
#include "restart/restart.h"

/* What the new process goes on with; inner is its end of the socketpair. */
static void (*enter_init)(int inner);

/* A failed set-up leaves nothing: not init, not a raw terminal. */
static void take_down(void)
{
	signal_container(SIGKILL);
	stream_end_pumps();
	/* Where we don't know yet who init is, it sees this. */
	close(life.inner);
	/* Its pid namespace may not end before others of our children are reaped. */
	for (pid_t pid = 0; run.init > 0 && life.phase != ENDED && pid >= 0; pid = waitpid(-1, NULL, __WALL))
		life.phase = pid == run.init ? ENDED : life.phase;
	if (run.proc >= 0)
		end_descendants(run.proc);
	while (run.proc < 0 && waitpid(-1, NULL, __WALL) > 0)
		;
	proxy_restore();
}

/* Before its 'go', init says nothing but why it fails; what fails for us then is the consequence. */
static bool init_reported(void)
{
	while (life.phase == SET_UP && life.inner >= 0 && hear_init())
		;
	return life.failed;
}

/* ---- the HOST steps that are about the monitor itself ---- */

void step_options(const struct options_step *step)
{
	if (step->flags & OPTION_TRACE)
		trace_enable();
	run.stdin_null = (step->flags & OPTION_STDIN_NULL) != 0;
	for (int fd = 0; life.lives_on && fd <= STDERR_FILENO; fd++)
		must(dup2(run.null_fd, fd), "dup2", "/dev/null");
	if (life.lives_on)
		detach_session();
	/* With a pty, the command's stdin is the pty; the caller's terminal is left alone. */
	if (run.stdin_null && !run_step(STEP_TERMINAL) && dup2(run.null_fd, STDIN_FILENO) < 0)
		fail("dup2", "stdin from /dev/null");
}

void step_terminal(const struct terminal_step *step) { proxy_start(step->rows, step->cols, !run.stdin_null); }

void step_timeout(const struct timeout_step *step) { life.timeout = *step; }

void step_namespaces(const struct namespaces_step *step)
{
	int inner[2];

	if (!run.plan->new_pid_namespace) {
		run.proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (run.proc < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
			fail("/proc", "to find the container's processes");
	}
	must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, inner), "socketpair", "between monitor and init");
	/* Tells who sent a message. */
	must(setsockopt(inner[0], SOL_SOCKET, SO_PASSCRED, &(int){ 1 }, sizeof(int)), "SO_PASSCRED", "of the monitor");
	life.inner = inner[0];
	run.init = namespaces_clone(step, &life.pidfd);
	if (run.init == 0) {
		/* The way to the orchestrator is the monitor's alone. */
		close(run.control);
		close(event_fd());
		/* What fails from here on, the monitor passes on, whose clean-up is not ours to do. */
		event_to(inner[1]);
		fail_hooks(NULL, NULL);
		namespaces_bound(step);
		close(inner[0]);
		listener_leave();
		if (run.detaches)
			detach_leave();
		restart_leave();
		output_enter();
		enter_init(inner[1]);
	}
	close(inner[1]);
	output_leave();
}

void monitor_replan(const struct plan *plan)
{
	run.plan = plan;
	const struct step *options = run_step(STEP_OPTIONS);

	run.own_pty = run_step(STEP_CONSOLE) != NULL;
	run.detaches = run_step(STEP_DETACH) != NULL;
	life.lives_on = options != NULL && (options->options.flags & OPTION_LIVES_ON) != 0;
	life.watch = run_step(STEP_WATCH) ? &run_step(STEP_WATCH)->watch : NULL;
}

void monitor_begin(const struct plan *plan, int control, void (*init)(int inner))
{
	monitor_replan(plan);
	enter_init = init;
	run.control = control;
	fail_hooks(init_reported, take_down);
	fail_at(STEP_START, NO_INDEX);
	run.null_fd = must(open("/dev/null", O_RDWR | O_CLOEXEC), "/dev/null", "open");
}

void monitor_steps(void)
{
	run_stage(STAGE_MAPS, run_stage(STAGE_HOST, 0));
	trace_flush();
	/* Not before the clone: they are none of init's. */
	if (life.signals < 0)
		prepare_supervision();
}

void monitor_tell(struct iovec *message, const int *fds, size_t count)
{
	fail_at(STEP_SYNC, NO_INDEX);
	must(count == 0 ? send(life.inner, message->iov_base, message->iov_len, MSG_NOSIGNAL)
			: send_fds(life.inner, message, 1, fds, count),
	     "send", "to init");
}

void monitor_await(void)
{
	struct pollfd fds[3] = { { run.control, POLLIN, 0 }, { life.inner, POLLIN, 0 }, { life.pidfd, POLLIN, 0 } };

	while (!(fds[0].revents & POLLIN)) {
		must(poll(fds, 3, -1), "poll", "for the orchestrator");
		while (fds[1].revents && life.inner >= 0 && hear_init())
			;
		if (fds[2].revents || life.inner < 0 || (fds[0].revents && !(fds[0].revents & POLLIN)))
			fail_reported();
	}
}

void monitor_supervise(void)
{
	/* Only init and the terminal proxy have a use for the container's streams from here on. */
	if (!proxy_active() || run.detaches)
		drop_streams();
	if (run_step(STEP_NESTED_NAMESPACES) == NULL)
		life.phase = STARTING;
	fail_at(STEP_SUPERVISE, NO_INDEX);
	supervise();
	proxy_restore();
	/* Its own code is not the command's. */
	bool silent = run.plan->stays_init && !life.have_child && WIFEXITED(life.child.status);
	/* Nobody can tell whether it was executed, and somebody may start another one for it. */
	if (run.control < 0 && life.started_at == 0 && life.command != 0 && !life.failed)
		_exit(125);
	if (!life.failed && (life.started_at == 0 || silent)) {
		fail_errno(ECHILD, "init", "ended %s, wait status %#x",
			   life.started_at > 0 ? "without telling of the command" : "during set-up",
			   (unsigned)life.child.status);
	}
	if (life.failed)
		_exit(125);
	tell_end();
	detach_end();
	_exit(run.control >= 0 || detached() ? 0 : 125);
}

void monitor_run(const struct plan *plan, int control, void (*init)(int inner))
{
	struct iovec go = { (void *)(uintptr_t)SYNC_GO, strlen(SYNC_GO) };

	monitor_begin(plan, control, init);
	if (run_step(STEP_TERMINAL) == NULL && !run.detaches && !life.lives_on)
		proxy_remember();
	monitor_steps();
	/* Who is nested has others, and says when (proto/sync.h). */
	if (run.detaches && run_step(STEP_NESTED_NAMESPACES) == NULL)
		detach_namespaces(run.init, namespaces_try);
	monitor_tell(&go, NULL, 0);
	monitor_supervise();
}
