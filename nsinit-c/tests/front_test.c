/* The front and a service that does its part: every frame there is. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "proto/event.h"
#include "proto/plan.h"
#include "service.h"

static struct bytes plan, inner;

/* A string of REQUEST at *at, which moves on. */
static const char *string_at(size_t *at)
{
	uint32_t n = heard_number(*at, 4);
	const char *text = (const char *)heard + *at + 4;

	*at += 4 + (size_t)n + 1;
	return *at <= heard_length && text[n] == 0 && strlen(text) == n ? text : NULL;
}

static void request(void)
{
	char cwd[4096];
	bool found = false;
	size_t at = 1;

	make_place();
	listen_there();
	(void)setenv("ONE", "a=b\xff", 1);
	start_front("ps", "", "\xc3\x28 x\n", NULL);
	accept_front();
	CHECK(heard[0] == 7);
	CHECK(heard_number(at, 4) == 3);
	at += 4;
	CHECK_TEXT(string_at(&at), "ps");
	CHECK_TEXT(string_at(&at), "");
	CHECK_TEXT(string_at(&at), "\xc3\x28 x\n");
	uint32_t variables = heard_number(at, 4);
	at += 4;
	while (variables-- > 0) {
		const char *variable = string_at(&at);
		found |= variable != NULL && strcmp(variable, "ONE=a=b\xff") == 0;
	}
	CHECK(found);
	CHECK_TEXT(string_at(&at), getcwd(cwd, sizeof(cwd)));
	CHECK(at == heard_length);
	say_hello();
	say(DONE, "1", 0);
	CHECK(front_code() == 0);
}

static void removed_directory(void)
{
	char *gone = NULL;
	size_t at = 5;

	make_place();
	listen_there();
	if (asprintf(&gone, "%s/gone", place) < 0 || mkdir(gone, 0700) < 0 || chdir(gone) < 0 || rmdir(gone) < 0)
		abort();
	free(gone);
	start_front(NULL);
	accept_front();
	CHECK(heard_number(1, 4) == 0);
	uint32_t variables = heard_number(at, 4);
	at += 4;
	while (variables-- > 0)
		CHECK(string_at(&at) != NULL);
	CHECK_TEXT(string_at(&at), "");
	say_hello();
	say(DONE, "1", 3);
	CHECK(front_code() == 3);
}

/* All that execve(2) takes here. */
static void large_request(void)
{
	enum { EACH = 128 << 10, COUNT = 14 };
	static char text[EACH];
	size_t at = 5;

	make_place();
	listen_there();
	(void)memset(text, 'x', sizeof(text) - 1);
	start_front(text, text, text, text, text, text, text, text, text, text, text, text, text, text, NULL);
	accept_front();
	CHECK(heard_number(1, 4) == COUNT);
	for (int i = 0; i < COUNT; i++)
		CHECK_TEXT(string_at(&at), text);
	say_hello();
	say(DONE, "1", 0);
	CHECK(front_code() == 0);
}

static void container(const char *command)
{
	begin_service(command);
	run_script("echo from inside; exit 3");
	CHECK(hear() == FRAME_EXITED && heard[0] == 0 && heard_number(1, 4) == 3);
	CHECK(hear() == GONE && heard_number(0, 4) == 0 && heard_number(4, 4) == 0 && heard_length == 9);
	say(DONE, "1", 8);
	CHECK(front_code() == 8);
	CHECK_TEXT(all_of(front_out), "from inside\n");
	CHECK(nobody_left());
}

static void container_ahead(void) { container("run"); }

static void container_later(void) { container("some"); }

static void twice(void)
{
	begin_service("start");
	run_script("exit 3");
	CHECK(hear_until(GONE));
	run_script("exit 4");
	CHECK(hear() == FRAME_EXITED && heard_number(1, 4) == 4);
	CHECK(hear() == GONE);
	/* For none that is there: nobody gets it. */
	inner.length = 0;
	put_frame(&inner, FRAME_SIGNAL, "4", SIGTERM);
	say_channel(&inner);
	say(DONE, "1", 0);
	CHECK(hear() == 0);
	CHECK(front_code() == 0);
}

