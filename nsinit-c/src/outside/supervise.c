#include "outside/supervise.h"

#include "base/descendants.h"
#include "lifecycle/attach.h"
#include "lifecycle/clients.h"
#include "lifecycle/detach.h"
#include "outside/control.h"
#include "outside/listener.h"
#include "outside/namespaces.h"
#include "outside/output.h"
#include "outside/proxy.h"
#include "outside/sample.h"
#include "outside/stream.h"
#include "proto/sync.h"
#include "restart/restart.h"

enum { FD_CONTROL, FD_INIT, FD_INNER, FD_SIGNALS, FD_TIMER, FD_TICK, FD_KEEPER, FD_PROXY };
enum { FD_OUTPUT = FD_PROXY + PROXY_FDS, FD_CLIENTS = FD_OUTPUT + OUTPUT_FDS, FD_COUNT = FD_CLIENTS + CLIENT_FDS };

#define DRAIN_MS 500
/* For an agent to let the command start: nobody can type Ctrl-C to it yet, where there is a terminal of its own. */
#define START_MS 60000u
/* From an init that is ready to the execution of its command. */
#define LAST_MS	 5000u
#define NEVER_MS 315360000000u

struct life life = { .inner = -1, .pidfd = -1, .signals = -1, .proc = -1, .timeout.signo = SIGKILL };

void signal_container(int signo)
{
	/* Where the others would not die with init, it is told to end them and itself. */
	if (signo == SIGKILL && run.proc >= 0 && life.started_at > 0 && run.plan->stays_init) {
		shutdown(life.inner, SHUT_WR);
		signo = SIGCONT;
	}
	/* Nobody else gets its number before we have reaped it. */
	if (run.init > 0 && life.phase != ENDED && kill(run.init, signo) < 0) {
		namespaces_as_owner(true);
		kill(run.init, signo);
		namespaces_as_owner(false);
	}
}

void tell_ready(void)
{
	if (!life.ready)
		event_pid(FRAME_READY, (uint32_t)run.init);
	life.ready = true;
}

void tell_end(void)
{
	if (life.told)
		return;
	life.told = true;
	life.ending.wall_ns = now_ns() - life.started_at;
	life.ending.output_bytes = run_step(STEP_OUTPUT) ? stream_passed() : 0;
	restart_ended(life.child.status);
	if (detached())
		detach_tell_end(&life.child, &life.ending);
	else
		event_exited(&life.child, &life.ending);
}

/*
 * Init has ended all others before it told, and is left with nothing but itself to end. Whoever wants to know when its
 * mounts are gone as well hears that from the launcher.
 */
static void on_child(void)
{
	life.have_child = true;
	if (event_number() != NO_CONTAINER && run.proc < 0 && !stream_pumping() && !proxy_active() && !life.failed)
		tell_end();
}

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
	if (life.phase < RUNNING)
		life.phase = RUNNING;
	release_plan();
	life.started_at = now_ns();
	if ((life.timeout.ms > 0 || run_step(STEP_LISTENER)) && life.phase == RUNNING)
		arm(life.timer, life.timeout.ms > 0 ? life.timeout.ms : NEVER_MS, 0);
	if (life.proc >= 0)
		arm(life.tick, 0, life.watch->period_ms);
	/* The last of what may fail is done. */
	if (run.detaches && run.control >= 0)
		detach_started(run.init, life.command);
	else
		event_pid(FRAME_STARTED, (uint32_t)life.command);
	restart_started();
	if (run.control < 0 && !detached())
		signal_container(SIGKILL);
}

/* A limit is reached: the stop signal, and SIGKILL after grace, or at once. The first limit is the cause. */
static void stop_for(enum exit_cause cause, bool at_once)
{
	/* What has ended by itself while its last output is written did not run into a limit. */
	if (life.have_child || life.phase == ENDED)
		return;
	if (life.phase != STOPPING) {
		life.ending.cause = cause;
		arm(life.timer, life.timeout.grace_ms, 0);
	}
	life.phase = STOPPING;
	life.asked = true;
	signal_container(at_once ? SIGKILL : (int)life.timeout.signo);
}

