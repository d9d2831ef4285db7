#include "outside/monitor.h"

#include "base/descendants.h"
#include "outside/control.h"
#include "outside/listener.h"
#include "outside/namespaces.h"
#include "outside/output.h"
#include "outside/proxy.h"
#include "outside/sample.h"
#include "outside/stream.h"
#include "proto/event.h"
#include "proto/steps.h"
#include "proto/sync.h"
#include "proto/trace.h"

enum { FD_CONTROL, FD_INIT, FD_INNER, FD_SIGNALS, FD_TIMER, FD_TICK, FD_PROXY, FD_OUTPUT = FD_PROXY + PROXY_FDS };
enum { FD_COUNT = FD_OUTPUT + OUTPUT_FDS };

#define DRAIN_MS 500
/* For an agent to let the command start: nobody can type Ctrl-C to it yet, where there is a terminal of its own. */
#define START_MS 60000u
#define NEVER_MS 315360000000u

/*
 * The life of a container, as the monitor sees it:
 *
 *   SET_UP ---> STARTING ---> RUNNING ---> STOPPING ---> ENDED
 *                 |  ^           ^
 *                 v  |           |
 *                 HELD ----------+
 *
 *   SET_UP to STARTING   init has its 'go', and is PID 1; where namespaces are nested, once FRAME_INIT says who that is
 *   STARTING to HELD     FRAME_LISTENER: an agent decides whether the command starts
 *   HELD to STARTING     FRAME_FAILED: the command has not started, and nobody is waited for
 *   to RUNNING           FRAME_STARTED from an init that stays; else execve closes the inner socket after FRAME_EXECING
 *   to STOPPING          a limit is reached: the stop signal was sent, and SIGKILL follows after the grace time
 *   any to ENDED         init is reaped; what it and the command have written may still be on its way
 *
 * What else is known stands beside it, since it may be so in several phases.
 */
enum phase { SET_UP, STARTING, HELD, RUNNING, STOPPING, ENDED };

static struct {
	enum phase phase;
	void (*init)(int inner);
	int inner, pidfd, signals, timer, tick;
	int proc;	     /* the container's procfs, if it is watched */
	pid_t command;	     /* as we see it; 0 where there is none */
	uint64_t started_at; /* 0: the command has not started */
	bool execing;	     /* PID 1 turns into the command next, which closes the inner socket */
	bool failed;	     /* init has reported why */
	bool have_child;     /* init has reported how the command ended */
	bool asked;	     /* a signal was sent on behalf of somebody */
	bool more;	     /* children that have ended may be left to reap */
	struct child_exit child;
	struct ending ending;
	struct timeout_step timeout; /* how to stop it, too */
	const struct watch_step *watch;
} m = { .inner = -1, .pidfd = -1, .signals = -1, .proc = -1, .timeout.signo = SIGKILL };

static void signal_container(int signo)
{
	/* Where the others would not die with init, it is told to end them and itself. */
	if (signo == SIGKILL && run.proc >= 0 && m.started_at > 0 && run.plan->stays_init) {
		shutdown(m.inner, SHUT_WR);
		signo = SIGCONT;
	}
	/* Nobody else gets its number before we have reaped it. */
	if (run.init > 0 && m.phase != ENDED && kill(run.init, signo) < 0) {
		namespaces_as_owner(true);
		kill(run.init, signo);
		namespaces_as_owner(false);
	}
}

/* A failed set-up leaves nothing: not init, not a raw terminal. */
static void take_down(void)
{
	signal_container(SIGKILL);
	stream_end_pumps();
	/* Where we don't know yet who init is, it sees this. */
	close(m.inner);
	/* Its pid namespace may not end before others of our children are reaped. */
	for (pid_t pid = 0; run.init > 0 && m.phase != ENDED && pid >= 0; pid = waitpid(-1, NULL, __WALL))
		m.phase = pid == run.init ? ENDED : m.phase;
	if (run.proc >= 0)
		end_descendants(run.proc);
	while (run.proc < 0 && waitpid(-1, NULL, __WALL) > 0)
		;
	proxy_restore();
}

