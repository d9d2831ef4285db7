#include "output.h"

#include "hands.h"
#include "stream.h"

static uint8_t bytes[2][STREAM_BYTES];
static struct stream streams[2] = { { -1, -1, true, .bytes = bytes[0] }, { -1, -1, true, .bytes = bytes[1] } };
/* Their other ends, until init has them. */
static int container[2] = { -1, -1 };

static bool same_file(int a, int b)
{
	struct stat one, other;

	return fstat(a, &one) == 0 && fstat(b, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

static void open_stream(int i, int fd)
{
	int ends[2];

	must(pipe2(ends, O_CLOEXEC), "pipe", "for the output");
	must(fcntl(ends[0], F_SETFL, O_NONBLOCK), "pipe", "O_NONBLOCK");
	/* The container's ids are not ours, and it may open its /dev/stdout. */
	must(fchmod(ends[1], 0666), "pipe", "chmod");
	streams[i].from = ends[0];
	container[i] = ends[1];
	streams[i].to = stream_own_description(fd);
	/* The fd itself is to become /dev/null. */
	if (streams[i].to == fd)
		streams[i].to = must(fcntl(fd, F_DUPFD_CLOEXEC, 3), "dup", "fd %d", fd);
}

void step_output(const struct output_step *step)
{
	stream_limit(step->bytes);
	if (run_step(STEP_TERMINAL) != NULL)
		return;
	open_stream(0, STDOUT_FILENO);
	/* What goes to one place keeps its order by one pipe. */
	if (same_file(STDOUT_FILENO, STDERR_FILENO))
		container[1] = must(fcntl(container[0], F_DUPFD_CLOEXEC, 3), "dup", "the pipe");
	else
		open_stream(1, STDERR_FILENO);
}

void output_leave(void)
{
	close(container[0]);
	close(container[1]);
}

/* The container's end learns of it, by SIGPIPE, when it next writes; so does who reads from us. */
static void end_stream(struct stream *s)
{
	close(s->from);
	close(s->to);
	s->from = s->to = -1;
	s->at = s->end;
}

void output_enter(void)
{
	for (int i = 0; i < 2; i++) {
		if (container[i] >= 0)
			must(dup2(container[i], STDOUT_FILENO + i), "dup2", "the pipe");
		end_stream(&streams[i]);
	}
	output_leave();
}

void output_want(struct pollfd fds[OUTPUT_FDS])
{
	stream_want(&streams[0], fds);
	stream_want(&streams[1], fds + 2);
}

void output_step(const struct pollfd fds[OUTPUT_FDS])
{
	for (size_t i = 0; i < ARRAY_LEN(streams); i++)
		if (stream_step(&streams[i], fds + 2 * i) != STREAM_GOES_ON)
			end_stream(&streams[i]);
}

bool output_draining(void)
{
	bool first = stream_draining(&streams[0]), second = stream_draining(&streams[1]);

	return first || second;
}
