/* Whoever attaches to a container that lives on, and its monitor's part of that. */
#include "attached/attached.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "encode.h"
#include "frames.h"
#include "lifecycle/attach.h"
#include "lifecycle/clients.h"
#include "proto/event.h"
#include "tree.h"

static int orchestrator, typing, out, err; /* the other ends of its own */
static pid_t child;
static struct bytes b, golden;

static const uint8_t *attach_frame(const char *directory, unsigned flags, const char *keys)
{
	b.length = 0;
	put(&b, "s1b", directory, flags, BYTES(keys, strlen(keys)));
	return b.at;
}

static void run_on(int control, const uint8_t *payload, size_t n)
{
	event_to(control);
	attached_run(control, (struct reader){ .at = payload, .end = payload + n });
}

/* In a process of its own, with a pipe for each stream. */
static void start(const char *directory, unsigned flags)
{
	int pair[2], streams[3][2];

	(void)attach_frame(directory, flags, "\020\021");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		abort();
	for (int fd = 0; fd <= 2; fd++)
		CHECK(pipe2(streams[fd], O_CLOEXEC) == 0);
	child = fork();
	if (child == 0) {
		sigset_t all;

		(void)sigfillset(&all);
		(void)sigprocmask(SIG_SETMASK, &all, NULL);
		for (int fd = 0; fd <= 2; fd++)
			(void)dup2(streams[fd][fd != 0], fd);
		/* It is no child of the monitor's, whose files these are. */
		for (int fd = 3; fd < 64; fd++)
			if (fd != pair[0])
				(void)close(fd);
		run_on(pair[0], b.at, b.length);
	}
	(void)close(pair[0]);
	for (int fd = 0; fd <= 2; fd++)
		(void)close(streams[fd][fd != 0]);
	orchestrator = pair[1];
	typing = streams[0][1];
	out = streams[1][0];
	err = streams[2][0];
}

static void monitor(void)
{
	make_tree();
	int directory = open(tree_root, O_PATH | O_DIRECTORY | O_CLOEXEC);

	clients_listen(directory);
	clients_serve();
}

/* Rounds of the monitor's loop until something can be read there. */
static bool turns_until(int fd, struct request *wanted)
{
	struct pollfd fds[CLIENT_FDS + 1];

	do {
		clients_want(fds);
		fds[CLIENT_FDS] = (struct pollfd){ .fd = fd, .events = POLLIN };
		if (poll(fds, CLIENT_FDS + 1, 20000) <= 0)
			return false;
		*wanted = clients_step(fds);
	} while (fds[CLIENT_FDS].revents == 0 && wanted->signo == 0);
	return true;
}