/* ---- the HOST steps that are about the monitor itself ---- */

void step_options(const struct options_step *step)
{
	if (step->flags & OPTION_TRACE)
		trace_enable();
	run.stdin_null = (step->flags & OPTION_STDIN_NULL) != 0;
	/* With a pty, the command's stdin is the pty; the caller's terminal is left alone. */
	if (run.stdin_null && !run_step(STEP_TERMINAL) && dup2(run.null_fd, STDIN_FILENO) < 0)
		fail("dup2", "stdin from /dev/null");
}

void step_terminal(const struct terminal_step *step) { proxy_start(step->rows, step->cols, !run.stdin_null); }

void step_timeout(const struct timeout_step *step) { m.timeout = *step; }

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
	m.inner = inner[0];
	run.init = namespaces_clone(step, &m.pidfd);
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
		output_enter();
		m.init(inner[1]);
	}
	close(inner[1]);
	output_leave();
}

/* ---- supervision ---- */

/* In ms; then every period_ms, if that is not 0. Zero would disarm: nothing is a nanosecond. */
static void arm(int timer, uint64_t ms, uint32_t period_ms)
{
	struct itimerspec when = {
		.it_value = { .tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000 * 1000000) + 1 },
		.it_interval = { .tv_sec = period_ms / 1000, .tv_nsec = period_ms % 1000 * 1000000L },
	};

	must(timerfd_settime(timer, 0, &when, NULL), "timerfd_settime", "%llu ms", (unsigned long long)ms);
}

static void on_started(void)
{
	if (m.phase < RUNNING)
		m.phase = RUNNING;
	release_plan();
	m.started_at = now_ns();
	if ((m.timeout.ms > 0 || run_step(STEP_LISTENER)) && m.phase == RUNNING)
		arm(m.timer, m.timeout.ms > 0 ? m.timeout.ms : NEVER_MS, 0);
	if (m.proc >= 0)
		arm(m.tick, 0, m.watch->period_ms);
	/* The last of what may fail is done. */
	event_pid(FRAME_STARTED, (uint32_t)m.command);
}

/* A limit is reached: the stop signal, and SIGKILL after grace, or at once. The first limit is the cause. */
static void stop_for(enum exit_cause cause, bool at_once)
{
	/* What has ended by itself while its last output is written did not run into a limit. */
	if (m.have_child || m.phase == ENDED)
		return;
	if (m.phase != STOPPING) {
		m.ending.cause = cause;
		arm(m.timer, m.timeout.grace_ms, 0);
	}
	m.phase = STOPPING;
	m.asked = true;
	signal_container(at_once ? SIGKILL : (int)m.timeout.signo);
}

static void on_timer(void)
{
	uint64_t expirations;

	if (read(m.timer, &expirations, sizeof(expirations)) < 0)
		return;
	if (m.phase == HELD)
		listener_give_up(ETIMEDOUT);
	stop_for(CAUSE_TIMEOUT, m.phase == STOPPING);
}

static void on_tick(void)
{
	uint64_t expirations;
	struct usage used;

	if (read(m.tick, &expirations, sizeof(expirations)) < 0 || m.phase == ENDED)
		return;
	/* Init is among them as long as it is not reaped. */
	must(sample_sum(m.proc, &used) && used.threads > 0 ? 0 : -1, "/proc", "of the container that is watched");
	uint64_t most = m.watch->processes;
	bool too_many = most > 0 && used.threads > most;

	if (m.watch->memory_bytes > 0)
		used.rss_bytes += sample_hidden(m.proc, now_ns());
	if (used.rss_bytes > m.ending.peak_rss_bytes)
		m.ending.peak_rss_bytes = used.rss_bytes;
	/* What takes memory takes it from everybody, and may not get the time to say goodbye; nor may what forks on
	 * where the kernel does not bound it: root of the host, or a uid after the other. */
	if (m.watch->memory_bytes > 0 && used.rss_bytes > m.watch->memory_bytes)
		stop_for(CAUSE_MEMORY, true);
	else if (too_many && (m.phase != STOPPING || used.threads > 2 * most))
		stop_for(CAUSE_PROCESSES, used.threads > 2 * most);
	else if (m.watch->cpu_ms > 0 && used.cpu_ms > m.watch->cpu_ms && m.phase != STOPPING)
		stop_for(CAUSE_CPU_TIME, false);
}

