/* The front and a service that goes away, or hangs. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static void in_set_up(void)
{
	begin_service("run");
	say_nsinit_hello();
	say_hanging();
	CHECK_TEXT(some_of(front_err), "hangs\n");
	go_away();
	expect_launcher();
}

static void in_set_up_after_output(void)
{
	begin_service("run");
	say_output(1, "printed\n");
	say_nsinit_hello();
	say_hanging();
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

static void expect_goes_on(const char *end_path)
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
	const char *end = run_detached();
	go_away();
	expect_goes_on(end);
}

static void left(void)
{
	begin_service("run");
	const char *end = run_detached();
	say(LEAVE, "");
	go_away();
	expect_goes_on(end);
}

static void between_two(void)
{
	begin_service("start");
	const char *end = run_detached();
	say(LEAVE, "");
	say_nsinit_hello();
	CHECK(hear() == FRAME_HELLO);
	go_away();
	CHECK(front_code() == 125);
	CHECK(strncmp(all_of(front_err), "nsrun: the service has gone before all was done", 47) == 0);
	CHECK(launcher_said() == NULL);
	(void)close(open(end, O_WRONLY | O_CLOEXEC));
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
	static void (*const phases[])(void) = { say_hello, say_nsinit_hello, say_hanging };

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
	say_hanging();
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
	test("it waits for two seconds for HELLO, for three for a start, for ten for DONE", patience);
	return tests_done();
}
