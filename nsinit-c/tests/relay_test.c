#include "outside/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "check.h"
#include "frames.h"
#include "proto/event.h"
#include "proto/hands.h"

/* The session's end of its pty, and the caller's ends of our fds 0 and 1. */
static int session, typing, reading;

static void start_on(int out[2], bool input)
{
	int in[2], master, slave;

	if (pipe(in) < 0 || openpty(&master, &slave, NULL, NULL, NULL) < 0)
		abort();
	CHECK(dup2(in[0], STDIN_FILENO) == 0 && dup2(out[1], STDOUT_FILENO) == 1);
	(void)close(in[0]);
	(void)close(out[1]);
	typing = in[1];
	reading = out[0];
	relay_start(24, 80, input);
	/* The relay closes its slave when it hangs up. */
	session = dup(slave);
	relay_attach(master, slave);
}

static void start(bool input)
{
	int out[2];

	if (pipe(out) < 0 || fcntl(out[0], F_SETPIPE_SZ, 4096) < 0)
		abort();
	start_on(out, input);
}

/* One round of the monitor's loop. False if there was nothing to do. */
static bool turn(int timeout)
{
	struct pollfd fds[RELAY_FDS];
	int n;

	relay_want(fds);
	n = poll(fds, RELAY_FDS, timeout);
	relay_step(fds);
	return n > 0;
}

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

static void raw_session(void)
{
	struct termios t;

	CHECK(tcgetattr(session, &t) == 0);
	cfmakeraw(&t);
	CHECK(tcsetattr(session, TCSANOW, &t) == 0);
}

static void both_ways(void)
{
	start(true);
	raw_session();
	CHECK(write(typing, "typed", 5) == 5);
	CHECK(turn(-1) && turn(-1));
	read_exactly(session, "typed");
	CHECK(write(session, "said", 4) == 4);
	CHECK(turn(-1) && turn(-1));
	read_exactly(reading, "said");
}

static void end_typed(const char *typed)
{
	char rest[8];

	start(true);
	CHECK(write(typing, typed, strlen(typed)) == (ssize_t)strlen(typed));
	(void)close(typing);
	while (turn(0))
		;
	if (*typed)
		read_exactly(session, typed);
	CHECK(relay_patience_ms() > 0);
	/* Told, if it was not yet, and written. */
	(void)turn(0);
	(void)turn(0);
	CHECK(read(session, rest, sizeof(rest)) == 0);
}

static void end_after_a_line(void) { end_typed("line\n"); }

static void end_within_a_line(void) { end_typed("line"); }

static void end_at_once(void) { end_typed(""); }

static void end_told_again(void)
{
	char rest[8];

	start(true);
	CHECK(relay_patience_ms() == -1);
	(void)close(typing);
	while (turn(0))
		;
	/* What was typed before is no end in raw mode. */
	raw_session();
	CHECK(read(session, rest, sizeof(rest)) == 2 && rest[0] == 0 && rest[1] == 0);
	CHECK(!turn(0) && turn(0));
	read_exactly(session, "\4\4");
	relay_hang_up();
	CHECK(relay_patience_ms() == -1);
}

static void no_input(void)
{
	struct pollfd fds[RELAY_FDS];

	start(false);
	CHECK(write(typing, "x", 1) == 1);
	relay_want(fds);
	CHECK(fds[RELAY_STDIN].fd == -1);
	CHECK(!turn(0));
}

static void closed_stdin(void)
{
	start(true);
	/* The relay has its own description of it. */
	(void)close(STDIN_FILENO);
	raw_session();
	CHECK(write(typing, "typed", 5) == 5);
	CHECK(turn(-1) && turn(-1));
	read_exactly(session, "typed");
}

