#include "outside/stream.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static uint8_t buffer[STREAM_BYTES];
static struct stream stream;
static int writing, reading; /* what our stream reads from, and writes to */

static void start(bool counted)
{
	int in[2], out[2];

	if (pipe2(in, O_CLOEXEC | O_NONBLOCK) < 0 || pipe2(out, O_CLOEXEC | O_NONBLOCK) < 0)
		abort();
	CHECK(fcntl(out[1], F_SETPIPE_SZ, 4096) == 4096);
	stream = (struct stream){ in[0], out[1], counted, .bytes = buffer };
	writing = in[1];
	reading = out[0];
}

static enum stream_state turn(void)
{
	struct pollfd fds[2];

	stream_want(&stream, fds);
	return poll(fds, 2, 0) > 0 ? stream_step(&stream, fds) : STREAM_GOES_ON;
}

static void check_text_read(const char *wanted)
{
	char got[64];
	ssize_t n = read(reading, got, sizeof(got) - 1);

	got[n > 0 ? n : 0] = 0;
	CHECK_TEXT(got, wanted);
}

static void bytes_pass(void)
{
	start(false);
	CHECK(write(writing, "some", 4) == 4);
	CHECK(turn() == STREAM_GOES_ON && !stream_empty(&stream));
	CHECK(turn() == STREAM_GOES_ON && stream_empty(&stream));
	check_text_read("some");
	CHECK(stream_passed() == 0 && !stream_over());
}

static void end_of_input(void)
{
	start(true);
	CHECK(write(writing, "last", 4) == 4);
	(void)close(writing);
	CHECK(turn() == STREAM_GOES_ON && turn() == STREAM_GOES_ON);
	CHECK(turn() == STREAM_ENDED);
	check_text_read("last");
}

static void nobody_reads(void)
{
	start(true);
	CHECK(signal(SIGPIPE, SIG_IGN) != SIG_ERR); /* the monitor blocks it */
	(void)close(reading);
	CHECK(write(writing, "x", 1) == 1);
	CHECK(turn() == STREAM_GOES_ON);
	CHECK(turn() == STREAM_UNREAD);
}

static void slow_reader(void)
{
	static char block[4096];
	size_t taken = 0;
	struct pollfd fds[2];

	start(true);
	/* Until pipe, stream and pipe are full. */
	for (int quiet = 0; quiet < 10; quiet++) {
		ssize_t n = write(writing, block, sizeof(block));

		taken += n > 0 ? (size_t)n : 0;
		if (n > 0)
			quiet = 0;
		CHECK(turn() == STREAM_GOES_ON);
	}
	CHECK(taken < 200000);
	stream_want(&stream, fds);
	CHECK(fds[0].fd == -1 && fds[1].fd == stream.to);
	CHECK(stream_draining(&stream));
}

static void limit_is_shared(void)
{
	stream_limit(6);
	start(true);
	CHECK(write(writing, "12345", 5) == 5);
	CHECK(turn() == STREAM_GOES_ON && turn() == STREAM_GOES_ON);
	CHECK(!stream_over() && stream_passed() == 5);
	check_text_read("12345");
	/* Another one, with what the first has left. */
	start(true);
	CHECK(write(writing, "6789", 4) == 4);
	CHECK(turn() == STREAM_GOES_ON && stream_over() && stream_passed() == 6);
	CHECK(turn() == STREAM_GOES_ON);
	check_text_read("6");
	/* What comes now is read, so that its writer can end in peace, and thrown away. */
	CHECK(write(writing, "more", 4) == 4);
	CHECK(turn() == STREAM_GOES_ON && stream_empty(&stream) && stream_passed() == 6);
	CHECK(!stream_draining(&stream));
}

static void exactly_the_limit(void)
{
	start(true);
	stream_limit(4);
	CHECK(write(writing, "1234", 4) == 4);
	CHECK(turn() == STREAM_GOES_ON && !stream_over() && stream_passed() == 4);
	CHECK(turn() == STREAM_GOES_ON);
	check_text_read("1234");
}

static void nothing_is_allowed(void)
{
	start(true);
	stream_limit(0);
	CHECK(turn() == STREAM_GOES_ON && !stream_over());
	CHECK(write(writing, "1", 1) == 1);
	CHECK(turn() == STREAM_GOES_ON && stream_over() && stream_empty(&stream));
}