static void stop_container(void) { signal_container(run.plan->stays_init ? SIGTSTP : SIGSTOP); }

static void on_control(void)
{
	int signo;

	if (!control_signal(run.control, &signo)) {
		run.control = -1; /* not closed: a socket is the way of the events too */
		m.ending.cause = CAUSE_CONTROL_GONE;
		signal_container(SIGKILL);
		return;
	}
	m.asked |= signo != 0;
	/* The command could not take it yet, nor could init, which sleeps until the command has started. */
	if (m.phase == HELD && (signo == SIGINT || signo == SIGTERM || signo == SIGHUP || signo == SIGKILL))
		listener_give_up(EINTR);
	if (signo == SIGWINCH && proxy_active())
		proxy_resize();
	else if (signo == SIGTSTP || signo == SIGSTOP)
		stop_container();
	else if (signo != 0)
		signal_container(signo);
}

static bool on_inner(void);

/* Init, or an orphan of a container without a pid namespace of its own. */
static void on_child_gone(void)
{
	struct rusage usage;
	int status;
	pid_t pid = 1;

	for (int i = 0; i < ROUND && (pid = wait4(-1, &status, WNOHANG | __WALL, &usage)) > 0; i++) {
		/* It may have reported, before it went, that another one is init. */
		while (pid == run.init && m.inner >= 0 && on_inner())
			;
		if (pid != run.init)
			continue;
		bool unborn = m.phase == SET_UP;
		m.phase = ENDED;
		/* PID 1 has reported the command's end; where it could not, or where it was the command, its own
		 * end is all there is. */
		if (!m.have_child)
			m.child = (struct child_exit){ status, usage };
		/* What still passes on the output would be among them; later then. */
		if (run.proc >= 0 && !stream_pumping())
			end_descendants(run.proc);
		/* Whoever was to be PID 1 ends for want of a set-up. */
		if (unborn)
			stream_end_pumps();
		while (unborn && waitpid(-1, NULL, __WALL) > 0)
			;
	}
	m.more = pid > 0 || (pid < 0 && errno != ECHILD);
}

/*
 * Signals reach the command through the orchestrator; those that a terminal sends to the whole
 * foreground group reach it too, and would arrive twice if passed on here. What is left is what a
 * JVM can't catch, and what is about our own terminal.
 */
static void on_signal(void)
{
	struct signalfd_siginfo info[ROUND];
	ssize_t n = read(m.signals, info, sizeof(info));

	for (ssize_t i = 0; i < n / (ssize_t)sizeof(info[0]); i++) {
		if (info[i].ssi_signo == SIGCHLD) {
			m.more = true;
		} else if (info[i].ssi_signo == SIGWINCH) {
			proxy_resize();
		} else if (info[i].ssi_signo == SIGQUIT) { /* a JVM keeps its own to itself */
			signal_container(SIGQUIT);
		} else if (info[i].ssi_signo == SIGTSTP) {
			/* We stay awake ourselves: a SIGCONT between here and our own stop would be lost, and nobody's
			 * shell would know that we sleep. */
			stop_container();
			proxy_restore();
		} else if (info[i].ssi_signo == SIGCONT) {
			proxy_raw();
			signal_container(SIGCONT);
		}
	}
}

static void on_other_init(pid_t pid)
{
	if (m.phase == SET_UP)
		m.phase = STARTING;
	run.init = pid;
	close(m.pidfd);
	m.pidfd = must(syscall(SYS_pidfd_open, pid, 0), "pidfd_open", "PID 1");
}

