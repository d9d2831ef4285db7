#include "front/guest.h"

#include "base/fail.h"
#include "base/sys.h"
#include "front/signals.h"
#include "front/talk.h"
#include "outside/control.h"
#include "seal.h"

struct guest guest = { .pidfd = -1, .to = -1, .from = -1 };

/* Its memory is ours, and so is what it leaves here. */
static bool keep_why(uint16_t step, uint16_t index, int error, const char *object, const char *detail)
{
	(void)step;
	(void)index;
	snprintf(guest.why, sizeof(guest.why), "%s: %s (%s)", object, strerror(error), detail);
	return true;
}

static noreturn void become_nsinit(int in, int out)
{
	static char name[] = "nsinit", piped[] = "-";

	signals_as_given();
	/* Either number may be the other one's by now. */
	in = must(fcntl(in, F_DUPFD_CLOEXEC, CONTROL_OUT + 1), "pipe", "from the orchestrator");
	out = must(fcntl(out, F_DUPFD_CLOEXEC, CONTROL_OUT + 1), "pipe", "to the orchestrator");
	must(dup2(in, CONTROL_IN), "pipe", "from the orchestrator");
	must(dup2(out, CONTROL_OUT), "pipe", "to the orchestrator");
	seal_self((char *[]){ name, piped, NULL });
	fail_errno(EINVAL, "nsrun", "runs from a sealed memfd, and is no nsinit");
}

static void forget(void)
{
	guest_close();
	if (guest.from >= 0)
		close(guest.from);
	if (guest.pidfd >= 0)
		close(guest.pidfd);
	guest.from = guest.pidfd = -1;
	guest.pid = 0;
}

bool guest_start(void)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 };

	forget();
	memset(&guest, 0, sizeof(guest));
	guest.to = guest.from = guest.pidfd = -1;
	talk_begin();
	fail_report(keep_why);
	if (pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0 && fcntl(in[1], F_SETFL, O_NONBLOCK) == 0 &&
	    fcntl(out[0], F_SETFL, O_NONBLOCK) == 0)
		guest.pid = vfork();
	else
		guest.pid = -1;
	if (guest.pid == 0)
		become_nsinit(in[0], out[1]);
	if (guest.pid < 0)
		snprintf(guest.why, sizeof(guest.why), "nsinit: %s", strerror(errno));
	close(in[0]);
	close(out[1]);
	guest.to = in[1];
	guest.from = out[0];
	if (guest.pid > 0 && guest.why[0] == 0)
		guest.pidfd = (int)syscall(SYS_pidfd_open, guest.pid, 0);
	if (guest.pidfd >= 0)
		return true;
	if (guest.why[0] == 0)
		snprintf(guest.why, sizeof(guest.why), "pidfd_open: %s", strerror(errno));
	/* It has ended, or is to; why is known already. */
	if (guest.pid > 0) {
		kill(guest.pid, SIGKILL);
		waitpid(guest.pid, NULL, 0);
	}
	forget();
	return false;
}

void guest_close(void)
{
	if (guest.to >= 0)
		close(guest.to);
	guest.to = -1;
}

void guest_leave(void)
{
	guest.left = true;
	signals_give_back();
	forget();
}

static void restore(void)
{
	const struct sigaction ignored = { .sa_handler = SIG_IGN };
	struct sigaction given;

	/* Whoever has the terminal now. */
	sigaction(SIGTTOU, &ignored, &given);
	tcsetattr(STDIN_FILENO, TCSANOW, &guest.saved);
	sigaction(SIGTTOU, &given, NULL);
}

void guest_reap(void)
{
	int status = 0;

	waitpid(guest.pid, &status, 0);
	guest.status = (uint32_t)status;
	if (guest.end == 0 && guest.has_saved)
		restore();
	if (guest.end == 0 && WIFSIGNALED(status))
		snprintf(guest.why, sizeof(guest.why), "nsinit was killed by signal %d", WTERMSIG(status));
	else if (guest.end == 0)
		snprintf(guest.why, sizeof(guest.why), "nsinit ended with code %d", WEXITSTATUS(status));
	signals_give_back();
	forget();
}

void guest_kill(void)
{
	kill(guest.pid, SIGKILL);
	guest_reap();
}

bool guest_dying(void)
{
	char path[sizeof("/proc/-2147483648/exe")], byte;

	/* Whoever ends gives its memory back before its files. */
	snprintf(path, sizeof(path), "/proc/%d/exe", guest.pid);
	return readlink(path, &byte, sizeof(byte)) < 0 && errno == ENOENT;
}
