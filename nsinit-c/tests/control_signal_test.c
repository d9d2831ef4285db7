/* What the monitor is told after the plan: frames that may come in pieces, and of which only SIGNAL is carried out. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "encode.h"
#include "outside/control.h"
#include "proto/event.h"

static int ours, theirs;
static struct bytes b;
static int signo;

/* poll(2) is asked before; so nothing waits. */
static void connect_for_signals(void)
{
	int pair[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
	ours = pair[0];
	theirs = pair[1];
	event_to(ours);
}

static void say(const void *bytes, size_t n) { CHECK(write(theirs, bytes, n) == (ssize_t)n); }

static void add_signal(uint32_t number) { put_frame(&b, 5, "4", number); }

/* What was said of the last frame is REFUSED, and nothing else. */
static void check_refused(uint16_t type, const char *why)
{
	static struct bytes wanted;
	uint8_t heard[128];

	wanted.length = 0;
	put_frame(&wanted, 23, "2s", type, why);
	CHECK(read(theirs, heard, sizeof(heard)) == (ssize_t)wanted.length);
	CHECK(memcmp(heard, wanted.at, wanted.length) == 0);
}

static void whole_frames(void)
{
	connect_for_signals();
	b.length = 0;
	add_signal(15);
	add_signal(64);
	say(b.at, b.length);
	CHECK(control_signal(ours, &signo) && signo == 15);
	CHECK(control_signal(ours, &signo) && signo == 64);
	CHECK(control_signal(ours, &signo) && signo == 0);
}

static void byte_by_byte(void)
{
	connect_for_signals();
	b.length = 0;
	for (uint32_t i = 1; i <= 3; i++)
		add_signal(i);
	for (size_t i = 0; i < b.length; i++) {
		CHECK(control_signal(ours, &signo) && signo == 0);
		say(b.at + i, 1);
		CHECK(control_signal(ours, &signo));
		CHECK(signo == (i % 10 == 9 ? (int)(i / 10) + 1 : 0));
	}
}

static void no_such_signal(void)
{
	static const uint32_t numbers[] = { 0, 65, 0x80000009, UINT32_MAX };

	connect_for_signals();
	for (unsigned i = 0; i < 4; i++) {
		b.length = 0;
		add_signal(numbers[i]);
		say(b.at, b.length);
		CHECK(control_signal(ours, &signo) && signo == 0);
		check_refused(5, "no such signal");
	}
}

static void end_of_file(void)
{
	connect_for_signals();
	(void)close(theirs);
	CHECK(!control_signal(ours, &signo) && signo == 0);
	connect_for_signals();
	say("\4\0\0", 3);
	(void)close(theirs);
	CHECK(control_signal(ours, &signo) && signo == 0);
	CHECK(!control_signal(ours, &signo) && signo == 0);
}

/* A frame that is refused, in two pieces, before a good one. */
static void refuse_frame(uint32_t length, uint16_t type, const char *why)
{
	size_t half;

	connect_for_signals();
	b.length = 0;
	put(&b, "42", length, type);
	for (uint32_t i = 0; i < length; i++)
		put(&b, "1", 9);
	half = b.length / 2;
	add_signal(15);
	say(b.at, half);
	CHECK(control_signal(ours, &signo) && signo == 0);
	say(b.at + half, b.length - half);
	for (unsigned calls = 0; signo == 0 && CHECK(calls < 1000); calls++)
		CHECK(control_signal(ours, &signo));
	CHECK(signo == 15);
	check_refused(type, why);
}

static void other_frames(void)
{
	refuse_frame(0, 0, "unknown frame");
	refuse_frame(4, 6, "unknown frame");
	refuse_frame(4, 0xffff, "unknown frame");
	refuse_frame(4000, 77, "unknown frame");
	refuse_frame(6, 1, "too late: the plan is being carried out");
	refuse_frame(4, 4, "too late: the plan is being carried out");
	refuse_frame(0, 5, "malformed");
	refuse_frame(3, 5, "malformed");
	refuse_frame(5, 5, "malformed");
	refuse_frame(4000, 5, "malformed");
}

/* It is answered at once, and nothing is kept of it. */
static void endless_frames(void)
{
	connect_for_signals();
	b.length = 0;
	put(&b, "42", UINT32_MAX, 5);
	say(b.at, b.length);
	CHECK(control_signal(ours, &signo) && signo == 0);
	check_refused(5, "malformed");
	for (unsigned i = 0; i < 10; i++) {
		say(b.at, b.length);
		CHECK(control_signal(ours, &signo) && signo == 0);
		CHECK(read(theirs, &signo, 1) < 0 && errno == EAGAIN);
	}
}

int main(void)
{
	test("signals are taken one a call", whole_frames);
	test("a signal frame may come byte by byte", byte_by_byte);
	test("a number that is no signal is refused", no_such_signal);
	test("the end of the control channel is seen, even within a frame", end_of_file);
	test("any other frame is refused by its type, and the next one is taken", other_frames);
	test("a frame of 4 GiB is refused once", endless_frames);
	return tests_done();
}