static void rest_is_drained(void)
{
	start(true);
	CHECK(write(writing, "rest", 4) == 4);
	CHECK(stream_draining(&stream) && turn() == STREAM_GOES_ON);
	check_text_read("rest");
	CHECK(!stream_draining(&stream));
	(void)close(writing);
	CHECK(!stream_draining(&stream));
}

static void own_descriptions(void)
{
	char path[] = "/tmp/nsinit-stream-XXXXXX", got[2];
	int file = mkstemp(path), pipe_ends[2], own;

	CHECK(pipe(pipe_ends) == 0 && dup2(pipe_ends[1], 1) == 1);
	own = stream_way(1, true);
	CHECK(own != 1 && (fcntl(own, F_GETFL) & O_NONBLOCK) && (fcntl(own, F_GETFD) & FD_CLOEXEC));
	CHECK(!(fcntl(1, F_GETFL) & O_NONBLOCK));
	CHECK(write(own, "x", 1) == 1 && read(pipe_ends[0], got, 2) == 1);
	/* A file opened again would be written from its start. */
	CHECK(write(file, "abc", 3) == 3 && dup2(file, 1) == 1);
	own = stream_way(1, true);
	CHECK(own != 1 && write(own, "d", 1) == 1 && lseek(1, 0, SEEK_CUR) == 4);
	CHECK(!stream_pumping());
	(void)unlink(path);
}

/* The far end of what is our descriptor, and can't be opened again. */
static int become_socket(int fd)
{
	int pair[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0 && dup2(pair[1], fd) == fd);
	(void)close(pair[1]);
	return pair[0];
}

static void socket_that_nobody_reads(void)
{
	static char block[4096], got[4096];
	int far = become_socket(STDOUT_FILENO), way = stream_way(STDOUT_FILENO, true);
	struct pollfd room = { .fd = way, .events = POLLOUT };
	size_t written = 0, n = 0;

	CHECK(stream_pumping());
	/* Until all on the way is full: 50 ms are what it takes the process in between to empty a pipe again. */
	while (poll(&room, 1, 50) > 0) {
		ssize_t k = write(way, block, sizeof(block));

		if (!CHECK(k > 0))
			return;
		written += (size_t)k;
	}
	CHECK(written > 65536 && write(way, block, 1) < 0);
	(void)close(way);
	(void)close(STDOUT_FILENO);
	CHECK(stream_pumping());
	/* All of it is written, and then there is an end. */
	for (ssize_t k; (k = read(far, got, sizeof(got))) > 0;)
		n += (size_t)k;
	CHECK(n == written);
	while (stream_pumping())
		;
}

static void socket_that_says_nothing(void)
{
	int far = become_socket(STDIN_FILENO), way = stream_way(STDIN_FILENO, false);
	struct pollfd said = { .fd = way, .events = POLLIN };
	char got[8];

	CHECK(read(way, got, sizeof(got)) < 0);
	/* What reads is not waited for. */
	CHECK(!stream_pumping());
	CHECK(write(far, "word", 4) == 4);
	CHECK(poll(&said, 1, -1) == 1 && read(way, got, sizeof(got)) == 4);
	CHECK(waitpid(-1, NULL, WNOHANG) == 0);
	stream_end_pumps();
	CHECK(waitpid(-1, NULL, 0) > 0);
}

static void endless_rest(void)
{
	start(false);
	(void)close(stream.to);
	stream.to = open("/dev/null", O_WRONLY | O_CLOEXEC);
	/* Somebody else has got hold of the other end, and writes whenever there is room. */
	unsigned rounds = 0;
	do {
		(void)turn();
		(void)!write(writing, "more", 4);
	} while (stream_draining(&stream) && rounds++ < 100000);
	CHECK(rounds > 500 && rounds < 100000);
}

int main(void)
{
	test("bytes are passed on, and not counted unless they are output", bytes_pass);
	test("the end of the input is told once all of it is passed on", end_of_input);
	test("a reader that has gone is told", nobody_reads);
	test("a reader that is slow stops the reading", slow_reader);
	test("streams share a limit, and what is beyond is thrown away", limit_is_shared);
	test("as much as the limit is not too much", exactly_the_limit);
	test("a limit of nothing lets nothing through", nothing_is_allowed);
	test("what is left when nobody writes any more is drained", rest_is_drained);
	test("whoever writes on after the end is not heard for ever", endless_rest);
	test("a pipe is opened again to write without waiting, a file is not", own_descriptions);
	test("a socket that nobody reads does not block whoever writes, and gets it all", socket_that_nobody_reads);
	test("a socket that says nothing does not block whoever reads", socket_that_says_nothing);
	return tests_done();
}