static void ahead_for_nothing(void)
{
	begin_service("exec");
	say_output(2, "no such container\n");
	say(DONE, "1", 125);
	/* Nobody asked for what it says. */
	CHECK(hear() == 0);
	CHECK(front_code() == 125);
	CHECK(nobody_left());
	CHECK_TEXT(all_of(front_err), "no such container\n");
}

static void file(void)
{
	enum { SIZE = 1 << 20 };
	char *path = NULL, *bytes = malloc(SIZE);

	begin_service("run");
	if (asprintf(&path, "%s/file", place) < 0)
		abort();
	(void)memset(bytes, 'f', SIZE);
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	CHECK(write(fd, bytes, SIZE) == SIZE);
	say_nsinit_hello();
	inner.length = 0;
	put_frame(&inner, FRAME_READ, "ss4", place, "/file", SIZE);
	put_frame(&inner, FRAME_READ, "ss4", place, "/none", SIZE);
	say_channel(&inner);
	CHECK(hear() == FRAME_HELLO);
	CHECK(hear() == FRAME_FILE && heard_number(0, 4) == 0 && heard_number(4, 4) == SIZE);
	CHECK(heard_length == SIZE + 8 && memcmp(heard + 8, bytes, SIZE) == 0);
	CHECK(hear() == FRAME_FILE && heard_number(0, 4) == ENOENT);
	say_script("exit 0");
	CHECK(hear_until(GONE));
	say(DONE, "1", 0);
	CHECK(front_code() == 0);
	(void)close(fd);
	free(bytes);
	free(path);
}

/* 8 MiB of a plan, which nsinit has to have whole before it says that execve(2) does not take so much. */
static void large_plan(void)
{
	enum { EACH = 64 << 10, COUNT = 128 };
	static char text[EACH];
	struct bytes *b = &plan;
	size_t first, size;

	begin_service("run");
	(void)memset(text, 'p', sizeof(text) - 1);
	begin_script(b, 0);
	first = b->length;
	/* Number and length of the step, init, two words, and the variables, which follow. */
	uint32_t payload = 1 + 4 + 7 + 4 + COUNT * (4u + EACH) + 2 + 4 + 8;
	put(b, "241", STEP_EXEC, payload, 1);
	put(b, "4(s)4", LIST("sh"), COUNT);
	size_t middle = b->length;
	size = middle + COUNT * (size_t)(4 + EACH) + 2 + 4 + 8;
	uint8_t *bytes = malloc(size), *at = bytes + middle;
	(void)memcpy(bytes, b->at, middle);
	bytes[4]++;
	for (int i = 0; i < COUNT; i++, at += 4 + EACH) {
		uint32_t n = EACH - 1;

		(void)memcpy(at, (uint8_t[]){ (uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16), 0 }, 4);
		(void)memcpy(at + 4, text, EACH);
	}
	(void)memcpy(at, "\1\0\7\0\0\0/bin/sh", 14);
	CHECK(at + 14 == bytes + size && size - first == 6 + payload);
	sum_plan(bytes, size);
	say_nsinit_hello();
	inner.length = 0;
	put(&inner, "42442", size + 10, CHANNEL, size + 6, size, FRAME_PLAN);
	say_bytes(&inner);
	for (size_t done = 0; done < size;) {
		ssize_t n = send(connection, bytes + done, size - done, MSG_NOSIGNAL);

		if (!CHECK(n > 0))
			break;
		done += (size_t)n;
	}
	free(bytes);
	CHECK(hear() == FRAME_HELLO);
	CHECK(hear() == FRAME_READY);
	CHECK(hear() == FRAME_FAILED && heard_number(0, 2) == STEP_EXEC && heard_number(4, 4) == E2BIG);
	CHECK(hear() == GONE);
	say(DONE, "1", 126);
	CHECK(front_code() == 126);
}

static void killed(void)
{
	begin_service("run");
	run_script("sleep 1000");
	say(KILL, "");
	CHECK(hear() == GONE && heard_number(0, 4) == SIGKILL);
	say(KILL, "");
	say(CLOSE, "");
	say(LEAVE, "");
	say(DONE, "1", 137);
	CHECK(front_code() == 137);
	CHECK(nobody_left());
}

static void closed(void)
{
	begin_service("run");
	run_script("sleep 1000");
	say(CLOSE, "");
	CHECK(hear() == FRAME_EXITED && heard_number(6, 1) == CAUSE_CONTROL_GONE);
	CHECK(hear() == GONE && heard_number(0, 4) == 125 << 8);
	say(DONE, "1", 1);
	CHECK(front_code() == 1);
}

