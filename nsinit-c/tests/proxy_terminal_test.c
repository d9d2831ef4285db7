/* What the terminal proxy does to the caller's terminal. */
#include <errno.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "check.h"
#include "outside/proxy.h"
#include "proto/event.h"
#include "proto/steps.h"
#include "restore.h"
#include "session.h"

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
	proxy_start(1, 2, true);
	CHECK(run.size.ws_row == 50 && run.size.ws_col == 132);
	after = now();
	CHECK(is_raw(&after));
	/* TERMINAL: what it was, for whoever has to repair it. */
	CHECK(read(pair[1], frame, sizeof(frame)) == (ssize_t)(10 + sizeof(before)));
	CHECK(frame[4] == 22 && frame[6] == sizeof(before));
	CHECK(memcmp(frame + 10, &before, 36) == 0);
	proxy_restore();
	after = now();
	CHECK(memcmp(&before, &after, 36) == 0);
	proxy_raw();
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
	proxy_start(1, 2, true);
	proxy_attach(master, slave);
	after = now();
	bool good = memcmp(&before, &after, 36) == 0 && proxy_patience_ms() > 0;
	/* What is typed is another's. */
	good &= write(terminal, "x\n", 2) == 2 && !session_turn(0);
	proxy_restore();
	proxy_raw();
	after = now();
	good &= memcmp(&before, &after, 36) == 0;
	/* The shell's fg. */
	(void)signal(SIGTTOU, SIG_IGN);
	good &= tcsetpgrp(STDIN_FILENO, getpgrp()) == 0;
	(void)session_turn(0);
	after = now();
	good &= is_raw(&after) && proxy_patience_ms() == -1;
	(void)kill(other, SIGKILL);
	_exit(good ? 0 : 1);
}

static void terminal_of_the_container(void)
{
	struct termios before, after;

	become_terminal();
	event_to(-1);
	before = now();
	proxy_remember();
	after = before;
	cfmakeraw(&after);
	CHECK(tcsetattr(STDIN_FILENO, TCSANOW, &after) == 0);
	proxy_raw();
	proxy_restore();
	after = now();
	CHECK(memcmp(&before, &after, 36) == 0);
}

static void left_alone_without_input(void)
{
	struct termios after;

	become_terminal();
	proxy_start(1, 2, false);
	after = now();
	CHECK(!is_raw(&after));
}

static void size_of_the_plan(void)
{
	session_start(true);
	CHECK(run.size.ws_row == 24 && run.size.ws_col == 80);
}

static void size_follows(void)
{
	struct winsize size = { .ws_row = 7, .ws_col = 9 };

	become_terminal();
	event_to(-1);
	int master, slave;
	CHECK(openpty(&master, &slave, NULL, NULL, NULL) == 0);
	proxy_start(1, 2, true);
	proxy_attach(master, slave);
	CHECK(ioctl(terminal, TIOCSWINSZ, &size) == 0);
	proxy_resize();
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
	proxy_start(1, 2, true);
	proxy_attach(master, slave);
	(void)close(terminal);
	CHECK(session_turn(-1));
	CHECK(!session_turn(0));
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
	CHECK(restore_terminal(letters) == 0);
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
		CHECK(restore_terminal(letters) == 125);
		letters[i] = kept;
	}
	CHECK(restore_terminal("") == 125);
	memcpy(letters + 2 * sizeof(struct termios), "aa", sizeof("aa"));
	CHECK(restore_terminal(letters) == 125);
	letters[2 * sizeof(struct termios) - 1] = 0;
	CHECK(restore_terminal(letters) == 125);
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
	CHECK(restore_terminal(letters) == 125);
}

int main(void)
{
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
