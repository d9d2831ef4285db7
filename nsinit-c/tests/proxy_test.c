#include "outside/proxy.h"

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "session.h"

static void read_exactly(int fd, const char *wanted)
{
	char got[64];
	size_t n = 0;

	/* Not blocking for ever: test() sets an alarm. */
	while (n < strlen(wanted)) {
		ssize_t k = read(fd, got + n, strlen(wanted) - n);

		if (!CHECK(k > 0))
			return;
		n += (size_t)k;
	}
	CHECK(memcmp(got, wanted, n) == 0);
}

static void both_ways(void)
{
	session_start(true);
	session_raw();
	CHECK(write(typing, "typed", 5) == 5);
	CHECK(session_turn(-1) && session_turn(-1));
	read_exactly(session, "typed");
	CHECK(write(session, "said", 4) == 4);
	CHECK(session_turn(-1) && session_turn(-1));
	read_exactly(reading, "said");
}

static void end_typed(const char *typed)
{
	char rest[8];

	session_start(true);
	CHECK(write(typing, typed, strlen(typed)) == (ssize_t)strlen(typed));
	(void)close(typing);
	while (session_turn(0))
		;
	if (*typed)
		read_exactly(session, typed);
	CHECK(proxy_patience_ms() > 0);
	/* Told, if it was not yet, and written. */
	(void)session_turn(0);
	(void)session_turn(0);
	CHECK(read(session, rest, sizeof(rest)) == 0);
}

static void end_after_a_line(void) { end_typed("line\n"); }

static void end_within_a_line(void) { end_typed("line"); }

static void end_at_once(void) { end_typed(""); }

static void end_told_again(void)
{
	char rest[8];

	session_start(true);
	CHECK(proxy_patience_ms() == -1);
	(void)close(typing);
	while (session_turn(0))
		;
	/* What was typed before is no end in raw mode. */
	session_raw();
	CHECK(read(session, rest, sizeof(rest)) == 2 && rest[0] == 0 && rest[1] == 0);
	CHECK(!session_turn(0) && session_turn(0));
	read_exactly(session, "\4\4");
	proxy_hang_up();
	CHECK(proxy_patience_ms() == -1);
}

static void no_input(void)
{
	struct pollfd fds[PROXY_FDS];

	session_start(false);
	CHECK(write(typing, "x", 1) == 1);
	proxy_want(fds);
	CHECK(fds[PROXY_STDIN].fd == -1);
	CHECK(!session_turn(0));
}

static void closed_stdin(void)
{
	session_start(true);
	/* The relay has its own description of it. */
	(void)close(STDIN_FILENO);
	session_raw();
	CHECK(write(typing, "typed", 5) == 5);
	CHECK(session_turn(-1) && session_turn(-1));
	read_exactly(session, "typed");
}

static void closed_stdout(void)
{
	char byte;

	session_start(true);
	session_raw();
	/* Not even there: the relay's own description of it goes too. */
	(void)close(STDOUT_FILENO);
	(void)close(reading);
	CHECK(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
	CHECK(write(session, "x", 1) == 1);
	CHECK(session_turn(-1) && session_turn(-1));
	CHECK(!session_turn(0) && !proxy_draining());
	CHECK(read(session, &byte, 1) <= 0);
}

static void fill_up(void)
{
	static char block[4096];
	struct pollfd fds[PROXY_FDS];

	session_raw();
	CHECK(fcntl(session, F_SETFL, O_NONBLOCK) == 0);
	/* Until the pipe, the relay and the pty are full. */
	for (unsigned quiet = 0; quiet < 50;) {
		bool wrote = write(session, block, sizeof(block)) > 0;
		bool turned = session_turn(1);

		quiet = wrote || turned ? 0 : quiet + 1;
	}
	proxy_want(fds);
	CHECK(fds[PROXY_MASTER].fd == -1);
	CHECK(fds[PROXY_STDOUT].events == POLLOUT);
	CHECK(!session_turn(0));
	CHECK(proxy_draining());
	/* Input goes on all the same. */
	CHECK(write(typing, "q", 1) == 1);
	CHECK(session_turn(-1) && session_turn(-1));
	CHECK(fcntl(session, F_SETFL, 0) == 0);
	read_exactly(session, "q");
}

static void nobody_reads_the_pipe(void)
{
	session_start(true);
	fill_up();
}

/* A write to a terminal takes all it is given, and waits, unless told otherwise. */
static void nobody_reads_the_terminal(void)
{
	int out[2];

	if (openpty(&out[0], &out[1], NULL, NULL, NULL) < 0)
		abort();
	session_start_on(out, true);
	fill_up();
}

static void reader_goes_away(void)
{
	struct pollfd fds[PROXY_FDS];
	char byte;

	session_start(true);
	session_raw();
	CHECK(signal(SIGPIPE, SIG_IGN) != SIG_ERR); /* the monitor blocks it */
	(void)close(reading);
	CHECK(write(session, "x", 1) == 1);
	CHECK(session_turn(-1) && session_turn(-1));
	CHECK(read(session, &byte, 1) <= 0);
	proxy_want(fds);
	for (unsigned i = 0; i < PROXY_FDS; i++)
		CHECK(fds[i].fd == -1);
	CHECK(!proxy_draining());
}

static void rest_is_drained(void)
{
	char got[5001];
	size_t n = 0;

	session_start(true);
	session_raw();
	memset(got, 'x', 3000);
	CHECK(write(session, got, 3000) == 3000);
	(void)close(session);
	while (n < 3000) {
		struct pollfd p = { .fd = reading, .events = POLLIN };

		(void)proxy_draining();
		(void)session_turn(0);
		if (poll(&p, 1, 10) > 0)
			n += (size_t)read(reading, got, sizeof(got));
	}
	CHECK(n == 3000 && !proxy_draining());
}

int main(void)
{
	test("what is typed reaches the session, and what it says comes back", both_ways);
	test("the end of piped input is the session's end of file", end_after_a_line);
	test("the end of piped input within a line is the session's end of file", end_within_a_line);
	test("an end that was lost is told again", end_told_again);
	test("input that is empty is the session's end of file", end_at_once);
	test("input that is not wanted is not touched", no_input);
	test("what others do to the descriptor of our stdin is of no matter", closed_stdin);
	test("a stdout that nobody reads any more ends the session", closed_stdout);
	test("output that nobody reads stops, and input does not", nobody_reads_the_pipe);
	test("a terminal that takes no more output does not block the relay", nobody_reads_the_terminal);
	test("a reader that goes away hangs up the session", reader_goes_away);
	test("what the session said last is written after its end", rest_is_drained);
	return tests_done();
}
