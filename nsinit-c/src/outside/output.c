#include "outside/output.h"

#include "lifecycle/attach.h"
#include "outside/proxy.h"
#include "outside/stream.h"
#include "proto/steps.h"

/* By the number that the container has for it. */
static uint8_t bytes[3][STREAM_ROOM];
static struct stream streams[3] = {
	{ -1, -1, .bytes = bytes[0] },
	{ -1, -1, true, .bytes = bytes[1] },
	{ -1, -1, true, .bytes = bytes[2] },
};
/* Their other ends, until init has them. */
static int container[3] = { -1, -1, -1 };

static bool same_file(int a, int b)
{
	struct stat one, other;

	return fstat(a, &one) == 0 && fstat(b, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

void output_join(int fd, int end, int rest)
{
	struct stream *s = &streams[fd];
	bool out = fd != STDIN_FILENO;

	*(out ? &s->from : &s->to) = end;
	s->rest = rest;
	if (run.detaches)
		s->logged = fd;
	else
		*(out ? &s->to : &s->from) = stream_way(fd, out);
}

static void open_stream(int fd)
{
	bool out = fd != STDIN_FILENO;
	int ends[2];

	must(pipe2(ends, O_CLOEXEC), "pipe", "for fd %d", fd);
	must(fcntl(ends[!out], F_SETFL, O_NONBLOCK), "pipe", "O_NONBLOCK");
	/* The container's ids are not ours, and it may open its /dev/stdout. */
	must(fchmod(ends[out], out ? 0622 : 0644), "pipe", "chmod");
	container[fd] = ends[out];
	/* Input of one that lives on does not end, and has nothing in it but what those say who attach. */
	if (run.detaches && !out)
		attach_input(ends[1]);
	else
		output_join(fd, ends[!out], 0);
}

void step_output(const struct output_step *step)
{
	stream_limit(step->bytes);
	if (run_step(STEP_TERMINAL) != NULL)
		return;
	if (step->input)
		open_stream(STDIN_FILENO);
	open_stream(STDOUT_FILENO);
	/* What goes to one place keeps its order by one pipe. */
	if (!run.detaches && same_file(STDOUT_FILENO, STDERR_FILENO))
		container[2] = must(fcntl(container[1], F_DUPFD_CLOEXEC, 3), "dup", "the pipe");
	else
		open_stream(STDERR_FILENO);
}

void output_streams(int fds[3])
{
	for (int fd = 0; fd <= 2; fd++)
		fds[fd] = container[fd] >= 0 ? container[fd] : fd;
}

void output_leave(void)
{
	for (int fd = 0; fd <= 2; fd++)
		close(container[fd]);
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
	for (int fd = 0; fd <= 2; fd++) {
		if (container[fd] >= 0)
			must(dup2(container[fd], fd), "dup2", "the pipe");
		end_stream(&streams[fd]);
	}
	output_leave();
}

/* What is typed at a terminal is for whoever is in the foreground. */
static bool held_back(void) { return stream_in_background(streams[0].from); }

int output_patience_ms(void) { return held_back() ? FOREGROUND_MS : -1; }

void output_want(struct pollfd fds[OUTPUT_FDS])
{
	for (size_t i = 0; i < ARRAY_LEN(streams); i++)
		stream_want(&streams[i], fds + 2 * i);
	if (held_back())
		fds[0].fd = -1;
}

void output_step(const struct pollfd fds[OUTPUT_FDS])
{
	for (size_t i = 0; i < ARRAY_LEN(streams); i++)
		if (stream_step(&streams[i], fds + 2 * i) != STREAM_GOES_ON)
			end_stream(&streams[i]);
}

bool output_draining(void)
{
	bool out = stream_draining(&streams[1]), err = stream_draining(&streams[2]);

	return out || err;
}

void output_end(void)
{
	for (size_t i = 0; i < ARRAY_LEN(streams); i++)
		end_stream(&streams[i]);
}
