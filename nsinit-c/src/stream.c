#include "stream.h"

#include "sys.h"

static uint64_t limit = UINT64_MAX, passed;
static bool over;

bool stream_empty(const struct stream *s) { return s->at == s->end; }

void stream_want(const struct stream *s, struct pollfd fds[2])
{
	fds[0] = (struct pollfd){ .fd = stream_empty(s) ? s->from : -1, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = stream_empty(s) ? -1 : s->to, .events = POLLOUT };
}

static bool would_block(void) { return errno == EAGAIN || errno == EINTR; }

static enum stream_state fill(struct stream *s)
{
	ssize_t n = read(s->from, s->bytes, STREAM_BYTES);

	if (n <= 0)
		return n < 0 && would_block() ? STREAM_GOES_ON : STREAM_ENDED;
	if (s->counted && (uint64_t)n > limit - passed) {
		n = (ssize_t)(limit - passed);
		over = true;
	}
	if (s->counted)
		passed += (uint64_t)n;
	s->at = 0;
	s->end = (size_t)n;
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
	if (s->from >= 0 && stream_empty(s))
		(void)fill(s);
	return !stream_empty(s);
}

void stream_limit(uint64_t bytes) { limit = bytes; }

uint64_t stream_passed(void) { return passed; }

bool stream_over(void) { return over; }

int stream_own_description(int fd)
{
	char path[32];
	struct stat st;
	int own;

	if (fstat(fd, &st) < 0 || !(S_ISCHR(st.st_mode) || S_ISFIFO(st.st_mode)))
		return fd;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	own = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return own < 0 ? fd : own;
}
