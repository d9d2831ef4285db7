/* The front and a service that talks nonsense. */
#include <stdio.h>
#include <unistd.h>

#include "check.h"
#include "proto/event.h"
#include "service.h"

static struct bytes frame;

static void unknown_type(void) { say(99, ""); }
static void own_type(void) { say(REQUEST, "1", 0); }
static void endless(void)
{
	frame.length = 0;
	put(&frame, "42", (32u << 20) + 1, CHANNEL);
	say_bytes(&frame);
}
static void long_done(void) { say(DONE, "11", 0, 0); }
static void short_done(void) { say(DONE, ""); }
static void strange_descriptor(void) { say(OUTPUT, "1b", 3, BYTES("x", 1)); }
static void first_descriptor(void) { say(OUTPUT, "1b", 0, BYTES("x", 1)); }
static void wrong_length(void) { say(OUTPUT, "14*", 1, 2, BYTES("x", 1)); }
static void no_length(void) { say(OUTPUT, ""); }
static void wrong_channel(void) { say(CHANNEL, "4", 1); }
static void no_channel(void) { say(CHANNEL, "2", 0); }
static void endless_inner(void)
{
	say_nsinit_hello();
	say(CHANNEL, "442", 6, (32u << 20) + 1, FRAME_PLAN);
}
static void torn_attach(void)
{
	say_nsinit_hello();
	say(CHANNEL, "442", 6, 100, FRAME_ATTACH);
}
static void long_leave(void) { say(LEAVE, "1", 0); }

static void nonsense(void)
{
	static void (*const all[])(void) = { unknown_type, own_type,	       endless,		 long_done,
					     short_done,   strange_descriptor, first_descriptor, wrong_length,
					     no_length,	   wrong_channel,      no_channel,	 endless_inner,
					     torn_attach,  long_leave,	       say_hello };

	make_place();
	listen_there();
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		start_front("run", NULL);
		accept_front();
		say_hello();
		all[i]();
		CHECK(front_code() == LAUNCHER_CODE);
		CHECK_TEXT(all_of(front_out), "launched\n");
		CHECK(nobody_left());
		(void)close(connection);
		(void)close(front_in);
		(void)close(front_out);
		(void)close(front_err);
	}
}

static void nonsense_while_it_runs(void)
{
	begin_service("run");
	run_script("read x; exit 6");
	unknown_type();
	CHECK(hear() == 0);
	CHECK(write(front_in, "\n", 1) == 1);
	CHECK(front_code() == 6);
	CHECK(nobody_left());
}

static void another_hello(void)
{
	static const uint32_t magics[] = { HELLO_MAGIC, MAGIC };

	make_place();
	listen_there();
	for (unsigned i = 0; i < 2; i++) {
		start_front("ps", NULL);
		accept_front();
		say(HELLO, "42", magics[i], 1 + i);
		CHECK(front_code() == LAUNCHER_CODE);
	}
	start_front("ps", NULL);
	accept_front();
	say(DONE, "1", 0);
	CHECK(front_code() == LAUNCHER_CODE);
}

/* Whatever bytes come, it ends as somebody has said, or as the launcher. */
static void any_bytes(void)
{
	uint64_t state = 88172645463325252u;
	static const uint8_t types[] = { 1, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50 };

	make_place();
	listen_there();
	for (int round = 0; round < 200; round++) {
		frame.length = 0;
		for (int i = 0; i < 6; i++) {
			uint8_t bytes[24];

			for (size_t k = 0; k < sizeof(bytes); k++) {
				state ^= state << 13;
				state ^= state >> 7;
				state ^= state << 17;
				bytes[k] = (state >> 32) % 3 == 0 ? (uint8_t)state : (uint8_t)(state & 3);
			}
			put_frame(&frame, types[(state >> 8) % sizeof(types)], "*", BYTES(bytes, (state >> 16) % 24));
		}
		/* Some of them are torn. */
		frame.length -= (state >> 24) % 40 < frame.length ? (state >> 24) % 40 : 0;
		start_front(round % 2 == 0 ? "run" : "ps", NULL);
		accept_front();
		if (round % 8 != 0)
			say_hello();
		say_bytes(&frame);
		(void)close(connection);
		if (!CHECK(front_code() >= 0))
			(void)fprintf(stderr, "# in round %d\n", round);
		CHECK(nobody_left());
		(void)close(front_in);
		(void)close(front_out);
		(void)close(front_err);
	}
}

int main(void)
{
	test("nonsense is taken for the end of the service", nonsense);
	test("nonsense does not end a command that runs", nonsense_while_it_runs);
	test("a service of another kind or version is none", another_hello);
	test("whatever bytes come, it comes to an end", any_bytes);
	return tests_done();
}
