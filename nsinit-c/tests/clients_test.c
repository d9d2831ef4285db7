/* Whoever wants something of a container that lives on. */
#include "lifecycle/clients.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "encode.h"
#include "frames.h"
#include "lifecycle/attach.h"
#include "proto/event.h"
#include "tree.h"

static int directory;
static struct bytes b;

static void begin(void)
{
	make_tree();
	directory = open(tree_root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CHECK(directory >= 0);
	clients_listen(directory);
}

static int dial(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/control", directory);
	CHECK(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	return fd;
}

/* As many rounds of the monitor's loop as there is something to do. */
static struct request turns(void)
{
	struct request wanted = { 0 };
	struct pollfd fds[CLIENT_FDS];

	do {
		clients_want(fds);
		if (poll(fds, CLIENT_FDS, 0) <= 0)
			break;
		wanted = clients_step(fds);
	} while (wanted.signo == 0);
	return wanted;
}

static void say(int fd)
{
	CHECK(send(fd, b.at, b.length, MSG_NOSIGNAL) == (ssize_t)b.length);
	b.length = 0;
}

static void greet(int fd)
{
	b.length = 0;
	put_frame(&b, FRAME_HELLO, "42", HELLO_MAGIC, PROTOCOL_VERSION);
	say(fd);
}

/* Whether what comes is a frame of that type; 0: the end. */
static bool hears(int fd, unsigned type)
{
	uint8_t bytes[256];
	ssize_t n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	return type == 0 ? n == 0 : n >= 6 && (bytes[4] | bytes[5] << 8) == (int)type;
}

static int served(void)
{
	int fd = dial();

	greet(fd);
	CHECK(turns().signo == 0);
	CHECK(hears(fd, FRAME_HELLO));
	return fd;
}

static void signals(void)
{
	begin();
	clients_serve();
	int fd = served();

	put_frame(&b, FRAME_SIGNAL, "4", 10);
	say(fd);
	struct request wanted = turns();
	CHECK(wanted.signo == 10 && !wanted.stop);
	put_frame(&b, FRAME_STOP, "48", 15, 2500);
	say(fd);
	wanted = turns();
	CHECK(wanted.signo == 15 && wanted.stop && wanted.grace_ms == 2500);
}

static void two_in_one_message(void)
{
	begin();
	clients_serve();
	int fd = served();

	put_frame(&b, FRAME_SIGNAL, "4", 1);
	put_frame(&b, FRAME_SIGNAL, "4", 2);
	say(fd);
	CHECK(turns().signo == 1);
	CHECK(turns().signo == 2);
}

static void strangers(void)
{
	begin();
	clients_serve();
	int fd = dial();

	put_frame(&b, FRAME_SIGNAL, "4", 9);
	say(fd);
	CHECK(turns().signo == 0);
	CHECK(hears(fd, FRAME_REFUSED));
	CHECK(hears(fd, 0));
	fd = dial();
	put_frame(&b, FRAME_HELLO, "42", HELLO_MAGIC, PROTOCOL_VERSION + 1);
	say(fd);
	CHECK(turns().signo == 0);
	CHECK(hears(fd, FRAME_REFUSED));
	CHECK(hears(fd, 0));
}

static void refused(void)
{
	begin();
	clients_serve();
	int fd = served();

	put_frame(&b, FRAME_SIGNAL, "4", 65);
	say(fd);
	CHECK(turns().signo == 0);
	CHECK(hears(fd, FRAME_REFUSED));
	put_frame(&b, FRAME_STOP, "48", 0, 0);
	say(fd);
	struct request wanted = turns();
	CHECK(wanted.signo == 0 && !wanted.stop);
	CHECK(hears(fd, FRAME_REFUSED));
	put_frame(&b, FRAME_READ, "4", 1);
	say(fd);
	CHECK(turns().signo == 0);
	CHECK(hears(fd, FRAME_REFUSED));
	put_frame(&b, FRAME_SIGNAL, "4", 3);
	say(fd);
	CHECK(turns().signo == 3);
	/* In pieces. */
	put_frame(&b, FRAME_SIGNAL, "4", 3);
	b.length -= 1;
	say(fd);
	CHECK(turns().signo == 0);
	CHECK(hears(fd, 0));
}

/* The descriptors that come along with an answer. */
static int streams_of(int fd, struct enclosed *with)
{
	uint8_t bytes[7];

	put_frame(&b, FRAME_STREAMS, "1", STREAMS_INPUT);
	say(fd);
	CHECK(turns().signo == 0);
	CHECK(event_receive(fd, bytes, sizeof(bytes), with) == sizeof(bytes) && bytes[4] == FRAME_STREAMS);
	return bytes[6];
}

static void streams(void)
{
	static uint8_t bytes[4096];
	struct enclosed with;
	int ends[2];

	begin();
	clients_serve();
	CHECK(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
	attach_input(ends[1]);
	int fd = served(), other = served();
	CHECK(streams_of(fd, &with) == STREAMS_INPUT && with.fds[4] >= 0 && with.fds[5] == -1);
	attach_output(1, (const uint8_t *)"some", 4);
	CHECK(read(with.fds[0], bytes, sizeof(bytes)) == 4 && read(with.fds[2], bytes, sizeof(bytes)) < 0);
	attach_output(2, (const uint8_t *)"some", 4);
	CHECK(read(with.fds[2], bytes, sizeof(bytes)) == 4 && read(with.fds[0], bytes, sizeof(bytes)) < 0);
	CHECK(write(with.fds[4], "input", 5) == 5 && read(ends[0], bytes, sizeof(bytes)) == 5);
	/* One more than there is room for, which the other one has. */
	struct enclosed second;
	int pages = fcntl(with.fds[0], F_GETPIPE_SZ) / 4096;
	for (int i = 0; i < pages + (32 << 20) / 4096 + 1; i++)
		attach_output(1, bytes, sizeof(bytes));
	CHECK(streams_of(other, &second) == STREAMS_INPUT);
	attach_output(1, bytes, sizeof(bytes));
	CHECK(read(second.fds[0], bytes, sizeof(bytes)) == sizeof(bytes));
	attach_end();
	static struct bytes golden;
	static uint8_t got[64];
	CHECK(read_hex(PROTOCOL_DIR "/event-missed.hex", &golden));
	CHECK(recv(fd, got, sizeof(got), MSG_DONTWAIT) == (ssize_t)golden.length);
	CHECK(memcmp(got, golden.at, golden.length) == 0);
	CHECK(recv(other, got, sizeof(got), MSG_DONTWAIT) < 0);
	/* What was missed is told once. */
	attach_end();
	CHECK(recv(fd, got, sizeof(got), MSG_DONTWAIT) < 0);
	/* There is room again. */
	for (int i = 0; i < pages / 2; i++)
		CHECK(read(with.fds[0], bytes, sizeof(bytes)) == sizeof(bytes));
	CHECK(turns().signo == 0);
	(void)close(fd);
	CHECK(turns().signo == 0);
	/* The monitor's ends are closed: what is left comes behind what is in the pipe. */
	int left = 0;
	while (read(with.fds[0], bytes, sizeof(bytes)) == sizeof(bytes))
		left++;
	CHECK(left == pages);
	while (read(with.fds[1], bytes, sizeof(bytes)) == sizeof(bytes))
		left++;
	CHECK(left == pages + (32 << 20) / 4096 + 1 - pages / 2);
	CHECK(read(with.fds[0], bytes, sizeof(bytes)) == 0 && read(with.fds[1], bytes, sizeof(bytes)) == 0);
}

static void refused_streams(void)
{
	struct enclosed with;

	begin();
	clients_serve();
	int fd = served();
	put_frame(&b, FRAME_STREAMS, "");
	say(fd);
	CHECK(turns().signo == 0 && hears(fd, FRAME_REFUSED));
	put_frame(&b, FRAME_STREAMS, "11", 0, 0);
	say(fd);
	CHECK(turns().signo == 0 && hears(fd, FRAME_REFUSED));
	CHECK(streams_of(fd, &with) == 0 && with.fds[3] >= 0 && with.fds[4] == -1);
	put_frame(&b, FRAME_STREAMS, "1", 0);
	say(fd);
	CHECK(turns().signo == 0 && hears(fd, FRAME_REFUSED));
	put_frame(&b, FRAME_END_INPUT, "");
	say(fd);
	CHECK(turns().signo == 0 && hears(fd, FRAME_REFUSED));
	put_frame(&b, FRAME_END_INPUT, "1", 0);
	say(fd);
	CHECK(turns().signo == 0 && hears(fd, FRAME_REFUSED));
}

static void not_yet(void)
{
	begin();
	int fd = dial();

	greet(fd);
	CHECK(turns().signo == 0 && !hears(fd, FRAME_HELLO));
	clients_serve();
	CHECK(turns().signo == 0 && hears(fd, FRAME_HELLO));
}

static void crowd(void)
{
	int fds[CLIENTS + 1];

	begin();
	clients_serve();
	for (int i = 0; i < CLIENTS; i++)
		fds[i] = served();
	fds[CLIENTS] = dial();
	greet(fds[CLIENTS]);
	CHECK(turns().signo == 0 && !hears(fds[CLIENTS], FRAME_HELLO));
	(void)close(fds[3]);
	CHECK(turns().signo == 0 && hears(fds[CLIENTS], FRAME_HELLO));
	int n = 0;
	for (int fd = clients_next(-1); fd >= 0; fd = clients_next(fd))
		n++;
	CHECK(n == CLIENTS);
}

static void no_descriptors(void)
{
	struct pollfd fds[CLIENT_FDS];
	struct rlimit limit;

	begin();
	clients_serve();
	int first = served(), second = dial();
	greet(second);
	CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	rlim_t before = limit.rlim_cur;
	/* All numbers below are taken. */
	limit.rlim_cur = (rlim_t)second + 1;
	CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	clients_want(fds);
	CHECK(clients_step((struct pollfd[CLIENT_FDS]){ [CLIENTS] = { .revents = POLLIN } }).signo == 0);
	clients_want(fds);
	CHECK(fds[CLIENTS].fd == -1);
	limit.rlim_cur = before;
	CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	(void)close(first);
	CHECK(turns().signo == 0 && hears(second, FRAME_HELLO));
}

static int ready[2];

static void from_another_user_namespace(void)
{
	char byte;

	if (unshare(CLONE_NEWUSER) < 0)
		_exit(77);
	int fd = dial();

	greet(fd);
	CHECK(write(ready[1], "x", 1) == 1);
	/* The end, or a reset, as what was said is not read; and no answer. */
	_exit(read(fd, &byte, 1) <= 0 ? 42 : 43);
}

static void containers(void)
{
	char byte;
	int status;

	begin();
	clients_serve();
	CHECK(pipe(ready) == 0);
	pid_t child = fork();
	if (child == 0)
		from_another_user_namespace();
	(void)close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		skip("no user namespace can be made here");
	CHECK(turns().signo == 0);
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 42);
}

static void what_was_left(void)
{
	begin();
	clients_leave();
	/* As after a monitor that was killed. */
	clients_listen(directory);
	clients_serve();
	(void)served();
	struct stat st;
	CHECK(fstatat(directory, "control", &st, 0) == 0 && (st.st_mode & 07777) == 0600);
}

int main(void)
{
	test("a signal is asked for, or a stop", signals);
	test("two frames that come at once are two requests", two_in_one_message);
	test("who does not greet, or in another version, is told so, and sent away", strangers);
	test("what is not known is refused by name; what comes in pieces ends the connection", refused);
	test("who attaches has output and input; what there is no room for is counted, and told", streams);
	test("a wrong frame of who attaches is refused, and so is a second one", refused_streams);
	test("nobody is served before the command runs", not_yet);
	test("one more than there is room for waits until another one goes", crowd);
	test("where there are no descriptors left, it does not spin, and goes on once one is free", no_descriptors);
	test("whoever is in another user namespace is sent away", containers);
	test("a socket that a killed monitor left is in nobody's way, and is private", what_was_left);
	return tests_done();
}