static void on_listener(int fd)
{
	listener_pass(fd);
	if (m.phase == STARTING)
		m.phase = HELD;
	arm(m.timer, m.timeout.ms > 0 ? m.timeout.ms : START_MS, 0);
}

/* One message from init; false when there is none. */
static bool on_inner(void)
{
	static uint8_t bytes[EVENT_MAX];
	struct enclosed with;
	ssize_t n = event_receive(m.inner, bytes, sizeof(bytes), &with);
	struct reader r = { .at = bytes, .end = bytes + (n > 0 ? n : 0) };
	uint16_t type;

	/* An init that ends with its 'go' unread resets the socket; what it said is still to be had then. */
	if (n < 0)
		return errno == EINTR || errno == ECONNRESET;
	if (n == 0) {
		close(m.inner);
		m.inner = -1;
		/* The socket is closed by execve: the command, as PID 1, has started. */
		if (m.execing && !m.failed)
			on_started();
		return false;
	}
	get_u32(&r);
	type = get_u16(&r);
	switch (type) {
	case FRAME_READY:
		event_pid(FRAME_READY, (uint32_t)run.init);
		break;
	case FRAME_STARTED:
		on_started();
		break;
	case FRAME_INIT:
		on_other_init((pid_t)get_u32(&r));
		break;
	case FRAME_COMMAND:
		m.command = with.sender;
		break;
	case FRAME_EXECING:
		m.execing = true;
		break;
	case FRAME_CONSOLE:
		proxy_attach(with.fds[0], with.fds[1]);
		break;
	case FRAME_WATCH:
		m.proc = sample_begin(with.fds);
		break;
	case FRAME_LISTENER:
		on_listener(with.fds[0]);
		break;
	case FRAME_CHILD:
		child_exit_decode(&r, &m.child);
		m.have_child = true;
		break;
	default:
		/* What else fails then is the consequence. */
		if (!m.failed)
			event_send_bytes(bytes, (size_t)n);
		m.failed |= type == FRAME_FAILED;
		if (m.failed && m.phase == HELD)
			m.phase = STARTING;
	}
	return true;
}

/* Before its 'go', init says nothing but why it fails; what fails for us then is the consequence. */
static bool init_reported(void)
{
	while (m.phase == SET_UP && m.inner >= 0 && on_inner())
		;
	return m.failed;
}

/* Once all that was written is on its way, whoever passes it on gets to know that this is all. */
static bool draining(void)
{
	if (proxy_draining() || output_draining())
		return true;
	proxy_end();
	output_end();
	return stream_pumping();
}

static void supervise(void)
{
	while (m.phase != ENDED || (run.control >= 0 && draining())) {
		struct pollfd fds[FD_COUNT] = {
			/* A signal is for the container's PID 1, which there may not be yet. */
			[FD_CONTROL] = { .fd = m.phase == SET_UP ? -1 : run.control, .events = POLLIN },
			[FD_INIT] = { .fd = m.phase == ENDED ? -1 : m.pidfd, .events = POLLIN },
			[FD_INNER] = { .fd = m.inner, .events = POLLIN },
			[FD_SIGNALS] = { .fd = m.signals, .events = POLLIN },
			[FD_TIMER] = { .fd = m.timer, .events = POLLIN },
			[FD_TICK] = { .fd = m.tick, .events = POLLIN },
		};

		proxy_want(&fds[FD_PROXY]);
		output_want(&fds[FD_OUTPUT]);
		/* Who ended it may not want to wait for a reader that does not read. */
		int most_ms = m.more			    ? 0
			      : m.phase == ENDED && m.asked ? DRAIN_MS
			      : run.own_pty		    ? proxy_patience_ms()
							    : output_patience_ms();
		/* The kernel takes no more of them than we might have open. Nothing interrupts it: no signal has a
		 * handler. */
		if (must(poll(fds, FD_COUNT, most_ms), "poll", "%d descriptors", FD_COUNT) == 0 && most_ms == DRAIN_MS)
			break;
		/* What init said before it went comes before the fact that it went. */
		for (int i = 0; i < ROUND && m.inner >= 0 && on_inner(); i++)
			;
		if (fds[FD_CONTROL].revents)
			on_control();
		if (fds[FD_SIGNALS].revents)
			on_signal();
		if (fds[FD_TIMER].revents)
			on_timer();
		if (fds[FD_TICK].revents)
			on_tick();
		proxy_step(&fds[FD_PROXY]);
		output_step(&fds[FD_OUTPUT]);
		if (stream_over() && m.phase != STOPPING)
			stop_for(CAUSE_OUTPUT, false);
		if (fds[FD_INIT].revents || m.more)
			on_child_gone();
	}
	while (m.inner >= 0 && on_inner())
		;
	if (run.proc >= 0)
		end_descendants(run.proc);
}

