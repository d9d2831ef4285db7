/* The front and a service that goes away, hangs, or talks nonsense. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "proto/event.h"
#include "proto/plan.h"
#include "service.h"

static struct bytes plan, frame;

static void go_away(void) { (void)close(connection); }

/* Whatever became of its nsinit. */
static void expect_launcher(void)
{
	CHECK(front_code() == LAUNCHER_CODE);
	CHECK_TEXT(all_of(front_out), "launched\n");
	CHECK_TEXT(all_of(front_err), "");
	CHECK(nobody_left());
}

static void expect_line(int code, const char *begin)
{
	CHECK(front_code() == code);
	const char *line = all_of(front_err);
	if (!CHECK(strncmp(line, begin, strlen(begin)) == 0 && strchr(line, '\n') == line + strlen(line) - 1))
		(void)fprintf(stderr, "# it said: %s\n", line);
	CHECK(launcher_said() == NULL);
	CHECK(nobody_left());
}

static void at_once(void)
{
	make_place();
	listen_there();
	start_front("run", "--rm", NULL);
	accept_front();
	go_away();
	expect_launcher();
	CHECK(strncmp(launcher_said(), "[run][--rm]\n", 12) == 0);
}

static void after_hello(void)
{
	begin_service("run");
	go_away();
	expect_launcher();
}

static void before_plan(void)
{
	begin_service("run");
	say_nsinit_hello();
	CHECK(hear() == FRAME_HELLO);
	go_away();
	expect_launcher();
}

static void half_plan(void)
{
	begin_service("run");
	say_nsinit_hello();
	frame.length = 0;
	put(&frame, "42442*", 100004, CHANNEL, 100000, 100000 - 6, FRAME_PLAN, BYTES("the begin of it", 15));
	say_bytes(&frame);
	CHECK(hear() == FRAME_HELLO);
	go_away();
	expect_launcher();
}

/* A plan that hangs in its set-up. */
static void say_hanging_plan(void)
{
	begin_script(&plan, 0);
	put_step(&plan, STEP_RUN_PROGRAM, "/bin/sh",
		 LIST("sh", 0, "", "-c", 0, "", "echo hangs >&2; sleep 1000", 0, ""), LIST("PATH=/usr/bin:/bin"), 60000,
		 BYTES("", 0));
	end_script(&plan, "echo too late");
	say_plan(&plan);
}

static void in_set_up(void)
{
	begin_service("run");
	say_nsinit_hello();
	say_hanging_plan();
	CHECK_TEXT(some_of(front_err), "hangs\n");
	go_away();
	expect_launcher();
}

static void in_set_up_after_output(void)
{
	begin_service("run");
	say_output(1, "printed\n");
	say_nsinit_hello();
	say_hanging_plan();
	CHECK_TEXT(some_of(front_err), "hangs\n");
	go_away();
	expect_line(125, "nsrun: the service has gone");
	CHECK_TEXT(all_of(front_out), "printed\n");
}

static void printed(void)
{
	begin_service("run");
	say_output(1, "printed\n");
	CHECK_TEXT(some_of(front_out), "printed\n");
	go_away();
	expect_line(125, "nsrun: the service has gone before all was done");
}

static void failed_after_output(void)
{
	begin_service("run");
	say_output(1, "printed\n");
	say_nsinit_hello();
	begin_script(&plan, 0);
	put_step(&plan, STEP_HOSTNAME, "not\x1b[31m allowed");
	end_script(&plan, "");
	say_plan(&plan);
	CHECK(hear_until(GONE));
	go_away();
	expect_line(125, "nsrun: hostname not?[31m allowed: ");
}

static void failed(void)
{
	begin_service("run");
	say_nsinit_hello();
	begin_script(&plan, 0);
	put_step(&plan, STEP_HOSTNAME, "none of its own");
	end_script(&plan, "");
	say_plan(&plan);
	CHECK(hear_until(FRAME_FAILED));
	go_away();
	expect_launcher();
}

static void not_found(void)
{
	begin_service("run");
	say_output(1, "printed\n");
	say_nsinit_hello();
	begin_script(&plan, 0);
	put_step(&plan, STEP_EXEC, 1, LIST("none"), LIST(), LIST("/no/such"));
	end_plan(&plan);
	say_plan(&plan);
	CHECK(hear_until(GONE));
	go_away();
	expect_line(127, "nsrun: exec ");
}

static void started(void)
{
	begin_service("run");
	run_script("read x; echo $x; exit 3");
	go_away();
	CHECK(write(front_in, "more\n", 5) == 5);
	CHECK(front_code() == 3);
	CHECK_TEXT(all_of(front_out), "more\n");
	CHECK_TEXT(all_of(front_err), "");
	CHECK(nobody_left());
}

