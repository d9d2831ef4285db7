/* The front and a service that has it write. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "service.h"

static struct bytes inner;

static void output(void)
{
	begin_service("ps");
	say_output(1, "to stdout");
	say_output(2, "to stderr");
	say_output(1, "");
	say_output(1, ", twice");
	say(DONE, "1", 255);
	CHECK(front_code() == 255);
	CHECK_TEXT(all_of(front_out), "to stdout, twice");
	CHECK_TEXT(all_of(front_err), "to stderr");
}

static void byte_by_byte(void)
{
	inner.length = 0;
	put_frame(&inner, HELLO, "42", MAGIC, 1);
	put_frame(&inner, OUTPUT, "1b", 1, BYTES("slow", 4));
	put_frame(&inner, CHANNEL, "b", BYTES("", 0));
	put_frame(&inner, DONE, "1", 9);
	make_place();
	listen_there();
	start_front("ps", NULL);
	accept_front();
	for (size_t i = 0; i < inner.length; i++)
		CHECK(send(connection, inner.at + i, 1, MSG_NOSIGNAL) == 1);
	CHECK(front_code() == 9);
	CHECK_TEXT(all_of(front_out), "slow");
}

#define LARGE (20u << 20)

/* The reader of stdout takes its time, and so the writer waits. */
static void large_output(void)
{
	static uint8_t got[LARGE + 1];
	uint8_t *bytes = malloc(LARGE);
	size_t have = 0;
	ssize_t n;

	begin_service("logs");
	for (size_t i = 0; i < LARGE; i++)
		bytes[i] = (uint8_t)(i * 7 + (i >> 13));
	pid_t writer = fork();
	if (writer == 0) {
		uint8_t head[11] = { 0 };

		for (int i = 0; i < 4; i++) {
			head[i] = (uint8_t)((LARGE + 5) >> (8 * i));
			head[7 + i] = (uint8_t)(LARGE >> (8 * i));
		}
		head[4] = OUTPUT;
		head[6] = 1;
		for (size_t done = 0; done < sizeof(head);)
			done += (size_t)write(connection, head + done, sizeof(head) - done);
		for (size_t done = 0; done < LARGE;)
			done += (size_t)write(connection, bytes + done, LARGE - done);
		say(DONE, "1", 4);
		_exit(0);
	}
	while ((n = read(front_out, got + have, sizeof(got) - have)) > 0)
		have += (size_t)n;
	CHECK(have == LARGE && memcmp(got, bytes, LARGE) == 0);
	free(bytes);
	CHECK(front_code() == 4);
}

/* As some programs leave the terminal: writing does not wait. */
static void hasty_output(void)
{
	static char text[200000];
	size_t have = 0;
	ssize_t n;

	make_place();
	listen_there();
	start_front("ps", NULL);
	accept_front();
	say_hello();
	(void)memset(text, 'y', sizeof(text));
	say(OUTPUT, "1b", 1, BYTES(text, sizeof(text)));
	say(DONE, "1", 0);
	while ((n = read(front_out, text, sizeof(text))) > 0)
		have += (size_t)n;
	CHECK(have == sizeof(text));
	CHECK(front_code() == 0);
}

static void no_waiting(void) { CHECK(fcntl(1, F_SETFL, fcntl(1, F_GETFL) | O_NONBLOCK) == 0); }

static void hasty(void)
{
	before_front = no_waiting;
	hasty_output();
}

static void expect_lost(int fd, int error)
{
	say_output(fd, "x");
	say_output(fd, "x");
	say_output(3 - fd, "y");
	CHECK(hear() == LOST && heard_length == 5 && heard[0] == fd && heard_number(1, 4) == (uint32_t)error);
	say(DONE, "1", 6);
	/* Once. */
	CHECK(hear() == 0);
	CHECK(front_code() == 6);
	CHECK_TEXT(all_of(fd == 1 ? front_err : front_out), "y");
}

static void no_reader(void)
{
	begin_service("ps");
	(void)close(front_out);
	expect_lost(1, EPIPE);
}

static void to_full(void) { CHECK(dup2(open("/dev/full", O_WRONLY), 2) == 2); }

static void full_disk(void)
{
	before_front = to_full;
	begin_service("ps");
	expect_lost(2, ENOSPC);
}

static void out_to_full(void) { CHECK(dup2(open("/dev/full", O_WRONLY), 1) == 1); }

static void no_success(void)
{
	before_front = out_to_full;
	begin_service("ps");
	say_output(1, "x");
	say(DONE, "1", 0);
	CHECK(front_code() == 125);
	CHECK_TEXT(all_of(front_err), "nsrun: standard output can't be written; is its file system full?\n");
}

static void close_output(void) { (void)close(1); }

static void closed_output(void)
{
	before_front = close_output;
	begin_service("ps");
	CHECK(heard[0] == 5);
	expect_lost(1, EBADF);
}

int main(void)
{
	test("it writes what it is told, and ends with the code that it is told", output);
	test("frames come byte by byte as well", byte_by_byte);
	test("output of many megabytes arrives at a slow reader", large_output);
	test("output arrives where writing does not wait", hasty);
	test("whoever wants to write to a pipe that nobody reads hears of it once", no_reader);
	test("whoever wants to write to a full disk hears of it once", full_disk);
	test("what a full disk has no room for is no success", no_success);
	test("whoever wants to write to a closed descriptor hears of it once", closed_output);
	return tests_done();
}