static void on_timer(void)
{
	uint64_t expirations;

	if (read(life.timer, &expirations, sizeof(expirations)) < 0)
		return;
	if (run.control < 0 && !detached())
		return signal_container(SIGKILL);
	if (life.phase == HELD)
		listener_give_up(ETIMEDOUT);
	stop_for(CAUSE_TIMEOUT, life.phase == STOPPING);
}

static void on_tick(void)
{
	uint64_t expirations;
	struct usage used;

	if (read(life.tick, &expirations, sizeof(expirations)) < 0 || life.phase == ENDED)
		return;
	/* Init is among them as long as it is not reaped. */
	must(sample_sum(life.proc, &used) && used.threads > 0 ? 0 : -1, "/proc", "of the container that is watched");
	uint64_t most = life.watch->processes;
	bool too_many = most > 0 && used.threads > most;

	if (life.watch->memory_bytes > 0)
		used.rss_bytes += sample_hidden(life.proc, now_ns());
	if (used.rss_bytes > life.ending.peak_rss_bytes)
		life.ending.peak_rss_bytes = used.rss_bytes;
	/* What takes memory takes it from everybody, and may not get the time to say goodbye; nor may what forks on
	 * where the kernel does not bound it: root of the host, or a uid after the other. */
	if (life.watch->memory_bytes > 0 && used.rss_bytes > life.watch->memory_bytes)
		stop_for(CAUSE_MEMORY, true);
	else if (too_many && (life.phase != STOPPING || used.threads > 2 * most))
		stop_for(CAUSE_PROCESSES, used.threads > 2 * most);
	else if (life.watch->cpu_ms > 0 && used.cpu_ms > life.watch->cpu_ms && life.phase != STOPPING)
		stop_for(CAUSE_CPU_TIME, false);
}

/* Somebody wants it to stop, or else be killed after that time. */
static void stop_as_asked(int signo, uint64_t grace_ms)
{
	if (life.have_child || life.phase == ENDED)
		return;
	life.phase = STOPPING;
	life.asked = true;
	arm(life.timer, grace_ms, 0);
	signal_container(grace_ms == 0 ? SIGKILL : signo);
}

static void stop_container(void) { signal_container(run.plan->stays_init ? SIGTSTP : SIGSTOP); }

/* PID 1 can't pass on the one that stops itself. */
static void pass_on(int signo)
{
	if (signo == SIGTSTP || signo == SIGSTOP)
		stop_container();
	else
		signal_container(signo);
}

static void on_request(struct request wanted)
{
	life.asked |= wanted.signo != 0;
	restart_heed(wanted);
	if (wanted.stop)
		stop_as_asked(wanted.signo, wanted.grace_ms);
	else if (wanted.signo != 0)
		pass_on(wanted.signo);
}

static void on_control(void)
{
	int signo;

	if (!control_signal(run.control, &signo)) {
		if (life.lives_on && life.phase >= RUNNING) {
			close(run.control);
			return detach_alone();
		}
		run.control = -1; /* not closed: a socket is the way of the events too */
		life.ending.cause = CAUSE_CONTROL_GONE;
		/* Whoever has lost the launcher starts it anew unless it was executed: that is told first. */
		if (life.phase == STARTING && life.ready)
			return arm(life.timer, LAST_MS, 0);
		/* Init must say that it is ready, and the command's process that it is there: that fails from now on,
		 * however long init may take to die, and nothing is executed. */
		if (life.phase == STARTING)
			shutdown(life.inner, SHUT_RD);
		return signal_container(SIGKILL);
	}
	life.asked |= signo != 0;
	/* The command could not take it yet, nor could init, which sleeps until the command has started. */
	if (life.phase == HELD && (signo == SIGINT || signo == SIGTERM || signo == SIGHUP || signo == SIGKILL))
		listener_give_up(EINTR);
	if (signo == SIGWINCH && proxy_active())
		proxy_resize();
	else if (signo != 0)
		pass_on(signo);
}

