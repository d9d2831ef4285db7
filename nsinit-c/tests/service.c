#include "service.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/signals.h"
#include "check.h"
#include "proto/event.h"
#include "proto/plan.h"

#define PATIENCE_MS 30000

char place[64], jar[80], serve_place[80], socket_path[104];
pid_t front;
const char *front_program;
int front_out = -1, front_err = -1, front_in = -1, connection = -1;
void (*before_front)(void);
const uint8_t *heard;
size_t heard_length;

static int listener = -1;
static pid_t maker;
static struct bytes channel;

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	(void)kind;
	(void)where;
	return remove(path);
}

static void remove_place(void)
{
	if (getpid() == maker)
		(void)nftw(place, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static const char *in_place(const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", place, name);
	return path;
}

static void write_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	(void)close(fd);
}

/* FNV-1a, bit by bit as the definition has it. */
static uint64_t hash_of(const char *text)
{
	uint64_t hash = 14695981039346656037u;

	while (*text != 0) {
		hash ^= (unsigned char)*text++;
		hash *= 1099511628211u;
	}
	return hash;
}

void make_place(void)
{
	static const char launcher[] =
		"#!/bin/sh\n"
		"said=\nfor word; do said=\"$said[$word]\"; done\nprintf '%s\\n' \"$said\" >>\"$NSRUN_JAR.said\"\n"
		"for fd in 0 1 2; do [ ! -e /proc/$$/fd/$fd ] || echo \"fd $fd\" >>\"$NSRUN_JAR.said\"; done\n"
		"[ -z \"$TOLD\" ] || echo told >\"$TOLD\"\n"
		"echo launched\n"
		"exit 42\n";
	const char *runtime = geteuid() == 0 ? "/run" : place;
	char text[128];
	struct stat st;

	front_program = getenv("FRONT_PROGRAM");
	if (!CHECK(front_program != NULL))
		exit(1);
	(void)snprintf(place, sizeof(place), "/tmp/nsrun-front-XXXXXX");
	if (mkdtemp(place) == NULL || chmod(place, 0700) < 0)
		abort();
	maker = getpid();
	(void)atexit(remove_place);
	if (geteuid() == 0 && (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
			       mount("tmpfs", "/run", "tmpfs", 0, "mode=755") < 0))
		skip("root without mounts of its own");
	(void)snprintf(serve_place, sizeof(serve_place), "%s/nsrun", runtime);
	(void)mkdir(serve_place, 0700);
	(void)snprintf(serve_place, sizeof(serve_place), "%s/nsrun/serve", runtime);
	if (mkdir(serve_place, 0700) < 0)
		abort();
	(void)snprintf(jar, sizeof(jar), "%s/jar", place);
	write_file(jar, "a jar", 0600);
	(void)setenv("NSRUN_JAR", jar, 1);
	write_file(in_place("launcher"), launcher, 0755);
	(void)setenv("NSRUN_LAUNCH", in_place("launcher"), 1);
	(void)setenv("XDG_RUNTIME_DIR", place, 1);
	(void)unsetenv("NSRUN_SERVE");
	if (stat(jar, &st) < 0)
		abort();
	(void)snprintf(text, sizeof(text), "1.%lu.%lu.%ld.%ld.%ld", (unsigned long)st.st_dev, (unsigned long)st.st_ino,
		       (long)st.st_size, (long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	(void)snprintf(socket_path, sizeof(socket_path), "%s/%016lx", serve_place, (unsigned long)hash_of(text));
}

void listen_there(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_path);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(listener, 128) < 0)
		abort();
}

bool was_asked_at(int fd)
{
	char byte;
	int asked = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	ssize_t n = asked >= 0 ? read(asked, &byte, 1) : 0;

	(void)close(asked);
	return n > 0;
}

bool was_asked(void) { return listener >= 0 && was_asked_at(listener); }

static void become_front(char **argv, int in, int out, int err)
{
	/* What is left of it has this number. */
	(void)setpgid(0, 0);
	(void)dup2(in, 0);
	(void)dup2(out, 1);
	(void)dup2(err, 2);
	/* A shell may have us ignore some. */
	(void)signals_by_default();
	if (before_front != NULL)
		before_front();
	(void)execv(front_program, argv);
	_exit(99);
}

void start_front(const char *word, ...)
{
	static char name[] = "nsrun";
	char *argv[64] = { name };
	int in[2], out[2], err[2], n = 1;
	va_list words;

	va_start(words, word);
	for (; word != NULL && n < 63; word = va_arg(words, const char *))
		argv[n++] = strdup(word);
	va_end(words);
	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
		abort();
	front = fork();
	if (front == 0)
		become_front(argv, in[0], out[1], err[1]);
	(void)setpgid(front, front);
	(void)close(in[0]);
	(void)close(out[1]);
	(void)close(err[1]);
	front_in = in[1];
	front_out = out[0];
	front_err = err[0];
	while (n > 1)
		free(argv[--n]);
}

/* False if nothing comes any more. */
static bool read_all(int fd, uint8_t *bytes, size_t n)
{
	while (n > 0) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };

		if (poll(&ready, 1, PATIENCE_MS) <= 0)
			return CHECK(!"nothing comes");
		ssize_t got = read(fd, bytes, n);
		if (got <= 0)
			return false;
		bytes += got;
		n -= (size_t)got;
	}
	return true;
}

