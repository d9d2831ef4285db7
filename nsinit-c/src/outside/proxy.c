#include "outside/proxy.h"

#include "lifecycle/attach.h"
#include "outside/stream.h"
#include "proto/event.h"
#include "proto/steps.h"

#define END_OF_FILE   0x04 /* what a new pty takes for VEOF */
#define TYPE_AGAIN_MS 50

static uint8_t typed[STREAM_ROOM], said[STREAM_ROOM];

static struct {
	bool active, terminal, ended;
	bool away;	 /* what is typed at the terminal is not for us */
	bool background; /* because it is another job's; nobody says when it is ours */
	bool changed;	 /* its settings are not what they were */
	int slave;
	int tty;   /* the caller's terminal */
	int input; /* -1: none is wanted */
	struct termios before;
	struct stream in, back; /* to the pty's master, and from it */
} proxy = { .slave = -1,
	    .tty = STDIN_FILENO,
	    .input = -1,
	    .in = { -1, -1, .bytes = typed },
	    .back = { -1, -1, true, .bytes = said } };

static void report_terminal(void)
{
	/* The kernel's struct termios is the first part of libc's. */
	uint8_t bytes[WIRE_HEADER + 4 + sizeof(struct termios)];
	struct writer w = event_begin(bytes, sizeof(bytes), FRAME_TERMINAL);

	put_blob(&w, &proxy.before, sizeof(proxy.before));
	event_send(bytes, &w);
}

/* Leaves it as it is if there is none. */
static bool read_size(struct winsize *size)
{
	struct winsize found;

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &found) < 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &found) < 0)
		return false;
	if (found.ws_row == 0 || found.ws_col == 0)
		return false;
	*size = found;
	return true;
}

void proxy_start(uint16_t rows, uint16_t cols, bool input)
{
	proxy.active = true;
	run.size.ws_row = rows;
	run.size.ws_col = cols;
	if (run.detaches) {
		proxy.back.logged = STDOUT_FILENO;
		return;
	}
	proxy.back.to = stream_way(STDOUT_FILENO, true);
	if (input)
		proxy.input = stream_way(STDIN_FILENO, false);
	read_size(&run.size);
	proxy.terminal = proxy.away = input && isatty(STDIN_FILENO);
	proxy_raw();
}

void proxy_remember(void)
{
	for (int fd = 0; fd <= 2 && !proxy.changed; fd++) {
		if (tcgetattr(fd, &proxy.before) < 0)
			continue;
		proxy.tty = must(fcntl(fd, F_DUPFD_CLOEXEC, 3), "dup", "the terminal");
		proxy.changed = true;
		report_terminal();
	}
}

void proxy_raw(void)
{
	struct termios raw;
	bool back = proxy.away;

	if (!proxy.terminal)
		return;
	/* To set it would stop us, as it stops any program. */
	proxy.away = proxy.background = stream_in_background(proxy.tty);
	if (proxy.away)
		return;
	if (back && tcgetattr(proxy.tty, &proxy.before) == 0)
		report_terminal();
	raw = proxy.before;
	cfmakeraw(&raw);
	proxy.changed = true;
	/* Not drained: a terminal that is held up would hold us up. */
	tcsetattr(proxy.tty, TCSANOW, &raw);
}

void proxy_restore(void)
{
	proxy.away = proxy.terminal;
	proxy.background = false;
	if (proxy.changed && !stream_in_background(proxy.tty))
		tcsetattr(proxy.tty, TCSANOW, &proxy.before);
}

void proxy_attach(int master, int slave)
{
	must(fcntl(master, F_SETFL, O_NONBLOCK), "pty", "O_NONBLOCK");
	attach_terminal(master, slave);
	proxy_join(master, master, 0, slave, NULL);
}

void proxy_join(int to, int from, int rest, int slave, size_t (*filter)(uint8_t *bytes, size_t n))
{
	proxy.in.from = proxy.input;
	proxy.in.to = to;
	proxy.in.filter = filter;
	proxy.back.from = from;
	proxy.back.rest = rest;
	/* Held open, so that the master does not report a hang-up while the session inside merely
	 * lets go of it. */
	proxy.slave = slave;
}

bool proxy_active(void) { return proxy.active; }

void proxy_resize(void)
{
	struct winsize size;

	if (proxy.in.to >= 0 && read_size(&size))
		ioctl(proxy.in.to, TIOCSWINSZ, &size);
}

void proxy_hang_up(void)
{
	if (proxy.back.from < 0)
		return;
	close(proxy.slave);
	close(proxy.back.from);
	close(proxy.in.from);
	proxy.slave = proxy.in.from = proxy.in.to = proxy.back.from = -1;
	proxy.back.at = proxy.back.end = proxy.in.at = proxy.in.end = 0;
}

void proxy_want(struct pollfd fds[PROXY_FDS])
{
	stream_want(&proxy.in, &fds[PROXY_STDIN]);
	fds[PROXY_STDIN].fd = proxy.away ? -1 : fds[PROXY_STDIN].fd;
	stream_want(&proxy.back, &fds[PROXY_MASTER]);
}

/*
 * The pipe that is our input has ended: what a user does who types Ctrl-D, twice since one only ends the line. It may
 * be lost: a shell that turns to raw mode to edit a line reads a NUL where it was typed before. So it is typed again
 * whenever all that was typed is read, as whoever reads from a pipe that has ended finds the end each time.
 */
static void type_end(void)
{
	struct pollfd unread = { .fd = proxy.slave, .events = POLLIN };

	if (must(poll(&unread, 1, 0), "poll", "the pty") != 0)
		return;
	typed[0] = typed[1] = END_OF_FILE;
	proxy.in.at = 0;
	proxy.in.end = 2;
}

/* Nobody says that something was read. */
int proxy_patience_ms(void)
{
	if (proxy.background)
		return FOREGROUND_MS;
	return proxy.ended && proxy.back.from >= 0 ? TYPE_AGAIN_MS : -1;
}

void proxy_step(const struct pollfd fds[PROXY_FDS])
{
	enum stream_state in = stream_step(&proxy.in, &fds[PROXY_STDIN]);

	if (proxy.background)
		proxy_raw();
	if (in == STREAM_ENDED) {
		close(proxy.in.from);
		proxy.in.from = -1;
		if (proxy.terminal)
			return proxy_hang_up();
		proxy.ended = proxy.slave >= 0;
	}
	/* Nobody reads us any more: what a terminal emulator that closes does to its session. */
	if (in == STREAM_UNREAD || stream_step(&proxy.back, &fds[PROXY_MASTER]) != STREAM_GOES_ON)
		proxy_hang_up();
	else if (proxy.ended && stream_empty(&proxy.in))
		type_end();
}

void proxy_end(void)
{
	proxy_hang_up();
	close(proxy.back.to);
	proxy.back.to = -1;
}

bool proxy_draining(void) { return stream_draining(&proxy.back); }
