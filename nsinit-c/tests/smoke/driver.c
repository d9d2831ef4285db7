#include "driver.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define FRAME_MAX ((1u << 20) + 64)

int pidfd_of(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

bool ended_within(int pidfd, int ms)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };
	bool ended = true;

	if (pidfd >= 0) {
		ended = poll(&p, 1, ms) == 1;
		close(pidfd);
	}
	return ended;
}

int memory_file(const void *bytes, size_t n)
{
	int fd = memfd_create("smoke", MFD_CLOEXEC);

	if (fd >= 0 && (write(fd, bytes, n) != (ssize_t)n || lseek(fd, 0, SEEK_SET) != 0))
		abort();
	return fd;
}

static bool complain(const char *what)
{
	printf("# %s: %s\n", what, strerror(errno));
	return false;
}

void (*driver_before_exec)(void);
volatile pid_t *driver_nsinit;
bool driver_by_socket;

/* The child: what it can't do shows in an exit code that nsinit never gives. */
static _Noreturn void become_nsinit(const char *nsinit, const char *socket, const int fds[3])
{
	char parent[12];

	for (int i = 0; i < 3; i++) {
		if (dup2(fds[i], i) < 0)
			_exit(99);
	}
	/* A caller's descriptor that nobody thought of: the container must not have it. */
	(void)dup2(2, 77);
	(void)signal(SIGPIPE, SIG_DFL);
	if (driver_before_exec)
		driver_before_exec();
	(void)snprintf(parent, sizeof(parent), "%d", getppid());
	execl(nsinit, "nsinit", socket ? socket : parent, (char *)NULL);
	_exit(98);
}

/* A socket in a directory of its own, both for this user alone. */
static int listen_at(struct sockaddr_un *address, char *directory)
{
	int listener = -1;
	mode_t mask;

	if (!mkdtemp(directory))
		return -1;
	(void)snprintf(address->sun_path, sizeof(address->sun_path), "%s/control.sock", directory);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	mask = umask(0177);
	if (bind(listener, (struct sockaddr *)address, sizeof(*address)) < 0 || listen(listener, 1) < 0) {
		close(listener);
		listener = -1;
	}
	umask(mask);
	return listener;
}

/* -1 if nsinit ends before it connects, or does neither. */
static int accept_from(int listener, int monitor_pidfd)
{
	struct pollfd p[2] = { { .fd = listener, .events = POLLIN }, { .fd = monitor_pidfd, .events = POLLIN } };

	if (poll(p, 2, DEADLINE_MS) == 0)
		errno = ETIMEDOUT;
	else if (p[0].revents)
		return accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	else
		errno = ECONNREFUSED;
	return -1;
}

/* One of its pipes, which are there a moment after it was started. -1 if it ends before. */
static int open_pipe(const struct driver *d, int number, int flags)
{
	struct pollfd p = { .fd = d->monitor_pidfd, .events = POLLIN };
	char path[40];
	int fd;

	do {
		(void)snprintf(path, sizeof(path), "/proc/%d/fd/%d", driver_nsinit ? *driver_nsinit : d->monitor,
			       number);
		fd = open(path, flags | O_CLOEXEC);
	} while (fd < 0 && errno == ENOENT && poll(&p, 1, 1) == 0);
	return fd;
}

/* Over that socket; NULL: over pipes. */
static void spawn(struct driver *d, const char *nsinit, const char *socket, int input)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	const int fds[3] = { input < 0 ? null : input, d->output, d->errors };
	int executed[2];
	char none;

	/* Its end is the child's execve: until then our own files have the numbers of nsinit's pipes there. */
	if (pipe2(executed, O_CLOEXEC) < 0)
		abort();
	/* Unflushed lines would be written twice. */
	(void)fflush(stdout);
	d->monitor = fork();
	if (d->monitor == 0)
		become_nsinit(nsinit, socket, fds);
	d->monitor_pidfd = pidfd_of(d->monitor);
	close(executed[1]);
	(void)read(executed[0], &none, 1);
	close(executed[0]);
	close(null);
}

