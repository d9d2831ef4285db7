#include "outside/relay.h"

#include "outside/stream.h"
#include "proto/event.h"
#include "proto/hands.h"

#define END_OF_FILE   0x04 /* what a new pty takes for VEOF */
#define TELL_AGAIN_MS 50

static uint8_t typed[STREAM_BYTES], said[STREAM_BYTES];

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
} relay = { .slave = -1,
	    .tty = STDIN_FILENO,
	    .input = -1,
	    .in = { -1, -1, .bytes = typed },
	    .back = { -1, -1, true, .bytes = said } };

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
	relay.back.to = stream_way(STDOUT_FILENO, true);
	if (input)
		relay.input = stream_way(STDIN_FILENO, false);
	if (!read_size(&run.size)) {
		run.size.ws_row = rows;
		run.size.ws_col = cols;
	}
	relay.terminal = relay.away = input && isatty(STDIN_FILENO);
	relay_raw();
}

void relay_remember(void)
{
	for (int fd = 0; fd <= 2 && !relay.changed; fd++) {
		if (tcgetattr(fd, &relay.before) < 0)
			continue;
		relay.tty = must(fcntl(fd, F_DUPFD_CLOEXEC, 3), "dup", "the terminal");
		relay.changed = true;
		tell_terminal();
	}
}

void relay_raw(void)
{
	struct termios raw;
	bool back = relay.away;

	if (!relay.terminal)
		return;
	/* To set it would stop us, as it stops any program. */
	relay.away = relay.background = stream_in_background(relay.tty);
	if (relay.away)
		return;
	if (back && tcgetattr(relay.tty, &relay.before) == 0)
		tell_terminal();
	raw = relay.before;
	cfmakeraw(&raw);
	relay.changed = true;
	/* Not drained: a terminal that is held up would hold us up. */
	tcsetattr(relay.tty, TCSANOW, &raw);
}

void relay_restore(void)
{
	relay.away = relay.terminal;
	relay.background = false;
	if (relay.changed && !stream_in_background(relay.tty))
		tcsetattr(relay.tty, TCSANOW, &relay.before);
}

void relay_attach(int master, int slave)
{
	relay.in.to = relay.back.from = master;
	relay.in.from = relay.input;
	/* Held open, so that the master does not report a hang-up while the session inside merely
	 * lets go of it. */
	relay.slave = slave;
	must(fcntl(master, F_SETFL, O_NONBLOCK), "pty", "O_NONBLOCK");
}

bool relay_active(void) { return relay.active; }

void relay_resize(void)
{
	struct winsize size;

	if (relay.back.from >= 0 && read_size(&size))
		ioctl(relay.back.from, TIOCSWINSZ, &size);
}

void relay_hang_up(void)
{
	if (relay.back.from < 0)
		return;
	close(relay.slave);
	close(relay.back.from);
	close(relay.in.from);
	relay.slave = relay.in.from = relay.in.to = relay.back.from = -1;
	relay.back.at = relay.back.end = relay.in.at = relay.in.end = 0;
}

void relay_want(struct pollfd fds[RELAY_FDS])
{
	stream_want(&relay.in, &fds[RELAY_STDIN]);
	fds[RELAY_STDIN].fd = relay.away ? -1 : fds[RELAY_STDIN].fd;
	stream_want(&relay.back, &fds[RELAY_MASTER]);
}

/*
 * The pipe that is our input has ended: what a user does who types Ctrl-D, twice since one only ends the line. It may
 * be lost: a shell that turns to raw mode to edit a line reads a NUL where it was typed before. So it is told again
 * whenever all that was typed is read, as whoever reads from a pipe that has ended finds the end each time.
 */
static void tell_end(void)
{
	struct pollfd unread = { .fd = relay.slave, .events = POLLIN };

	if (must(poll(&unread, 1, 0), "poll", "the pty") != 0)
		return;
	typed[0] = typed[1] = END_OF_FILE;
	relay.in.at = 0;
	relay.in.end = 2;
}

/* Nobody says that something was read. */
int relay_patience_ms(void)
{
	if (relay.background)
		return FOREGROUND_MS;
	return relay.ended && relay.back.from >= 0 ? TELL_AGAIN_MS : -1;
}

void relay_step(const struct pollfd fds[RELAY_FDS])
{
	enum stream_state in = stream_step(&relay.in, &fds[RELAY_STDIN]);

	if (relay.background)
		relay_raw();
	if (in == STREAM_ENDED) {
		close(relay.in.from);
		relay.in.from = -1;
		if (relay.terminal)
			return relay_hang_up();
		relay.ended = true;
	}
	/* Nobody reads us any more: what a terminal emulator that closes does to its session. */
	if (in == STREAM_UNREAD || stream_step(&relay.back, &fds[RELAY_MASTER]) != STREAM_GOES_ON)
		relay_hang_up();
	else if (relay.ended && stream_empty(&relay.in))
		tell_end();
}

void relay_end(void)
{
	relay_hang_up();
	close(relay.back.to);
	relay.back.to = -1;
}

bool relay_draining(void) { return stream_draining(&relay.back); }

int relay_restore_from(const char *letters)
{
	struct termios t;
	uint8_t *bytes = (uint8_t *)&t;

	if (strspn(letters, "abcdefghijklmnop") != 2 * sizeof(t) || letters[2 * sizeof(t)] != 0)
		return 125;
	for (size_t i = 0; i < sizeof(t); i++)
		bytes[i] = (uint8_t)((letters[2 * i] - 'a') << 4 | (letters[2 * i + 1] - 'a'));
	return tcsetattr(STDIN_FILENO, TCSANOW, &t) == 0 ? 0 : 125;
}