static void hear(const char *wanted, int fd)
{
	char text[256];
	struct request any;

	CHECK(turns_until(fd, &any));
	ssize_t n = read(fd, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = 0;
	CHECK_TEXT(text, wanted);
}

static void hear_golden(const char *name)
{
	static uint8_t got[256];
	char path[4096];
	struct request any;

	(void)snprintf(path, sizeof(path), "%s/%s.hex", PROTOCOL_DIR, name);
	CHECK(read_hex(path, &golden));
	CHECK(turns_until(orchestrator, &any));
	CHECK(recv(orchestrator, got, golden.length, MSG_WAITALL) == (ssize_t)golden.length);
	CHECK(memcmp(got, golden.at, golden.length) == 0);
}

static void hear_type(unsigned type)
{
	uint8_t got[256];
	struct request any;

	CHECK(turns_until(orchestrator, &any));
	CHECK(recv(orchestrator, got, 6, MSG_WAITALL) == 6 && (got[4] | got[5] << 8) == (int)type);
	size_t n = got[0];
	CHECK(recv(orchestrator, got, n, MSG_WAITALL) == (ssize_t)n);
}

static int ended(void)
{
	int status = -1;

	CHECK(waitpid(child, &status, 0) == child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void say(const char *text) { CHECK(write(typing, text, strlen(text)) == (ssize_t)strlen(text)); }

static void output(int fd, const char *text) { attach_output(fd, (const uint8_t *)text, strlen(text)); }

static int input[2];

static void pipes(unsigned flags)
{
	monitor();
	CHECK(pipe2(input, O_CLOEXEC | O_NONBLOCK) == 0);
	attach_input(input[1]);
	start(tree_root, flags);
	hear_type(FRAME_STARTED);
}

static void streams(void)
{
	pipes(ATTACH_INPUT);
	output(1, "to stdout");
	output(2, "to stderr");
	hear("to stdout", out);
	hear("to stderr", err);
	say("typed\020\021");
	hear("typed\020\021", input[0]);
	/* The end of its input is its own alone. */
	(void)close(typing);
	output(1, "more");
	hear("more", out);
	char byte;
	CHECK(read(input[0], &byte, 1) < 0 && errno == EAGAIN);
	(void)close(orchestrator);
	CHECK(ended() == 0);
}

static void last_words(void)
{
	pipes(ATTACH_INPUT);
	CHECK(kill(child, SIGSTOP) == 0);
	say("last words");
	(void)close(orchestrator);
	(void)close(typing);
	CHECK(kill(child, SIGCONT) == 0);
	CHECK(ended() == 0);
	hear("last words", input[0]);
}

static void end_of_input(void)
{
	pipes(ATTACH_INPUT | ATTACH_ENDS);
	say("last");
	hear("last", input[0]);
	(void)close(typing);
	hear("", input[0]);
}

static void no_input(void)
{
	pipes(ATTACH_ENDS);
	say("typed");
	output(1, "out");
	hear("out", out);
	char byte;
	CHECK(read(input[0], &byte, 1) < 0 && errno == EAGAIN);
}

static void detached(void)
{
	int master, slave;

	monitor();
	CHECK(openpty(&master, &slave, NULL, NULL, NULL) == 0);
	attach_terminal(master, slave);
	start(tree_root, ATTACH_INPUT);
	hear_type(FRAME_STARTED);
	say("typed\n\020");
	hear("typed\n", slave);
	say("\021");
	hear_golden("event-detached");
	CHECK(ended() == 0);
}

static void signals(void)
{
	struct request wanted;

	pipes(0);
	b.length = 0;
	put_frame(&b, FRAME_SIGNAL, "4", 10);
	CHECK(write(orchestrator, b.at, b.length) == (ssize_t)b.length);
	CHECK(turns_until(-1, &wanted) && wanted.signo == 10 && !wanted.stop);
}

static void unread(void)
{
	pipes(0);
	(void)close(out);
	hear_type(FRAME_DETACHED);
	CHECK(ended() == 0);
}

/* More than its pipes and all that is on the way to us have room for. */
static void missed(void)
{
	static uint8_t bytes[4096];
	struct request any;

	pipes(0);
	CHECK(kill(child, SIGSTOP) == 0);
	CHECK(waitpid(child, NULL, WUNTRACED) == child);
	memset(bytes, 'x', sizeof(bytes));
	for (int i = 0; i < 16384; i++)
		attach_output(1, bytes, sizeof(bytes));
	CHECK(kill(child, SIGCONT) == 0);
	/* All but what there was room for, and at the end at the latest. */
	uint64_t got = 0;
	CHECK(turns_until(out, &any));
	attach_end();
	uint8_t frame[14];
	CHECK(recv(orchestrator, frame, sizeof(frame), MSG_WAITALL) == sizeof(frame) && frame[4] == FRAME_MISSED);
	for (unsigned i = 8; i > 0; i--)
		got = got << 8 | frame[5 + i];
	CHECK(got > 0 && got % sizeof(bytes) == 0 && got < sizeof(bytes) * 16384);
}

static void end_after_output(void)
{
	pipes(0);
	output(1, "last words");
	struct child_exit child_exit = { .status = 137 << 8,
					 .usage = { .ru_utime = { 0, 1000 },
						    .ru_stime = { 0, 2000 },
						    .ru_maxrss = 880,
						    .ru_minflt = 120,
						    .ru_majflt = 1 } };
	int client = clients_next(-1);
	event_to(client);
	CHECK(event_exited(&child_exit, &(struct ending){ CAUSE_OWN, 1234567890, 0, 0 }));
	/* The monitor ends. */
	attach_gone(client);
	(void)close(client);
	char text[32];
	ssize_t n = 0;
	for (ssize_t got = 1; got > 0; n += got)
		got = read(out, text + n, sizeof(text) - 1 - (size_t)n);
	text[n] = 0;
	CHECK_TEXT(text, "last words");
	CHECK(ended() == 0);
	static uint8_t got[256];
	CHECK(read_hex(PROTOCOL_DIR "/event-exited-code.hex", &golden));
	CHECK(recv(orchestrator, got, golden.length, MSG_WAITALL) == (ssize_t)golden.length);
	CHECK(memcmp(got, golden.at, golden.length) == 0);
}

/* ---- the monitor's part ---- */

static void waits(void)
{
	int starter[2];
	struct request any;

	monitor();
	CHECK(pipe2(starter, O_CLOEXEC) == 0);
	attach_await(starter[0]);
	CHECK(attach_awaited());
	/* What it says meanwhile is no end. */
	CHECK(write(starter[1], "x", 1) == 1);
	struct pollfd fds[ATTACH_FDS];
	attach_want(fds);
	CHECK(poll(fds, ATTACH_FDS, 0) == 0);
	(void)close(starter[1]);
	CHECK(turns_until(starter[0], &any));
	CHECK(!attach_awaited());
	CHECK(pipe2(starter, O_CLOEXEC) == 0);
	attach_await(starter[0]);
	start(tree_root, 0);
	hear_type(FRAME_STARTED);
	CHECK(!attach_awaited());
}

static const char *golden_payload;
static size_t golden_length;

static void run_truncated(void) { run_on(orchestrator, (const uint8_t *)golden_payload, golden_length); }

static void truncated(void)
{
	int pair[2];
	uint8_t frame[256];

	CHECK(read_hex(PROTOCOL_DIR "/attach.hex", &golden));
	(void)attach_frame("/srv/state/containers/c", 7, "\020\021");
	CHECK(golden.length == 6 + b.length && memcmp(golden.at + 6, b.at, b.length) == 0);
	for (golden_length = 0; golden_length <= b.length + 1; golden_length++) {
		CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
		orchestrator = pair[0];
		if (golden_length > b.length)
			put(&b, "1", 0);
		golden_payload = (const char *)at_the_edge(b.at, golden_length);
		bool whole = golden_length == golden.length - 6;
		int status = status_of(run_truncated);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 125);
		CHECK(read(pair[1], frame, sizeof(frame)) > 14);
		CHECK(frame[4] == FRAME_FAILED && frame[10] == (whole ? ENOENT : EPROTO));
		(void)close(pair[0]);
		(void)close(pair[1]);
		if (golden_length > golden.length - 6)
			break;
	}
}

int main(void)
{
	test("output comes as it is, and input goes as it is", streams);
	test("what was written before the end of whoever attached arrives", last_words);
	test("the end of input is passed on where that is wanted", end_of_input);
	test("no input is read where none is wanted", no_input);
	test("the keys end it, and what was typed before them arrives", detached);
	test("a signal goes to the monitor", signals);
	test("it ends when nobody reads its output", unread);
	test("what a client is too slow for is counted, and told", missed);
	test("the end is told once all output is on its way", end_after_output);
	test("output waits for the first client, or for the end of whoever started it", waits);
	test("an ATTACH that is cut short or too long is refused", truncated);
	return tests_done();
}