static bool start_by_socket(struct driver *d, const char *nsinit, int input)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char directory[] = "/tmp/nsinit-smoke-XXXXXX";
	int listener = listen_at(&address, directory);

	if (listener < 0)
		return false;
	spawn(d, nsinit, address.sun_path, input);
	d->channel = d->orders = accept_from(listener, d->monitor_pidfd);
	close(listener);
	unlink(address.sun_path);
	rmdir(directory);
	return d->channel >= 0;
}

static bool start_by_pipes(struct driver *d, const char *nsinit, int input)
{
	spawn(d, nsinit, NULL, input);
	d->channel = open_pipe(d, DRIVER_EVENTS, O_RDONLY);
	d->orders = open_pipe(d, DRIVER_ORDERS, O_WRONLY);
	return d->channel >= 0 && d->orders >= 0;
}

bool driver_start(struct driver *d, const char *nsinit, int input, const struct bytes *bytes)
{
	/* It may be gone when it is told something. */
	(void)signal(SIGPIPE, SIG_IGN);
	*d = (struct driver){ .monitor = -1, .monitor_pidfd = -1, .channel = -1, .orders = -1 };
	d->output = memory_file("", 0);
	d->errors = memory_file("", 0);
	if (!(driver_by_socket ? start_by_socket : start_by_pipes)(d, nsinit, input))
		return complain("nsinit did not connect");
	return driver_send(d, bytes);
}

void put_hello(struct bytes *b, uint32_t version) { put_frame(b, FRAME_HELLO, "42", PROTOCOL_MAGIC, version); }

bool driver_start_plan(struct driver *d, const char *nsinit, int input, const struct bytes *plan)
{
	static struct bytes bytes;

	bytes.length = 0;
	put_hello(&bytes, PROTOCOL_VERSION);
	put_frame(&bytes, FRAME_PLAN, "*", BYTES(plan->at, plan->length));
	return driver_start(d, nsinit, input, &bytes);
}

bool driver_send(struct driver *d, const struct bytes *bytes)
{
	size_t sent = 0;

	while (sent < bytes->length) {
		ssize_t n = write(d->orders, bytes->at + sent, bytes->length - sent);

		if (n < 0)
			return complain("write");
		sent += (size_t)n;
	}
	return true;
}

void driver_signal(struct driver *d, uint32_t signo)
{
	struct bytes bytes = { 0 };

	put_frame(&bytes, FRAME_SIGNAL, "4", signo);
	(void)driver_send(d, &bytes);
}

void driver_close_channel(struct driver *d)
{
	if (d->channel >= 0)
		close(d->channel);
	if (d->orders >= 0 && !driver_by_socket)
		close(d->orders);
	d->channel = d->orders = -1;
}

/* 1: n bytes are there, 0: end of file, -1: nothing came in time. */
static int read_exactly(int fd, uint8_t *to, size_t n)
{
	while (n > 0) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t got;

		if (poll(&p, 1, DEADLINE_MS) != 1)
			return -1;
		got = read(fd, to, n);
		if (got <= 0)
			return 0;
		to += got;
		n -= (size_t)got;
	}
	return 1;
}

struct cursor {
	const uint8_t *at;
	size_t left;
};