static void started_and_killed(void)
{
	begin_service("run");
	run_script("read x; kill -9 $$");
	go_away();
	CHECK(write(front_in, "\n", 1) == 1);
	CHECK(front_code() == 137);
	CHECK(nobody_left());
}

static void started_and_signalled(void)
{
	begin_service("run");
	run_script("trap 'exit 7' TERM; echo ready; sleep 1000 & wait");
	CHECK_TEXT(some_of(front_out), "ready\n");
	go_away();
	CHECK(kill(front, SIGTERM) == 0);
	CHECK(front_code() == 7);
	CHECK(nobody_left());
}

/* In place of the front, another one is its parent: that of the monitor is found by way of init. */
static pid_t monitor_of(pid_t init)
{
	char path[64], text[512];
	pid_t parent = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", init);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = 0;
	(void)close(fd);
	const char *behind = strrchr(text, ')');
	if (behind != NULL)
		parent = (pid_t)strtol(behind + 4, NULL, 10);
	return parent;
}

static pid_t start_for_monitor(void)
{
	begin_service("run");
	say_nsinit_hello();
	say_script("sleep 1000");
	CHECK(hear() == FRAME_HELLO);
	CHECK(hear() == FRAME_READY);
	pid_t monitor = monitor_of((pid_t)heard_number(0, 4));
	CHECK(hear() == FRAME_STARTED);
	CHECK(monitor_of(monitor) == front);
	return monitor;
}

static void monitor_killed(void)
{
	pid_t monitor = start_for_monitor();

	go_away();
	CHECK(kill(monitor, SIGKILL) == 0);
	expect_line(125, "nsrun: nsinit was killed by signal 9\n");
}

static void monitor_killed_in_time(void)
{
	CHECK(kill(start_for_monitor(), SIGKILL) == 0);
	CHECK(hear() == GONE && heard_number(0, 4) == SIGKILL);
	go_away();
	expect_line(125, "nsrun: nsinit was killed by signal 9\n");
}

static char end_path[128];

static void say_detached(void)
{
	char script[160];

	(void)snprintf(end_path, sizeof(end_path), "%s/end", place);
	if (mkfifo(end_path, 0600) < 0)
		abort();
	(void)snprintf(script, sizeof(script), "read x <%s", end_path);
	say_nsinit_hello();
	begin_plan(&plan);
	put_step(&plan, STEP_OUTPUT, UINT64_MAX, 0);
	put_step(&plan, STEP_DETACH, place, 0, 1 << 20, 2);
	put_step(&plan, STEP_NAMESPACES, CLONE_NEWUSER | CLONE_NEWPID, NO_OWNER, NO_LIMIT, LIST());
	put_step(&plan, STEP_UID_MAP, LIST(0, geteuid(), 1));
	put_step(&plan, STEP_GID_MAP, 1, LIST(0, getegid(), 1));
	end_script(&plan, script);
	say_plan(&plan);
	CHECK(hear_until(FRAME_STARTED));
}

static void expect_goes_on(void)
{
	CHECK(front_code() == 0);
	CHECK_TEXT(all_of(front_err), "nsrun: the service has gone; the container goes on, and nsrun ps shows it\n");
	CHECK(launcher_said() == NULL);
	/* It reads. */
	int fd = open(end_path, O_WRONLY | O_CLOEXEC);
	CHECK(write(fd, "\n", 1) == 1);
	(void)close(fd);
}

static void lives_on(void)
{
	begin_service("run");
	say_detached();
	go_away();
	expect_goes_on();
}

static void left(void)
{
	begin_service("run");
	say_detached();
	say(LEAVE, "");
	go_away();
	expect_goes_on();
}

static void between_two(void)
{
	begin_service("start");
	say_detached();
	say(LEAVE, "");
	say_nsinit_hello();
	CHECK(hear() == FRAME_HELLO);
	go_away();
	CHECK(front_code() == 125);
	CHECK(strncmp(all_of(front_err), "nsrun: the service has gone before all was done", 47) == 0);
	CHECK(launcher_said() == NULL);
	(void)close(open(end_path, O_WRONLY | O_CLOEXEC));
}

static void ended(void)
{
	begin_service("run");
	run_script("exit 4");
	CHECK(hear_until(FRAME_EXITED));
	go_away();
	CHECK(front_code() == 4);
	CHECK_TEXT(all_of(front_err), "");
}