static void closed_stdout(void)
{
	char byte;

	start(true);
	raw_session();
	/* Not even there: the relay's own description of it goes too. */
	(void)close(STDOUT_FILENO);
	(void)close(reading);
	CHECK(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
	CHECK(write(session, "x", 1) == 1);
	CHECK(turn(-1) && turn(-1));
	CHECK(!turn(0) && !relay_draining());
	CHECK(read(session, &byte, 1) <= 0);
}

static void fill_up(void)
{
	static char block[4096];
	struct pollfd fds[RELAY_FDS];

	raw_session();
	CHECK(fcntl(session, F_SETFL, O_NONBLOCK) == 0);
	/* Until the pipe, the relay and the pty are full. */
	for (unsigned quiet = 0; quiet < 50;) {
		bool wrote = write(session, block, sizeof(block)) > 0;
		bool turned = turn(1);

		quiet = wrote || turned ? 0 : quiet + 1;
	}
	relay_want(fds);
	CHECK(fds[RELAY_MASTER].fd == -1);
	CHECK(fds[RELAY_STDOUT].events == POLLOUT);
	CHECK(!turn(0));
	CHECK(relay_draining());
	/* Input goes on all the same. */
	CHECK(write(typing, "q", 1) == 1);
	CHECK(turn(-1) && turn(-1));
	CHECK(fcntl(session, F_SETFL, 0) == 0);
	read_exactly(session, "q");
}

static void nobody_reads_the_pipe(void)
{
	start(true);
	fill_up();
}

/* A write to a terminal takes all it is given, and waits, unless told otherwise. */
static void nobody_reads_the_terminal(void)
{
	int out[2];

	if (openpty(&out[0], &out[1], NULL, NULL, NULL) < 0)
		abort();
	start_on(out, true);
	fill_up();
}

static void reader_goes_away(void)
{
	struct pollfd fds[RELAY_FDS];
	char byte;

	start(true);
	raw_session();
	CHECK(signal(SIGPIPE, SIG_IGN) != SIG_ERR); /* the monitor blocks it */
	(void)close(reading);
	CHECK(write(session, "x", 1) == 1);
	CHECK(turn(-1) && turn(-1));
	CHECK(read(session, &byte, 1) <= 0);
	relay_want(fds);
	for (unsigned i = 0; i < RELAY_FDS; i++)
		CHECK(fds[i].fd == -1);
	CHECK(!relay_draining());
}

static void rest_is_drained(void)
{
	char got[5001];
	size_t n = 0;

	start(true);
	raw_session();
	memset(got, 'x', 3000);
	CHECK(write(session, got, 3000) == 3000);
	(void)close(session);
	while (n < 3000) {
		struct pollfd p = { .fd = reading, .events = POLLIN };

		(void)relay_draining();
		(void)turn(0);
		if (poll(&p, 1, 10) > 0)
			n += (size_t)read(reading, got, sizeof(got));
	}
	CHECK(n == 3000 && !relay_draining());
}

/* ---- the caller's terminal ---- */

static int terminal; /* the far end of the caller's terminal, which is our fd 0 */

static void become_terminal(void)
{
	struct winsize size = { .ws_row = 50, .ws_col = 132 };
	int slave;

	CHECK(openpty(&terminal, &slave, NULL, NULL, &size) == 0);
	CHECK(dup2(slave, STDIN_FILENO) == 0);
}

static struct termios now(void)
{
	struct termios t;

	memset(&t, 0, sizeof(t));
	CHECK(tcgetattr(STDIN_FILENO, &t) == 0);
	return t;
}

static bool is_raw(const struct termios *t) { return (t->c_lflag & (ICANON | ECHO | ISIG)) == 0; }

static void raw_and_back(void)
{
	struct termios before, after;
	static uint8_t frame[256];
	int pair[2];

	become_terminal();
	before = now();
	CHECK(!is_raw(&before));
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	event_to(pair[0]);
	relay_start(1, 2, true);
	CHECK(run.size.ws_row == 50 && run.size.ws_col == 132);
	after = now();
	CHECK(is_raw(&after));
	/* TERMINAL: what it was, for whoever has to repair it. */
	CHECK(read(pair[1], frame, sizeof(frame)) == (ssize_t)(10 + sizeof(before)));
	CHECK(frame[4] == 22 && frame[6] == sizeof(before));
	CHECK(memcmp(frame + 10, &before, 36) == 0);
	relay_restore();
	after = now();
	CHECK(memcmp(&before, &after, 36) == 0);
	relay_raw();
	after = now();
	CHECK(is_raw(&after));
}

/* A session of our own, whose foreground another process group has; returns one of that. */
static pid_t into_background(void)
{
	pid_t other;

	CHECK(setsid() > 0 && ioctl(STDIN_FILENO, TIOCSCTTY, 0) == 0);
	other = fork();
	if (other == 0) {
		(void)setpgid(0, 0);
		(void)pause();
		_exit(0);
	}
	CHECK((setpgid(other, other) == 0 || errno == EACCES) && tcsetpgrp(STDIN_FILENO, other) == 0);
	return other;
}

static void left_alone_in_the_background(void)
{
	struct termios before, after;
	int master, slave;
	pid_t other;

	become_terminal();
	event_to(-1);
	/* A session leader of today can't lead one of its own; nor can it stop. */
	pid_t child = fork();
	if (child > 0) {
		int status;

		CHECK(waitpid(child, &status, WUNTRACED) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
		return;
	}
	other = into_background();
	before = now();
	CHECK(openpty(&master, &slave, NULL, NULL, NULL) == 0);
	relay_start(1, 2, true);
	relay_attach(master, slave);
	after = now();
	bool good = memcmp(&before, &after, 36) == 0 && relay_patience_ms() > 0;
	/* What is typed is another's. */
	good &= write(terminal, "x\n", 2) == 2 && !turn(0);
	relay_restore();
	relay_raw();
	after = now();
	good &= memcmp(&before, &after, 36) == 0;
	/* The shell's fg. */
	(void)signal(SIGTTOU, SIG_IGN);
	good &= tcsetpgrp(STDIN_FILENO, getpgrp()) == 0;
	(void)turn(0);
	after = now();
	good &= is_raw(&after) && relay_patience_ms() == -1;
	(void)kill(other, SIGKILL);
	_exit(good ? 0 : 1);
}

static void terminal_of_the_container(void)
{
	struct termios before, after;

	become_terminal();
	event_to(-1);
	before = now();
	relay_remember();
	after = before;
	cfmakeraw(&after);
	CHECK(tcsetattr(STDIN_FILENO, TCSANOW, &after) == 0);
	relay_raw();
	relay_restore();
	after = now();
	CHECK(memcmp(&before, &after, 36) == 0);
}

static void left_alone_without_input(void)
{
	struct termios after;

	become_terminal();
	relay_start(1, 2, false);
	after = now();
	CHECK(!is_raw(&after));
}

static void size_of_the_plan(void)
{
	start(true);
	CHECK(run.size.ws_row == 24 && run.size.ws_col == 80);
}

static void size_follows(void)
{
	struct winsize size = { .ws_row = 7, .ws_col = 9 };

	become_terminal();
	event_to(-1);
	int master, slave;
	CHECK(openpty(&master, &slave, NULL, NULL, NULL) == 0);
	relay_start(1, 2, true);
	relay_attach(master, slave);
	CHECK(ioctl(terminal, TIOCSWINSZ, &size) == 0);
	relay_resize();
	memset(&size, 0, sizeof(size));
	CHECK(ioctl(slave, TIOCGWINSZ, &size) == 0 && size.ws_row == 7 && size.ws_col == 9);
}

static void terminal_hangs_up(void)
{
	int master, slave;
	char byte;

	become_terminal();
	event_to(-1);
	CHECK(openpty(&master, &slave, NULL, NULL, NULL) == 0);
	session = dup(slave);
	relay_start(1, 2, true);
	relay_attach(master, slave);
	(void)close(terminal);
	CHECK(turn(-1));
	CHECK(!turn(0));
	CHECK(read(session, &byte, 1) <= 0);
}

static void to_letters(char *letters, const struct termios *t)
{
	for (size_t i = 0; i < sizeof(*t); i++)
		(void)sprintf(letters + 2 * i, "%c%c", 'a' + (((const uint8_t *)t)[i] >> 4),
			      'a' + (((const uint8_t *)t)[i] & 15));
}

static void restored_from_text(void)
{
	char letters[2 * sizeof(struct termios) + 3];
	struct termios before, raw, after;

	become_terminal();
	before = now();
	to_letters(letters, &before);
	raw = before;
	cfmakeraw(&raw);
	CHECK(tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0);
	CHECK(relay_restore_from(letters) == 0);
	after = now();
	CHECK(memcmp(&before, &after, 36) == 0);
}

static void bad_text(void)
{
	char letters[2 * sizeof(struct termios) + 3];
	struct termios before, after;
	static const char bad[] = "qQ/:`@ A";

	become_terminal();
	before = now();
	to_letters(letters, &before);
	for (unsigned i = 0; i < sizeof(bad) - 1; i++) {
		char kept = letters[i];

		letters[i] = bad[i];
		CHECK(relay_restore_from(letters) == 125);
		letters[i] = kept;
	}
	CHECK(relay_restore_from("") == 125);
	memcpy(letters + 2 * sizeof(struct termios), "aa", sizeof("aa"));
	CHECK(relay_restore_from(letters) == 125);
	letters[2 * sizeof(struct termios) - 1] = 0;
	CHECK(relay_restore_from(letters) == 125);
	after = now();
	CHECK(memcmp(&before, &after, 36) == 0);
}

static void no_terminal_to_restore(void)
{
	char letters[2 * sizeof(struct termios) + 1];
	struct termios t;

	memset(&t, 0, sizeof(t));
	to_letters(letters, &t);
	(void)close(STDIN_FILENO);
	CHECK(relay_restore_from(letters) == 125);
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
	test("the caller's terminal is set raw, told of and set back", raw_and_back);
	test("the caller's terminal is left alone when input is not wanted", left_alone_without_input);
	test("the caller's terminal is left alone in the background", left_alone_in_the_background);
	test("a terminal that the container has itself is set back", terminal_of_the_container);
	test("without a terminal the pty has the plan's size", size_of_the_plan);
	test("the pty follows the size of the caller's terminal", size_follows);
	test("a terminal that hangs up hangs up the session", terminal_hangs_up);
	test("a terminal is restored from text", restored_from_text);
	test("text that is no terminal state restores nothing", bad_text);
	test("what is no terminal can't be restored", no_terminal_to_restore);
	return tests_done();
}
