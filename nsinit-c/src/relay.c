#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "console.h"
#include "event.h"
#include "fail.h"

#define END_OF_FILE 0x04 /* what a new pty takes for VEOF */

struct buffer {
	uint8_t bytes[4096];
	size_t at, end;
};

static struct {
	bool active, input, terminal, ended;
	int master, slave, out;
	struct termios before, raw;
	struct buffer in, back;
	tcflag_t ended_in; /* mode of the pty when it was last told the end */
} relay = { .master = -1, .slave = -1, .out = -1 };

/*
 * Our fds 0 and 1 are shared with the caller's shell, so O_NONBLOCK must not be set on them; a
 * description of our own may. Only of a terminal or pipe: a file opened again would be written from
 * its start.
 */
static int own_description(int fd)
{
	struct stat st;
	int own;

	if (fstat(fd, &st) < 0 || !(S_ISCHR(st.st_mode) || S_ISFIFO(st.st_mode)))
		return fd;
	own = open(fd == STDIN_FILENO ? "/proc/self/fd/0" : "/proc/self/fd/1",
		   O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return own < 0 ? fd : own;
}

static void tell_terminal(void)
{
	/* The kernel's struct termios is the first part of libc's. */
	uint8_t bytes[WIRE_HEADER + 4 + sizeof(struct termios)];
	struct writer w = event_begin(bytes, sizeof(bytes), FRAME_TERMINAL);

	put_blob(&w, &relay.before, sizeof(relay.before));
	event_send(bytes, &w);
}

static bool read_size(struct winsize *size)
{
	return (ioctl(STDIN_FILENO, TIOCGWINSZ, size) == 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, size) == 0) &&
	       size->ws_row > 0 && size->ws_col > 0;
}

void relay_start(uint16_t rows, uint16_t cols, bool input)
{
	relay.active = true;
	relay.input = input;
	relay.out = own_description(STDOUT_FILENO);
	if (!read_size(&console_size)) {
		console_size.ws_row = rows;
		console_size.ws_col = cols;
	}
	if (input && tcgetattr(STDIN_FILENO, &relay.before) == 0) {
		relay.terminal = true;
		relay.raw = relay.before;
		cfmakeraw(&relay.raw);
		tell_terminal();
		relay_raw();
	}
}

void relay_raw(void)
{
	if (relay.terminal)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &relay.raw);
}

void relay_restore(void)
{
	if (relay.terminal)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &relay.before);
}

void relay_attach(int master, int slave)
{
	relay.master = master;
	/* Held open, so that the master does not report a hang-up while the session inside merely
	 * lets go of it. */
	relay.slave = slave;
	must(fcntl(master, F_SETFL, O_NONBLOCK), "pty", "O_NONBLOCK");
	fcntl(master, F_SETFD, FD_CLOEXEC);
	fcntl(slave, F_SETFD, FD_CLOEXEC);
}

bool relay_active(void) { return relay.active; }

void relay_resize(void)
{
	struct winsize size;

	if (relay.master >= 0 && read_size(&size))
		ioctl(relay.master, TIOCSWINSZ, &size);
}

void relay_hang_up(void)
{
	if (relay.master < 0)
		return;
	close(relay.slave);
	close(relay.master);
	relay.master = relay.slave = -1;
	relay.input = false;
	relay.back.at = relay.back.end = 0;
}

static bool empty(const struct buffer *b) { return b->at == b->end; }

void relay_want(struct pollfd fds[RELAY_FDS])
{
	for (int i = 0; i < RELAY_FDS; i++)
		fds[i] = (struct pollfd){ .fd = -1 };
	if (relay.master >= 0) {
		fds[RELAY_MASTER].events =
			(short)((empty(&relay.back) ? POLLIN : 0) | (empty(&relay.in) ? 0 : POLLOUT));
		if (fds[RELAY_MASTER].events)
			fds[RELAY_MASTER].fd = relay.master;
		if (relay.input && empty(&relay.in))
			fds[RELAY_STDIN] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
	}
	if (!empty(&relay.back))
		fds[RELAY_STDOUT] = (struct pollfd){ .fd = relay.out, .events = POLLOUT };
}

static bool would_block(void) { return errno == EAGAIN || errno == EINTR; }

/* False at end of file or on an error. */
static bool fill(int fd, struct buffer *b)
{
	ssize_t n = read(fd, b->bytes, sizeof(b->bytes));

	if (n <= 0)
		return n < 0 && would_block();
	b->at = 0;
	b->end = (size_t)n;
	return true;
}

static bool flush(int fd, struct buffer *b)
{
	ssize_t n = write(fd, b->bytes + b->at, b->end - b->at);

	if (n < 0)
		return would_block();
	b->at += (size_t)n;
	return true;
}

/*
 * The pipe that is our input has ended: what a user does who types Ctrl-D, twice since one only ends
 * the line. A shell that turns to raw mode to edit a line loses what was typed before, and is told
 * again when its prompt shows that it did.
 */
static void tell_end(void)
{
	struct termios now;

	if (tcgetattr(relay.slave, &now) < 0 || (relay.ended && now.c_lflag == relay.ended_in))
		return;
	relay.ended = true;
	relay.ended_in = now.c_lflag;
	relay.in = (struct buffer){ .bytes = { END_OF_FILE, END_OF_FILE }, .end = 2 };
}

void relay_step(const struct pollfd fds[RELAY_FDS])
{
	short master = fds[RELAY_MASTER].revents;

	if (fds[RELAY_STDIN].revents && !fill(STDIN_FILENO, &relay.in)) {
		relay.input = false;
		if (relay.terminal)
			return relay_hang_up();
		tell_end();
	}
	/* Nobody reads us any more: what a terminal emulator that closes does to its session. */
	if (relay.master >= 0 && (((master & POLLOUT) && !flush(relay.master, &relay.in)) ||
				  ((master & POLLIN) && !fill(relay.master, &relay.back)) ||
				  (fds[RELAY_STDOUT].revents && !flush(relay.out, &relay.back))))
		relay_hang_up();
	else if (relay.ended && (master & POLLIN) && empty(&relay.in))
		tell_end();
}

bool relay_draining(void)
{
	if (empty(&relay.back) && relay.master >= 0) {
		ssize_t n = read(relay.master, relay.back.bytes, sizeof(relay.back.bytes));

		relay.back.at = 0;
		relay.back.end = n > 0 ? (size_t)n : 0;
	}
	return !empty(&relay.back);
}

static int digit(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

int relay_restore_from(const char *hex)
{
	struct termios t;
	uint8_t *bytes = (uint8_t *)&t;

	if (strlen(hex) != 2 * sizeof(t))
		return 125;
	for (size_t i = 0; i < sizeof(t); i++) {
		int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return 125;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return tcsetattr(STDIN_FILENO, TCSADRAIN, &t) == 0 ? 0 : 125;
}
