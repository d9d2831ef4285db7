/*
 * terminal ROWS COLUMNS COMMAND [ARG...]
 *
 * Runs COMMAND on a terminal of its own, and does with that terminal what the test says on stdin.
 * Both directions are frames: u8 kind, u16 length (little-endian), data.
 *
 * stdin:   'i' typed bytes   's' u16 rows, u16 columns   'm' ask for the modes
 * stdout:  'o' output        'm' the kernel's struct termios        'x' u32 wait status of COMMAND
 *
 * End of file on stdin closes the terminal, as a window that is closed does; COMMAND is waited for.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define MODES_SIZE 36 /* struct termios of asm-generic: 4 flags, line, 19 characters */

static void die(const char *what)
{
	(void)!write(STDERR_FILENO, what, strlen(what));
	(void)!write(STDERR_FILENO, "\n", 1);
	_exit(99);
}

static void put_all(int fd, const uint8_t *at, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, at, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die("terminal: write");
		at += n;
		size -= (size_t)n;
	}
}

static void put_frame(char kind, const void *data, size_t size)
{
	uint8_t frame[3 + 4096] = { (uint8_t)kind, (uint8_t)size, (uint8_t)(size >> 8) };

	memcpy(frame + 3, data, size);
	put_all(STDOUT_FILENO, frame, 3 + size);
}

static int get_all(uint8_t *at, size_t size)
{
	while (size > 0) {
		ssize_t n = read(STDIN_FILENO, at, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return 0;
		at += n;
		size -= (size_t)n;
	}
	return 1;
}

static void set_size(int master, unsigned rows, unsigned columns)
{
	struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns };

	if (ioctl(master, TIOCSWINSZ, &size) < 0)
		die("terminal: TIOCSWINSZ");
}

/* False at the end of stdin. */
static int obey(int master)
{
	uint8_t head[3], data[65536], modes[MODES_SIZE + 64];
	size_t size;

	if (!get_all(head, sizeof(head)))
		return 0;
	size = head[1] | (size_t)head[2] << 8;
	if (!get_all(data, size))
		return 0;
	switch (head[0]) {
	case 'i':
		put_all(master, data, size);
		break;
	case 's':
		set_size(master, data[0] | data[1] << 8, data[2] | data[3] << 8);
		break;
	case 'm':
		memset(modes, 0, sizeof(modes));
		if (ioctl(master, TCGETS, modes) < 0)
			die("terminal: TCGETS");
		put_frame('m', modes, MODES_SIZE);
		break;
	default:
		die("terminal: unknown order");
	}
	return 1;
}

static int relay_output(int master)
{
	uint8_t bytes[4096];
	ssize_t n = read(master, bytes, sizeof(bytes));

	if (n > 0)
		put_frame('o', bytes, (size_t)n);
	return n > 0;
}

static void tell_status(int master, int status)
{
	uint8_t bytes[4] = { (uint8_t)status, (uint8_t)(status >> 8), 0, 0 };
	struct pollfd more = { .fd = master, .events = POLLIN };

	while (poll(&more, 1, 0) > 0 && (more.revents & POLLIN) && relay_output(master))
		;
	put_frame('x', bytes, sizeof(bytes));
}

int main(int argc, char **argv)
{
	int master, slave, signals, status, ended = 0;
	sigset_t child_signals;
	pid_t child;

	if (argc < 4)
		die("usage: terminal ROWS COLUMNS COMMAND [ARG...]");
	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		die("terminal: no pty");
	set_size(master, (unsigned)atoi(argv[1]), (unsigned)atoi(argv[2]));
	/* Held open, so that the modes can be asked for when COMMAND has ended. */
	slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		die("terminal: no slave");
	sigemptyset(&child_signals);
	sigaddset(&child_signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child_signals, NULL);
	signals = signalfd(-1, &child_signals, SFD_CLOEXEC);
	child = fork();
	if (child == 0) {
		sigprocmask(SIG_UNBLOCK, &child_signals, NULL);
		setsid();
		if (ioctl(slave, TIOCSCTTY, 0) < 0)
			die("terminal: TIOCSCTTY");
		for (int fd = 0; fd <= 2; fd++)
			dup2(slave, fd);
		execvp(argv[3], argv + 3);
		die("terminal: exec");
	}
	for (;;) {
		struct pollfd fds[] = {
			{ .fd = STDIN_FILENO, .events = POLLIN },
			{ .fd = master, .events = POLLIN },
			{ .fd = ended ? -1 : signals, .events = POLLIN },
		};

		if (poll(fds, 3, -1) < 0)
			continue;
		if ((fds[1].revents & POLLIN) && !relay_output(master))
			die("terminal: read");
		if (fds[0].revents && !obey(master))
			break;
		if (fds[2].revents && waitpid(child, &status, WNOHANG) == child) {
			ended = 1;
			tell_status(master, status);
		}
	}
	close(slave);
	close(master);
	while (!ended && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return 0;
}
