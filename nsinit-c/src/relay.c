#include "relay.h"

#include "event.h"
#include "hands.h"
#include "stream.h"

#define END_OF_FILE   0x04 /* what a new pty takes for VEOF */
#define TELL_AGAIN_MS 50

struct winsize console_size;

static uint8_t typed[STREAM_BYTES], said[STREAM_BYTES];

static struct {
	bool active, input, terminal, ended, away;
	int slave;
	struct termios before, raw;
	struct stream in, back; /* to the pty's master, and from it */
} relay = { .slave = -1, .in = { -1, -1, .bytes = typed }, .back = { -1, -1, true, .bytes = said } };

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
	relay.back.to = stream_own_description(STDOUT_FILENO);
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
	relay.away = false;
	if (relay.terminal)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &relay.raw);
}

void relay_restore(void)
{
	relay.away = true;
	if (relay.terminal)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &relay.before);
}

void relay_attach(int master, int slave)
{
	relay.in.to = relay.back.from = master;
	relay.in.from = relay.input ? STDIN_FILENO : -1;
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
int relay_patience_ms(void) { return relay.ended && relay.back.from >= 0 ? TELL_AGAIN_MS : -1; }

void relay_step(const struct pollfd fds[RELAY_FDS])
{
	enum stream_state in = stream_step(&relay.in, &fds[RELAY_STDIN]);

	if (in == STREAM_ENDED) {
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

bool relay_draining(void) { return stream_draining(&relay.back); }

int relay_restore_from(const char *letters)
{
	struct termios t;
	uint8_t *bytes = (uint8_t *)&t;

	if (strspn(letters, "abcdefghijklmnop") != 2 * sizeof(t) || letters[2 * sizeof(t)] != 0)
		return 125;
	for (size_t i = 0; i < sizeof(t); i++)
		bytes[i] = (uint8_t)((letters[2 * i] - 'a') << 4 | (letters[2 * i + 1] - 'a'));
	return tcsetattr(STDIN_FILENO, TCSADRAIN, &t) == 0 ? 0 : 125;
}