/* Init, or an orphan of a container without a pid namespace of its own. */
static void on_child_gone(void)
{
	struct rusage usage;
	int status;
	pid_t pid = 1;

	for (int i = 0; i < ROUND && (pid = wait4(-1, &status, WNOHANG | __WALL, &usage)) > 0; i++) {
		/* It may have reported, before it went, that another one is init. */
		while (pid == run.init && life.inner >= 0 && hear_init())
			;
		if (pid != run.init)
			continue;
		bool unborn = life.phase == SET_UP;
		life.phase = ENDED;
		/* PID 1 has reported the command's end; where it could not, or where it was the command, its own
		 * end is all there is. */
		if (!life.have_child)
			life.child = (struct child_exit){ status, usage };
		/* What still passes on the output would be among them; later then. */
		if (run.proc >= 0 && !stream_pumping())
			end_descendants(run.proc);
		/* Whoever was to be PID 1 ends for want of a set-up. */
		if (unborn)
			stream_end_pumps();
		while (unborn && waitpid(-1, NULL, __WALL) > 0)
			;
	}
	life.more = pid > 0 || (pid < 0 && errno != ECHILD);
}

/*
 * Signals reach the command through the orchestrator; those that a terminal sends to the whole
 * foreground group reach it too, and would arrive twice if passed on here. What is left is what a
 * JVM can't catch, and what is about our own terminal.
 */