static void ended_and_printed(void)
{
	begin_service("run");
	run_script("exit 5");
	CHECK(hear_until(GONE));
	say_output(2, "a word on it\n");
	go_away();
	CHECK(front_code() == 5);
	CHECK_TEXT(all_of(front_err), "a word on it\n");
}

/* Killed, and not closed: by a process of its own. */
static void killed_in_each_phase(void)
{
	static void (*const phases[])(void) = { say_hello, say_nsinit_hello, say_hanging_plan };

	make_place();
	listen_there();
	for (size_t last = 0; last <= sizeof(phases) / sizeof(phases[0]); last++) {
		int done[2];
		char byte;

		CHECK(pipe(done) == 0);
		start_front("run", NULL);
		pid_t server = fork();
		if (server == 0) {
			accept_front();
			for (size_t i = 0; i < last; i++)
				phases[i]();
			if (write(done[1], "x", 1) < 0)
				_exit(1);
			for (;;)
				(void)pause();
		}
		CHECK(read(done[0], &byte, 1) == 1);
		if (last == sizeof(phases) / sizeof(phases[0]))
			CHECK_TEXT(some_of(front_err), "hangs\n");
		CHECK(kill(server, SIGKILL) == 0 && waitpid(server, NULL, 0) == server);
		expect_launcher();
		(void)close(done[0]);
		(void)close(done[1]);
		(void)close(front_in);
		(void)close(front_out);
		(void)close(front_err);
	}
}

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
		go_away();
		if (!CHECK(front_code() >= 0))
			(void)fprintf(stderr, "# in round %d\n", round);
		CHECK(nobody_left());
		(void)close(front_in);
		(void)close(front_out);
		(void)close(front_err);
	}
}

/* These take seconds by their nature, and so all at once. */
static void patience(void)
{
	int outputs[3], errors[3], connections[3];
	pid_t pids[3];

	make_place();
	listen_there();
	for (int i = 0; i < 3; i++) {
		start_front("run", NULL);
		accept_front();
		pids[i] = front;
		outputs[i] = front_out;
		errors[i] = front_err;
		connections[i] = connection;
	}
	/* One hears no HELLO. */
	connection = connections[1];
	say_hello();
	run_script("exit 9");
	CHECK(hear_until(GONE));
	/* One no DONE. */
	front = pids[2];
	front_err = errors[2];
	connection = connections[2];
	say_hello();
	say_nsinit_hello();
	say_hanging_plan();
	CHECK_TEXT(some_of(front_err), "hangs\n");
	/* And one no STARTED, though it is to end. */
	CHECK(kill(front, SIGTERM) == 0);
	CHECK(front_code() == 128 + SIGTERM);
	CHECK(nobody_left());
	front = pids[0];
	front_out = outputs[0];
	front_err = errors[0];
	expect_launcher();
	front = pids[1];
	CHECK(front_code() == 9);
}

int main(void)
{
	test("it becomes the launcher where the service ends at once", at_once);
	test("it becomes the launcher where the service says HELLO and ends", after_hello);
	test("it becomes the launcher where the service ends before the plan", before_plan);
	test("it becomes the launcher where the service ends within the plan", half_plan);
	test("it becomes the launcher where the service ends during set-up, of which nothing is left", in_set_up);
	test("it tells of a service that ends during set-up once something was printed", in_set_up_after_output);
	test("it tells of a service that ends once something was printed", printed);
	test("it becomes the launcher where nobody else tells why a container failed", failed);
	test("it tells why a container failed once something was printed, and no escape sequence", failed_after_output);
	test("it has the code of a command that is not there", not_found);
	test("a command that runs goes on without the service, and its code is the front's", started);
	test("a command that was killed without the service has the code for that", started_and_killed);
	test("a command that runs without the service gets signals", started_and_signalled);
	test("it tells of a monitor that was killed after the service", monitor_killed);
	test("it tells of a monitor that was killed before the service", monitor_killed_in_time);
	test("a container that lives on is told of where the service has gone", lives_on);
	test("a container that was left is told of where the service has gone", left);
	test("a container that was started is not started again", between_two);
	test("a command that has ended has its code without the service", ended);
	test("a command that was told of has its code without the service", ended_and_printed);
	test("a service that is killed in any phase leaves it to the launcher", killed_in_each_phase);
	test("nonsense is taken for the end of the service", nonsense);
	test("nonsense does not end a command that runs", nonsense_while_it_runs);
	test("a service of another kind or version is none", another_hello);
	test("whatever bytes come, it comes to an end", any_bytes);
	test("it waits for two seconds for HELLO, for three for a start, for ten for DONE", patience);
	return tests_done();
}