static uint64_t take(struct cursor *c, size_t n)
{
	uint64_t v = 0;

	if (c->left < n) {
		c->left = 0;
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		v |= (uint64_t)c->at[i] << (8 * i);
	c->at += n;
	c->left -= n;
	return v;
}

/* A str or a blob, cut to what fits; its terminator is skipped if it has one. */
static size_t take_text(struct cursor *c, char *to, size_t size, size_t terminator)
{
	size_t n = (size_t)take(c, 4);
	size_t kept;

	if (c->left < n + terminator) {
		c->left = 0;
		n = 0;
	}
	kept = n < size - 1 ? n : size - 1;
	memcpy(to, c->at, kept);
	to[kept] = 0;
	if (c->left > 0) {
		c->at += n + terminator;
		c->left -= n + terminator;
	}
	return n;
}

static void note_event(struct outcome *o, uint16_t type, struct cursor c)
{
	switch (type) {
	case FRAME_HELLO:
		o->hello = take(&c, 4) == PROTOCOL_MAGIC && take(&c, 2) == PROTOCOL_VERSION;
		break;
	case FRAME_FILE:
		o->file_error = (uint32_t)take(&c, 4);
		o->file_length = take_text(&c, o->file, sizeof(o->file), 0);
		break;
	case FRAME_READY:
		o->ready_pid = (uint32_t)take(&c, 4);
		break;
	case FRAME_STARTED:
		o->started_pid = (uint32_t)take(&c, 4);
		break;
	case FRAME_FAILED:
		o->failed = true;
		o->failures++;
		o->step = (uint16_t)take(&c, 2);
		o->index = (uint16_t)take(&c, 2);
		o->error = (uint32_t)take(&c, 4);
		take_text(&c, o->object, sizeof(o->object), 1);
		take_text(&c, o->detail, sizeof(o->detail), 1);
		break;
	case FRAME_REFUSED:
		o->refusals++;
		o->refused_type = (uint16_t)take(&c, 2);
		take_text(&c, o->refused_why, sizeof(o->refused_why), 1);
		break;
	case FRAME_EXITED:
		o->exited = true;
		o->signalled = take(&c, 1) == 1;
		o->value = (uint32_t)take(&c, 4);
		take(&c, 1);
		o->cause = (uint8_t)take(&c, 1);
		take(&c, 8);
		take(&c, 8);
		o->maxrss_kib = take(&c, 8);
		take(&c, 8);
		take(&c, 8);
		o->wall_ns = take(&c, 8);
		o->peak_rss_bytes = take(&c, 8);
		o->output_bytes = take(&c, 8);
		break;
	case FRAME_PIPES:
		take(&c, 2);
		o->pipes_error = (uint32_t)take(&c, 4);
		for (size_t i = 0; i < 3; i++)
			o->pipes[i] = (uint32_t)take(&c, 4);
		break;
	case FRAME_GONE:
		o->gone = true;
		o->monitor_status = (int)take(&c, 4);
		break;
	default:
		break;
	}
}

struct outcome *driver_containers;

bool driver_await(struct driver *d, struct outcome *o, uint16_t type) { return driver_await_of(d, o, 0, type); }

bool driver_await_of(struct driver *d, struct outcome *o, uint32_t container, uint16_t type)
{
	static uint8_t payload[FRAME_MAX];
	uint16_t seen = 0;
	uint32_t of = 0;

	while (d->channel >= 0 && (seen != type || of != container)) {
		uint8_t header[6] = { 0 };
		int got = read_exactly(d->channel, header, sizeof(header));
		struct cursor c = { header, sizeof(header) };
		size_t length = (size_t)take(&c, 4);

		seen = (uint16_t)take(&c, 2);
		if (got == 1 && length <= sizeof(payload))
			got = read_exactly(d->channel, payload, length);
		if (got != 1 || length > sizeof(payload)) {
			o->timed_out = got < 0;
			return false;
		}
		c = (struct cursor){ payload, length };
		of = seen == FRAME_CONTAINER ? (uint32_t)take(&c, 4) : 0;
		if (of > DRIVER_CONTAINERS)
			return complain("a container that is none");
		if (of > 0) {
			take(&c, 4);
			seen = (uint16_t)take(&c, 2);
		}
		note_event(of > 0 ? &driver_containers[of] : o, seen, c);
	}
	return d->channel >= 0;
}

static size_t slurp(int fd, char *to, size_t size)
{
	ssize_t n = pread(fd, to, size - 1, 0);

	close(fd);
	to[n > 0 ? n : 0] = 0;
	return n > 0 ? (size_t)n : 0;
}

void driver_finish(struct driver *d, struct outcome *o)
{
	/* No frame has this type: everything is read. */
	(void)driver_await(d, o, 0xffff);
	driver_close_channel(d);
	if (d->monitor > 0) {
		bool ended = ended_within(d->monitor_pidfd, DEADLINE_MS);

		if (!ended)
			kill(d->monitor, SIGKILL);
		waitpid(d->monitor, &o->monitor_status, 0);
		if (!ended)
			o->monitor_status = -1;
	}
	o->output_length = slurp(d->output, o->output, sizeof(o->output));
	slurp(d->errors, o->errors, sizeof(o->errors));
}