static void done_with_container(void)
{
	begin_service("run");
	run_script("sleep 1000");
	say(DONE, "1", 1);
	CHECK(front_code() == 1);
	CHECK(nobody_left());
}

static void lives_on(void)
{
	begin_service("run");
	const char *end = run_detached();
	say(LEAVE, "");
	say(DONE, "1", 0);
	/* Nothing else was told: it was left, and has not gone. */
	CHECK(hear() == 0);
	CHECK(front_code() == 0);
	/* Somebody is there who reads it. */
	int fd = open(end, O_WRONLY | O_CLOEXEC);
	CHECK(write(fd, "x\n", 2) == 2);
	(void)close(fd);
}

static void few_descriptors(void)
{
	const struct rlimit most = { 6, 6 };

	CHECK(setrlimit(RLIMIT_NOFILE, &most) == 0);
}

static void no_nsinit(void)
{
	before_front = few_descriptors;
	begin_service("run");
	say_nsinit_hello();
	CHECK(hear() == GONE && heard_number(0, 4) == 0 && heard_number(4, 4) > 0);
	CHECK(strstr((const char *)heard + 8, "escriptors") != NULL ||
	      strstr((const char *)heard + 8, "files") != NULL);
	say_output(2, "that is why\n");
	say(DONE, "1", 125);
	CHECK(front_code() == 125);
}

static void elsewhere(void)
{
	begin_service("run");
	say(ELSEWHERE, "s", "input is an archive");
	CHECK(front_code() == LAUNCHER_CODE);
	CHECK_TEXT(all_of(front_out), "launched\n");
	CHECK_TEXT(all_of(front_err), "");
	CHECK(strncmp(launcher_said(), "[run]\n", 6) == 0);
	CHECK(nobody_left());
}

static void elsewhere_too_late(void)
{
	begin_service("run");
	say_output(1, "printed");
	say(ELSEWHERE, "s", "");
	CHECK(front_code() == 125);
	CHECK(launcher_said() == NULL);
	CHECK(strncmp(all_of(front_err), "nsrun: the service has gone", 27) == 0);
}

static void many(void)
{
	enum { COUNT = 60 };
	int connections[COUNT], outputs[COUNT];
	pid_t pids[COUNT];

	make_place();
	listen_there();
	for (int i = 0; i < COUNT; i++) {
		start_front("run", NULL);
		pids[i] = front;
		outputs[i] = front_out;
	}
	for (int i = 0; i < COUNT; i++) {
		accept_front();
		say_hello();
		say_nsinit_hello();
		connections[i] = connection;
	}
	for (int i = 0; i < COUNT; i++) {
		connection = connections[i];
		say_script("echo one");
	}
	for (int i = 0; i < COUNT; i++) {
		connection = connections[i];
		CHECK(hear_until(FRAME_EXITED) && hear_until(GONE));
		say(DONE, "1", 5);
	}
	for (int i = 0; i < COUNT; i++) {
		front = pids[i];
		CHECK(front_code() == 5);
		CHECK_TEXT(all_of(outputs[i]), "one\n");
	}
}

int main(void)
{
	test("it asks with arguments, variables and directory as they are", request);
	test("a working directory that is gone has no name", removed_directory);
	test("arguments may be as long as execve(2) takes them", large_request);
	test("a container is started ahead, and runs with the caller's streams", container_ahead);
	test("a container is started when it is asked for", container_later);
	test("a second container may follow the first", twice);
	test("a container's nsinit that nobody asked for leaves nothing", ahead_for_nothing);
	test("what nsinit reads of a root arrives whole", file);
	test("a plan of many megabytes arrives whole", large_plan);
	test("it kills its nsinit when it is told to", killed);
	test("it closes the way to its nsinit when it is told to, and tells its end", closed);
	test("nothing is left of a container when all is said to be done", done_with_container);
	test("a container that is left lives on", lives_on);
	test("the service hears why nsinit can't be started", no_nsinit);
	test("it becomes the launcher when it is told to, with the same arguments", elsewhere);
	test("it does not become the launcher once something was printed", elsewhere_too_late);
	test("sixty at once come to their ends", many);
	return tests_done();
}
