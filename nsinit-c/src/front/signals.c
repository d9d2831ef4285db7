#include "front/signals.h"

#include "base/sys.h"

/* All that a person or a supervisor sends to a program in the foreground. */
static const int forwarded[] = { SIGINT,  SIGTERM,   SIGHUP,  SIGUSR1, SIGUSR2, SIGCONT,  SIGWINCH,
				 SIGALRM, SIGVTALRM, SIGPROF, SIGIO,   SIGPWR,	SIGSTKFLT };

static struct sigaction given_pipe, given_child, given_quit;
static sigset_t given_mask;
static bool begun;
static int taken = -1;

void signals_begin(void)
{
	const struct sigaction ignored = { .sa_handler = SIG_IGN }, by_default = { .sa_handler = SIG_DFL };

	begun = true;
	sigaction(SIGPIPE, &ignored, &given_pipe);
	sigaction(SIGCHLD, &by_default, &given_child);
}

static void give_back(void)
{
	if (taken >= 0) {
		sigaction(SIGQUIT, &given_quit, NULL);
		sigprocmask(SIG_SETMASK, &given_mask, NULL);
	}
}

void signals_as_given(void)
{
	if (begun) {
		sigaction(SIGPIPE, &given_pipe, NULL);
		sigaction(SIGCHLD, &given_child, NULL);
	}
	give_back();
}

void signals_take(void)
{
	const struct sigaction ignored = { .sa_handler = SIG_IGN };
	struct sigaction given;
	sigset_t set;

	if (taken >= 0)
		return;
	sigemptyset(&set);
	/* One that is blocked would arrive even where it is ignored. */
	for (size_t i = 0; i < ARRAY_LEN(forwarded); i++)
		if (sigaction(forwarded[i], NULL, &given) == 0 && given.sa_handler != SIG_IGN)
			sigaddset(&set, forwarded[i]);
	taken = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (taken < 0)
		return;
	sigprocmask(SIG_BLOCK, &set, &given_mask);
	sigaction(SIGQUIT, &ignored, &given_quit);
}

void signals_give_back(void)
{
	if (taken < 0)
		return;
	while (signals_next() != 0)
		;
	give_back();
	close(taken);
	taken = -1;
}

int signals_fd(void) { return taken; }

int signals_next(void)
{
	struct signalfd_siginfo info;

	return read(taken, &info, sizeof(info)) == sizeof(info) ? (int)info.ssi_signo : 0;
}