static void prepare_supervision(void)
{
	sigset_t all;

	sigfillset(&all);
	/* Reading the terminal from the background must stop us, as it stops any program. */
	sigdelset(&all, SIGTTIN);
	sigdelset(&all, SIGTTOU);
	fail_at(STEP_SUPERVISE, NO_INDEX);
	m.signals = must(signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd", "of the monitor");
	m.timer = must(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "timerfd", "of the monitor");
	m.tick = must(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "timerfd", "of the watch");
}

void monitor_replan(const struct plan *plan)
{
	run.plan = plan;
	run.own_pty = run_step(STEP_CONSOLE) != NULL;
	m.watch = run_step(STEP_WATCH) ? &run_step(STEP_WATCH)->watch : NULL;
}

void monitor_begin(const struct plan *plan, int control, void (*init)(int inner))
{
	monitor_replan(plan);
	m.init = init;
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
	if (m.signals < 0)
		prepare_supervision();
}

void monitor_tell(struct iovec *message, const int *fds, size_t count)
{
	fail_at(STEP_SYNC, NO_INDEX);
	must(count == 0 ? send(m.inner, message->iov_base, message->iov_len, MSG_NOSIGNAL)
			: send_fds(m.inner, message, 1, fds, count),
	     "send", "to init");
}

void monitor_await(void)
{
	struct pollfd fds[3] = { { run.control, POLLIN, 0 }, { m.inner, POLLIN, 0 }, { m.pidfd, POLLIN, 0 } };

	while (!(fds[0].revents & POLLIN)) {
		must(poll(fds, 3, -1), "poll", "for the orchestrator");
		while (fds[1].revents && m.inner >= 0 && on_inner())
			;
		if (fds[2].revents || m.inner < 0 || (fds[0].revents && !(fds[0].revents & POLLIN)))
			fail_reported();
	}
}

void monitor_supervise(void)
{
	/* Only init and the terminal proxy have a use for the container's streams from here on. */
	if (!proxy_active())
		drop_streams();
	if (run_step(STEP_NESTED_NAMESPACES) == NULL)
		m.phase = STARTING;
	fail_at(STEP_SUPERVISE, NO_INDEX);
	supervise();
	proxy_restore();
	/* Its own code is not the command's. */
	bool silent = run.plan->stays_init && !m.have_child && WIFEXITED(m.child.status);
	if (!m.failed && (m.started_at == 0 || silent)) {
		fail_errno(ECHILD, "init", "ended %s, wait status %#x",
			   m.started_at > 0 ? "without telling of the command" : "during set-up",
			   (unsigned)m.child.status);
	}
	m.ending.wall_ns = now_ns() - m.started_at;
	m.ending.output_bytes = run_step(STEP_OUTPUT) ? stream_passed() : 0;
	if (m.failed)
		_exit(125);
	event_exited(&m.child, &m.ending);
	_exit(run.control >= 0 ? 0 : 125);
}

void monitor_run(const struct plan *plan, int control, void (*init)(int inner))
{
	struct iovec go = { (void *)(uintptr_t)SYNC_GO, strlen(SYNC_GO) };

	monitor_begin(plan, control, init);
	if (run_step(STEP_TERMINAL) == NULL)
		proxy_remember();
	monitor_steps();
	monitor_tell(&go, NULL, 0);
	monitor_supervise();
}
