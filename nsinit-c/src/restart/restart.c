#include "restart/restart.h"

#include "lifecycle/detach.h"
#include "proto/event.h"
#include "proto/steps.h"

/* What the keeper gets to know of the monitor, in memory that both have; NULL where there is no keeper. */
static struct told {
	bool started, ended, for_good;
	int status;
	uint64_t started_at;
} * told;

static int signals = -1;
/* Both ends of a pipe that nobody writes to; a monitor has the first alone. */
static int alive[2] = { -1, -1 };

int restart_keeper(void) { return alive[0]; }

void restart_leave(void)
{
	if (told == NULL)
		return;
	close(alive[0]);
	munmap(told, sizeof(*told));
	told = NULL;
}

void restart_started(void)
{
	if (told == NULL)
		return;
	told->started_at = now_ns();
	told->started = true;
}

/* How often it was started again. */
static uint32_t count;

static bool is_followed(void)
{
	const struct restart_step *step = &run_step(STEP_RESTART)->restart;
	bool success = told->ended && WIFEXITED(told->status) && WEXITSTATUS(told->status) == 0;

	return !told->for_good && count < step->most && (step->after_success || !success);
}

void restart_ended(int status)
{
	if (told == NULL)
		return;
	told->status = status;
	told->ended = true;
	/* First: whoever sees the end sees that it is none. */
	if (is_followed())
		detach_tell_restart(count + 1, true);
}

void restart_heed(struct request wanted)
{
	const struct step *stop = told != NULL && wanted.signo != 0 ? run_step(STEP_TIMEOUT) : NULL;

	if (stop != NULL && (wanted.stop || wanted.signo == SIGKILL || wanted.signo == (int)stop->timeout.signo))
		told->for_good = true;
}

static void begin(void)
{
	sigset_t set;

	told = must_map(sizeof(*told), MAP_SHARED);
	/* Whoever has lost its monitor becomes our child, so that it is seen to end. */
	must(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl", "PR_SET_CHILD_SUBREAPER");
	must(pipe2(alive, O_CLOEXEC), "pipe", "to the monitor");
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	signals = must(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd", "of the keeper");
}

/* The child goes on with the plan. Its first start is its caller's to hear of; of another one that fails, the file of
 * the one before tells. */
static void become_monitor(void)
{
	close(signals);
	close(alive[1]);
	if (count == 0)
		return;
	prctl(PR_SET_NAME, "nsinit", 0, 0, 0);
	detach_again(&run_step(STEP_DETACH)->detach, count);
	run.control = alive[0];
}

static void leave_caller(void)
{
	close(event_fd());
	if (run.control != event_fd())
		close(run.control);
	event_to(-1);
	prctl(PR_SET_NAME, "nsinit restart", 0, 0, 0);
	/* The file itself stays open: each monitor wants it. */
	for (int fd = 0; fd <= 2; fd++)
		must(dup2(run.null_fd, fd), "dup2", "/dev/null");
	detach_keep();
	(void)chdir("/");
}

/* From a service manager, or from whoever shuts the machine down: the monitor stops the container, if there is one. */
static void on_signals(pid_t monitor)
{
	struct signalfd_siginfo info[ROUND];
	ssize_t n = read(signals, info, sizeof(info));

	for (ssize_t i = 0; i < n / (ssize_t)sizeof(info[0]); i++) {
		if (info[i].ssi_signo != SIGTERM)
			continue;
		told->for_good = true;
		if (monitor > 0)
			kill(monitor, SIGTERM);
	}
}

/* Waits for what may come, and deals with it: from clients too, where there is no monitor that does. */
static void turn(pid_t monitor, int ms)
{
	struct pollfd fds[1 + CLIENT_FDS] = { { signals, POLLIN, 0 } };
	nfds_t n = monitor > 0 ? 1 : ARRAY_LEN(fds);

	if (monitor == 0)
		clients_want(fds + 1);
	must(poll(fds, n, ms), "poll", "of the keeper");
	if (fds[0].revents)
		on_signals(monitor);
	if (monitor == 0)
		restart_heed(clients_step(fds + 1));
}

/* Until nothing is left of a container: its monitor, and its init where that has lost the monitor. */
static int end_of(pid_t monitor)
{
	int status = 0, one;
	pid_t pid;

	while ((pid = waitpid(-1, &one, WNOHANG | __WALL)) >= 0) {
		if (pid == 0)
			turn(monitor, -1);
		else if (pid == monitor) {
			status = one;
			monitor = 0;
			clients_serve();
		}
	}
	return status;
}

static uint32_t next_delay(const struct restart_step *step, uint32_t ms)
{
	if (now_ns() - told->started_at >= step->reset_ms * UINT64_C(1000000))
		ms = 0;
	ms = ms == 0 ? step->first_ms : 2 * ms;
	return ms < step->last_ms ? ms : step->last_ms;
}

/* False if somebody has asked for the end meanwhile. */
static bool wait_for(uint32_t ms)
{
	uint64_t until = now_ns() + ms * UINT64_C(1000000);

	for (uint64_t now = now_ns(); now < until && !told->for_good; now = now_ns())
		turn(0, (int)((until - now) / 1000000) + 1);
	return !told->for_good;
}

/* What the monitor's end comes to: whether there is another start. */
static bool after(int status)
{
	bool followed = is_followed();

	detach_reopen();
	if (!told->ended) {
		detach_tell_restart(count + followed, followed);
		event_pid(FRAME_GONE, (uint32_t)status);
	} else if (!followed) {
		/* Somebody may have asked for the end since the monitor told it. */
		detach_tell_restart(count, false);
	}
	return followed;
}

void step_restart(const struct restart_step *step)
{
	uint32_t delay_ms = 0;

	for (begin();; count++) {
		memset(told, 0, sizeof(*told));
		pid_t monitor = must(fork(), "fork", "of a monitor");

		if (monitor == 0)
			return become_monitor();
		if (count == 0)
			leave_caller();
		clients_hand_over();
		int status = end_of(monitor);
		/* As a monitor without a keeper would. */
		if (!told->started)
			_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
		if (!after(status))
			_exit(0);
		delay_ms = next_delay(step, delay_ms);
		if (!wait_for(delay_ms)) {
			detach_tell_restart(count, false);
			_exit(0);
		}
		close(event_fd());
		event_to(-1);
	}
}
