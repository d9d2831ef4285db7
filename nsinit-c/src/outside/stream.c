#include "outside/stream.h"

#include "base/fail.h"
#include "base/sys.h"
#include "lifecycle/attach.h"

/* More than any pipe holds, even if it is read in small pieces. */
#define MOST_DRAINS 1024

static uint64_t limit = UINT64_MAX, passed;
static bool over;
size_t stream_at_once = STREAM_BYTES;
/* Of the processes that wait for the caller's descriptors in our place. */
static int pumps[3] = { -1, -1, -1 };

bool stream_empty(const struct stream *s) { return s->at == s->end; }

void stream_want(const struct stream *s, struct pollfd fds[2])
{
	bool reads = stream_empty(s) && (s->logged == 0 || !attach_awaited());

	fds[0] = (struct pollfd){ .fd = reads ? s->from : -1, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = stream_empty(s) ? -1 : s->to, .events = POLLOUT };
}

static bool would_block(void) { return errno == EAGAIN || errno == EINTR; }

static enum stream_state fill(struct stream *s)
{
	ssize_t n;

	while ((n = read(s->from, s->bytes, stream_at_once)) == 0 && s->rest > 0) {
		dup2(s->rest, s->from);
		s->rest = 0;
	}
	if (n <= 0)
		return n < 0 && would_block() ? STREAM_GOES_ON : STREAM_ENDED;
	if (s->counted && (uint64_t)n > limit - passed) {
		n = (ssize_t)(limit - passed);
		over = true;
	}
	if (s->counted)
		passed += (uint64_t)n;
	s->at = 0;
	s->end = s->filter != NULL ? s->filter(s->bytes, (size_t)n) : (size_t)n;
	if (s->logged != 0) {
		attach_output(s->logged, s->bytes, s->end);
		s->end = 0;
	}
	return STREAM_GOES_ON;
}

enum stream_state stream_step(struct stream *s, const struct pollfd fds[2])
{
	ssize_t n;

	if (fds[0].revents)
		return fill(s);
	if (!fds[1].revents)
		return STREAM_GOES_ON;
	n = write(s->to, s->bytes + s->at, s->end - s->at);
	if (n < 0 && !would_block())
		return STREAM_UNREAD;
	s->at += n > 0 ? (size_t)n : 0;
	return STREAM_GOES_ON;
}

bool stream_draining(struct stream *s)
{
	uint64_t before = passed;

	if (s->from >= 0 && stream_empty(s) && s->drained++ < MOST_DRAINS)
		(void)fill(s);
	/* What was for the log is there already, and there may be more behind it. */
	return !stream_empty(s) || passed != before;
}

void stream_limit(uint64_t bytes) { limit = bytes; }

uint64_t stream_passed(void) { return passed; }

bool stream_over(void) { return over; }

static int own_description(int fd, const struct stat *st, bool out)
{
	/* Opening a pty's master again makes another pty. */
	bool tty = S_ISCHR(st->st_mode) && st->st_rdev != makedev(5, 2);
	char path[32];

	if (!tty && !S_ISFIFO(st->st_mode))
		return S_ISREG(st->st_mode) ? must(fcntl(fd, F_DUPFD_CLOEXEC, 3), "dup", "fd %d", fd) : -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, (out ? O_WRONLY : O_RDONLY) | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

bool stream_in_background(int tty)
{
	pid_t foreground = tcgetpgrp(tty);

	/* Unless it is nobody's, or that of a session of others, where no job is asked to wait. */
	return foreground > 0 && foreground != getpgrp();
}

static noreturn void pump(int from, int to)
{
	static uint8_t bytes[STREAM_ROOM];
	struct stream s = { STDIN_FILENO, STDOUT_FILENO, .bytes = bytes };
	struct pollfd fds[2];

	prctl(PR_SET_NAME, "nsinit relay", 0, 0, 0);
	dup2(from, STDIN_FILENO);
	dup2(to, STDOUT_FILENO);
	/* The way to the orchestrator, above all. */
	sys_close_range(STDERR_FILENO, ~0u, 0);
	do {
		stream_want(&s, fds);
		poll(fds, 2, -1);
		/* To read what is typed for another job would stop us, and all of our own. */
		while (stream_in_background(STDIN_FILENO))
			poll(NULL, 0, FOREGROUND_MS);
	} while (stream_step(&s, fds) == STREAM_GOES_ON);
	_exit(0);
}

int stream_way(int fd, bool out)
{
	pid_t monitor = getpid();
	struct stat st;
	int ends[2], own;

	must(fstat(fd, &st), "fstat", "fd %d", fd);
	own = own_description(fd, &st, out);
	if (own >= 0)
		return own;
	must(pipe2(ends, O_CLOEXEC), "pipe", "for fd %d", fd);
	must(fcntl(ends[out], F_SETFL, O_NONBLOCK), "pipe", "O_NONBLOCK");
	pid_t child = must(fork(), "fork", "for fd %d, which may block", fd);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		if (getppid() == monitor)
			pump(out ? ends[0] : fd, out ? fd : ends[1]);
		_exit(0);
	}
	close(ends[!out]);
	pumps[fd] = must(syscall(SYS_pidfd_open, child, 0), "pidfd_open", "of fd %d", fd);
	return ends[out];
}

bool stream_pumping(void)
{
	struct pollfd ended[2] = { { pumps[1], POLLIN, 0 }, { pumps[2], POLLIN, 0 } };

	poll(ended, 2, 0);
	return (pumps[1] >= 0 && !ended[0].revents) || (pumps[2] >= 0 && !ended[1].revents);
}

void stream_end_pumps(void)
{
	for (int fd = 0; fd <= 2; fd++)
		syscall(SYS_pidfd_send_signal, pumps[fd], SIGKILL, NULL, 0);
}