static uint32_t number_at(const uint8_t *at, size_t n)
{
	uint32_t number = 0;

	while (n-- > 0)
		number = number << 8 | at[n];
	return number;
}

uint32_t heard_number(size_t at, size_t bytes)
{
	return at + bytes <= heard_length ? number_at(heard + at, bytes) : ~0u;
}

unsigned hear(void)
{
	static uint8_t frame[9u << 20];
	static const uint8_t *inner, *inner_end;
	static int of = -1;

	if (of != connection)
		inner = inner_end = NULL;
	of = connection;
	for (;;) {
		if (inner < inner_end) {
			/* The front tells whole ones. */
			if (!CHECK(inner_end - inner >= 6 && number_at(inner, 4) <= (size_t)(inner_end - inner) - 6))
				return 0;
			unsigned type = number_at(inner + 4, 2);
			heard = inner + 6;
			heard_length = number_at(inner, 4);
			inner = heard + heard_length;
			return type;
		}
		uint8_t head[6] = { 0 };
		if (!read_all(connection, head, sizeof(head)))
			return 0;
		unsigned type = number_at(head + 4, 2);
		heard = frame;
		heard_length = number_at(head, 4);
		if (!CHECK(heard_length <= sizeof(frame)) || !read_all(connection, frame, heard_length))
			return 0;
		if (type != CHANNEL)
			return type;
		if (!CHECK(heard_length > 4 && number_at(frame, 4) == heard_length - 4))
			return 0;
		inner = frame + 4;
		inner_end = frame + heard_length;
	}
}

bool hear_until(unsigned type)
{
	unsigned got;

	while ((got = hear()) != 0 && got != type)
		;
	return got == type;
}

void accept_front(void)
{
	struct pollfd ready = { .fd = listener, .events = POLLIN };

	if (!CHECK(poll(&ready, 1, PATIENCE_MS) == 1))
		exit(1);
	connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	CHECK(hear() == HELLO && heard_length == 6 && heard_number(0, 4) == MAGIC && heard_number(4, 2) == 1);
	CHECK(hear() == REQUEST);
}

void begin_service(const char *command)
{
	make_place();
	listen_there();
	start_front(command, NULL);
	accept_front();
	say_hello();
}

void say_bytes(const struct bytes *b)
{
	size_t done = 0;

	while (done < b->length) {
		ssize_t n = send(connection, b->at + done, b->length - done, MSG_NOSIGNAL);

		if (n < 0)
			return;
		done += (size_t)n;
	}
}

void say_hello(void) { say(HELLO, "42", MAGIC, 1); }

void say_output(int fd, const char *text) { say(OUTPUT, "1b", fd, BYTES(text, strlen(text))); }

void say_channel(const struct bytes *b) { say(CHANNEL, "b", BYTES(b->at, b->length)); }

void say_nsinit_hello(void)
{
	channel.length = 0;
	put_frame(&channel, FRAME_HELLO, "42", HELLO_MAGIC, PROTOCOL_VERSION);
	say_channel(&channel);
}

void say_plan(struct bytes *plan)
{
	channel.length = 0;
	put_frame(&channel, FRAME_PLAN, "*", BYTES(plan->at, plan->length));
	say_channel(&channel);
}

int front_status(void)
{
	int status = -1;

	CHECK(waitpid(front, &status, 0) == front);
	return status;
}

int front_code(void)
{
	int status = front_status();

	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

const char *all_of(int fd)
{
	static char text[4][4096];
	static unsigned turn;
	char *to = text[turn++ % 4];
	size_t n = 0;
	ssize_t got;

	while (n < sizeof(text[0]) - 1 && (got = read(fd, to + n, sizeof(text[0]) - 1 - n)) > 0)
		n += (size_t)got;
	to[n] = 0;
	return to;
}

const char *some_of(int fd)
{
	static char text[4096];
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	CHECK(poll(&ready, 1, PATIENCE_MS) == 1);
	ssize_t n = read(fd, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = 0;
	return text;
}

bool nobody_left(void)
{
	/* What the kernel kills is gone a moment later; what hangs is a failure of the test's time. */
	while (kill(-front, 0) == 0)
		(void)sched_yield();
	return errno == ESRCH;
}

const char *launcher_said(void)
{
	int fd = open(in_place("jar.said"), O_RDONLY | O_CLOEXEC);
	const char *text = fd >= 0 ? all_of(fd) : NULL;

	(void)close(fd);
	return text;
}