static void on_signal(void)
{
	struct signalfd_siginfo info[ROUND];
	ssize_t n = read(life.signals, info, sizeof(info));

	for (ssize_t i = 0; i < n / (ssize_t)sizeof(info[0]); i++) {
		if (info[i].ssi_signo == SIGCHLD) {
			life.more = true;
		} else if (detached() && info[i].ssi_signo == SIGTERM) {
			/* Of a service manager's, or of the machine that is shut down. */
			on_request((struct request){ (int)life.timeout.signo, true, life.timeout.grace_ms });
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
	if (life.phase == SET_UP)
		life.phase = STARTING;
	run.init = pid;
	close(life.pidfd);
	life.pidfd = must(syscall(SYS_pidfd_open, pid, 0), "pidfd_open", "PID 1");
}

static void on_listener(int fd)
{
	listener_pass(fd);
	if (life.phase == STARTING)
		life.phase = HELD;
	arm(life.timer, life.timeout.ms > 0 ? life.timeout.ms : START_MS, 0);
}

static bool on_inner_closed(void)
{
	close(life.inner);
	life.inner = -1;
	/* The socket is closed by execve: the command, as PID 1, has started. */
	if (life.execing && !life.failed)
		on_started();
	return false;
}

bool hear_init(void)
{
	static uint8_t bytes[EVENT_MAX];
	struct enclosed with;
	ssize_t n = event_receive(life.inner, bytes, sizeof(bytes), &with);
	struct reader r = { .at = bytes, .end = bytes + (n > 0 ? n : 0) };
	uint16_t type;

	/* An init that ends with its 'go' unread resets the socket; what it said is still to be had then. */
	if (n < 0)
		return errno == EINTR || errno == ECONNRESET;
	if (n == 0)
		return on_inner_closed();
	get_u32(&r);
	type = get_u16(&r);
	switch (type) {
	case FRAME_READY:
		tell_ready();
		break;
	case FRAME_STARTED:
		on_started();
		break;
	case FRAME_INIT:
		on_other_init((pid_t)get_u32(&r));
		break;
	case FRAME_COMMAND:
		life.command = with.sender;
		break;
	case FRAME_EXECING:
		life.execing = true;
		break;
	case FRAME_CONSOLE:
		proxy_attach(with.fds[0], with.fds[1]);
		break;
	case FRAME_NAMESPACES:
		detach_namespaces(run.init, namespaces_try);
		send(life.inner, SYNC_GO, strlen(SYNC_GO), MSG_NOSIGNAL);
		break;
	case FRAME_WATCH:
		life.proc = sample_begin(with.fds);
		break;
	case FRAME_LISTENER:
		on_listener(with.fds[0]);
		break;
	case FRAME_CHILD:
		child_exit_decode(&r, &life.child);
		on_child();
		break;
	default:
		/* What else fails then is the consequence. */
		if (!life.failed)
			event_send_bytes(bytes, (size_t)n);
		life.failed |= type == FRAME_FAILED;
		if (life.failed && life.phase == HELD)
			life.phase = STARTING;
	}
	return true;
}

/* Once all that was written is on its way, whoever passes it on gets to know that this is all. */
static bool draining(void)
{
	if ((detached() && attach_awaited()) || proxy_draining() || output_draining())
		return true;
	proxy_end();
	output_end();
	return stream_pumping();
}

void supervise(void)
{
	while (life.phase != ENDED || ((run.control >= 0 || detached()) && draining())) {
		struct pollfd fds[FD_COUNT] = {
			/* A signal is for the container's PID 1, which there may not be yet. */
			[FD_CONTROL] = { .fd = life.phase == SET_UP ? -1 : run.control, .events = POLLIN },
			[FD_INIT] = { .fd = life.phase == ENDED ? -1 : life.pidfd, .events = POLLIN },
			[FD_INNER] = { .fd = life.inner, .events = POLLIN },
			[FD_SIGNALS] = { .fd = life.signals, .events = POLLIN },
			[FD_TIMER] = { .fd = life.timer, .events = POLLIN },
			[FD_TICK] = { .fd = life.tick, .events = POLLIN },
			[FD_KEEPER] = { .fd = life.phase == ENDED ? -1 : restart_keeper() },
		};

		proxy_want(&fds[FD_PROXY]);
		output_want(&fds[FD_OUTPUT]);
		nfds_t count = detached() ? FD_COUNT : FD_CLIENTS;
		if (count == FD_COUNT)
			clients_want(&fds[FD_CLIENTS]);
		/* Who ended it may not want to wait for a reader that does not read. */
		int most_ms = life.more				  ? 0
			      : life.phase == ENDED && life.asked ? DRAIN_MS
			      : run.own_pty			  ? proxy_patience_ms()
								  : output_patience_ms();
		/* The kernel takes no more of them than we might have open. Nothing interrupts it: no signal has a
		 * handler. */
		if (must(poll(fds, count, most_ms), "poll", "%d descriptors", (int)count) == 0 && most_ms == DRAIN_MS)
			break;
		/* What init said before it went comes before the fact that it went. */
		for (int i = 0; i < ROUND && life.inner >= 0 && hear_init(); i++)
			;
		if (fds[FD_CONTROL].revents)
			on_control();
		if (fds[FD_SIGNALS].revents)
			on_signal();
		if (fds[FD_TIMER].revents)
			on_timer();
		if (fds[FD_TICK].revents)
			on_tick();
		/* Nobody holds any more what the container has of the host. */
		if (fds[FD_KEEPER].revents)
			signal_container(SIGKILL);
		proxy_step(&fds[FD_PROXY]);
		output_step(&fds[FD_OUTPUT]);
		if (count == FD_COUNT)
			on_request(clients_step(&fds[FD_CLIENTS]));
		/* Init may be slower than a command that writes at once; killed then, it could not tell that there was
		 * one. */
		if (stream_over() && life.phase == RUNNING)
			stop_for(CAUSE_OUTPUT, false);
		if (fds[FD_INIT].revents || life.more)
			on_child_gone();
	}
	while (life.inner >= 0 && hear_init())
		;
	if (run.proc >= 0)
		end_descendants(run.proc);
}

void prepare_supervision(void)
{
	sigset_t all;

	sigfillset(&all);
	/* Reading the terminal from the background must stop us, as it stops any program. */
	sigdelset(&all, SIGTTIN);
	sigdelset(&all, SIGTTOU);
	fail_at(STEP_SUPERVISE, NO_INDEX);
	life.signals = must(signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd", "of the monitor");
	life.timer = must(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "timerfd", "of the monitor");
	life.tick = must(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "timerfd", "of the watch");
}
