/* The front and signals: whose they are before there is a container, while there is one, and behind it. */
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "check.h"
#include "proto/event.h"
#include "proto/plan.h"
#include "service.h"

static struct bytes plan;

static void expect_killed_by(int signo)
{
	int status = front_status();

	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == signo);
	CHECK(hear_until(0) || hear() == 0);
	CHECK(nobody_left());
	CHECK(launcher_said() == NULL);
}

static void without_container(void)
{
	static const int all[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGALRM, SIGPROF, SIGPWR };

	make_place();
	listen_there();
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		start_front("logs", "-f", NULL);
		accept_front();
		say_hello();
		say_output(1, "x");
		CHECK_TEXT(some_of(front_out), "x");
		CHECK(kill(front, all[i]) == 0);
		expect_killed_by(all[i]);
		(void)close(connection);
	}
}

static void before_plan(void)
{
	begin_service("run");
	say_nsinit_hello();
	CHECK(hear() == FRAME_HELLO);
	/* As typed, to all of the group. */
	CHECK(kill(-front, SIGINT) == 0);
	expect_killed_by(SIGINT);
}

static const int forwarded[] = { SIGINT,  SIGTERM,   SIGHUP,  SIGUSR1, SIGUSR2, SIGCONT,  SIGWINCH,
				 SIGALRM, SIGVTALRM, SIGPROF, SIGIO,   SIGPWR,	SIGSTKFLT };

static void for_the_command(void)
{
	char script[1024] = "";

	for (size_t i = 0; i < sizeof(forwarded) / sizeof(forwarded[0]); i++)
		(void)snprintf(script + strlen(script), sizeof(script) - strlen(script), "trap 'echo %d' %d; ",
			       forwarded[i], forwarded[i]);
	(void)snprintf(script + strlen(script), sizeof(script) - strlen(script),
		       "echo ready; while :; do sleep 1000 & wait; done");
	begin_service("run");
	run_script(script);
	CHECK_TEXT(some_of(front_out), "ready\n");
	for (size_t i = 0; i < sizeof(forwarded) / sizeof(forwarded[0]); i++) {
		char wanted[16];

		(void)snprintf(wanted, sizeof(wanted), "%d\n", forwarded[i]);
		CHECK(kill(front, forwarded[i]) == 0);
		CHECK_TEXT(some_of(front_out), wanted);
	}
	/* QUIT is nsinit's, which has it from the terminal. */
	CHECK(kill(front, SIGQUIT) == 0 && kill(front, SIGUSR1) == 0);
	CHECK_TEXT(some_of(front_out), "10\n");
	say(KILL, "");
	CHECK(hear() == GONE);
	say(DONE, "1", 0);
	CHECK(front_code() == 0);
}

static void behind_plan(void)
{
	begin_service("run");
	say_nsinit_hello();
	/* Before its command, which gets it first. */
	say_script("trap 'exit 3' USR1; while :; do :; done");
	CHECK(hear_until(FRAME_STARTED));
	CHECK(kill(front, SIGUSR1) == 0);
	CHECK(hear_until(FRAME_EXITED) && hear() == GONE);
	say(DONE, "1", 4);
	CHECK(front_code() == 4);
}

static void after_its_end(void)
{
	begin_service("run");
	run_script("exit 0");
	CHECK(hear_until(GONE));
	CHECK(kill(front, SIGTERM) == 0);
	expect_killed_by(SIGTERM);
}

static void ignore_and_block(void)
{
	sigset_t set;

	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGQUIT, SIG_IGN);
	(void)signal(SIGUSR2, SIG_IGN);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGWINCH);
	(void)sigaddset(&set, SIGPROF);
	(void)sigprocmask(SIG_SETMASK, &set, NULL);
}

static void ignored(void)
{
	before_front = ignore_and_block;
	begin_service("run");
	run_script("trap 'echo HUP' HUP; trap 'echo USR1' USR1; trap 'echo USR2' USR2; echo ready; "
		   "while :; do sleep 1000 & wait; done");
	CHECK_TEXT(some_of(front_out), "ready\n");
	CHECK(kill(front, SIGHUP) == 0 && kill(front, SIGUSR2) == 0 && kill(front, SIGUSR1) == 0);
	CHECK_TEXT(some_of(front_out), "USR1\n");
	say(KILL, "");
	CHECK(hear() == GONE);
	/* And behind it, too. */
	CHECK(kill(front, SIGHUP) == 0);
	say(DONE, "1", 0);
	CHECK(front_code() == 0);
}

/* What is blocked and ignored for the launcher, which is cat here: a shell has a mask of its own. */
static uint64_t mask_in(const char *status, const char *name)
{
	const char *at = strstr(status, name);

	return at != NULL ? strtoull(at + strlen(name), NULL, 16) : 0;
}

static void ask_for_status(void)
{
	before_front = ignore_and_block;
	make_place();
	(void)setenv("NSRUN_LAUNCH", "/bin/cat", 1);
}

static void expect_as_given(void)
{
	const char *status = all_of(front_out);

	CHECK(mask_in(status, "SigBlk:") == (1ull << (SIGWINCH - 1) | 1ull << (SIGPROF - 1)));
	CHECK(mask_in(status, "SigIgn:") == (1ull << (SIGHUP - 1) | 1ull << (SIGQUIT - 1) | 1ull << (SIGUSR2 - 1)));
	CHECK(front_code() >= 0);
	CHECK(nobody_left());
}

static void for_launcher(void)
{
	ask_for_status();
	start_front("/proc/self/status", NULL);
	expect_as_given();
}

static void begin_for_status(void)
{
	ask_for_status();
	listen_there();
	start_front("run", "/proc/self/status", NULL);
	accept_front();
	say_hello();
	say_nsinit_hello();
}

static void for_launcher_later(void)
{
	begin_for_status();
	(void)close(connection);
	expect_as_given();
}

static void for_launcher_after_plan(void)
{
	begin_for_status();
	say_hanging();
	CHECK_TEXT(some_of(front_err), "hangs\n");
	(void)close(connection);
	expect_as_given();
}

static void children_ignored(void) { (void)signal(SIGCHLD, SIG_IGN); }

static void no_children(void)
{
	before_front = children_ignored;
	begin_service("run");
	run_script("exit 3");
	CHECK(hear() == FRAME_EXITED && heard_number(1, 4) == 3);
	CHECK(hear() == GONE && heard_number(0, 4) == 0);
	say(DONE, "1", 3);
	CHECK(front_code() == 3);
}

/* A monitor that answers nobody: whoever attaches to it waits. */
static int attach_to_nobody(unsigned flags)
{
	static struct bytes attach;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	begin_service("attach");
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/control", place);
	CHECK(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(fd, 1) == 0);
	say_nsinit_hello();
	attach.length = 0;
	put_frame(&attach, FRAME_ATTACH, "s1b", place, flags, BYTES("", 0));
	say_channel(&attach);
	CHECK(hear() == FRAME_HELLO);
	return accept4(fd, NULL, NULL, SOCK_CLOEXEC);
}

static void attached(void)
{
	CHECK(attach_to_nobody(0) >= 0);
	CHECK(kill(front, SIGTERM) == 0);
	expect_killed_by(SIGTERM);
}

static void attached_for_it(void)
{
	uint8_t bytes[64];
	int fd = attach_to_nobody(4);
	ssize_t n;
	size_t have = 0;

	CHECK(kill(front, SIGUSR1) == 0);
	/* HELLO, STREAMS, and the signal, which is passed on. */
	while (have < 12 + 7 + 10 && (n = read(fd, bytes + have, sizeof(bytes) - have)) > 0)
		have += (size_t)n;
	CHECK(have == 29 && bytes[19] == 4 && bytes[23] == FRAME_SIGNAL && bytes[25] == SIGUSR1);
	say(KILL, "");
	CHECK(hear() == GONE);
	say(DONE, "1", 0);
	CHECK(front_code() == 0);
}

static int master = -1, slave = -1;

static void on_terminal(void)
{
	/* In the background of a shell, so to say: it gets the terminal from there. */
	for (int fd = 0; fd <= 2; fd++)
		(void)dup2(slave, fd);
}

/* The test is the shell. */
static void make_terminal(void)
{
	CHECK(setsid() > 0 && openpty(&master, &slave, NULL, NULL, NULL) == 0 && ioctl(slave, TIOCSCTTY, 0) == 0);
	(void)signal(SIGTTOU, SIG_IGN);
	before_front = on_terminal;
}

static void expect_on_terminal(const char *wanted)
{
	char text[4096] = "";
	size_t n = 0;

	while (strstr(text, wanted) == NULL && n < sizeof(text) - 1) {
		ssize_t got = read(master, text + n, 1);

		if (!CHECK(got == 1))
			return;
		text[++n] = 0;
	}
}

static void keys(void)
{
	int status;

	make_terminal();
	make_place();
	listen_there();
	start_front("run", NULL);
	CHECK(tcsetpgrp(slave, front) == 0);
	accept_front();
	say_hello();
	say_nsinit_hello();
	say_script("trap 'echo got INT' INT; trap 'echo goes on' CONT; echo ready; "
		   "while :; do sleep 1000 & wait; done");
	expect_on_terminal("ready");
	CHECK(write(master, "\003", 1) == 1);
	expect_on_terminal("got INT");
	CHECK(write(master, "\032", 1) == 1);
	CHECK(waitpid(front, &status, WUNTRACED) == front && WIFSTOPPED(status) && WSTOPSIG(status) == SIGTSTP);
	/* As fg of a shell does. */
	CHECK(tcsetpgrp(slave, front) == 0 && kill(-front, SIGCONT) == 0);
	expect_on_terminal("goes on");
	CHECK(write(master, "\003", 1) == 1);
	expect_on_terminal("got INT");
	say(KILL, "");
	CHECK(hear_until(GONE));
	say(DONE, "1", 0);
	CHECK(front_code() == 0);
}

/* Set raw by a monitor that is killed. */
static void raw_terminal(void)
{
	struct termios before = { .c_lflag = 0 }, raw, after = { .c_lflag = 0 };

	if (geteuid() != 0)
		skip("a terminal of the container's needs its devpts");
	make_terminal();
	make_place();
	listen_there();
	start_front("run", NULL);
	CHECK(tcsetpgrp(slave, front) == 0 && tcgetattr(slave, &before) == 0);
	accept_front();
	say_hello();
	say_nsinit_hello();
	begin_plan(&plan);
	put_step(&plan, STEP_TERMINAL, 24, 80);
	put_step(&plan, STEP_NAMESPACES, CLONE_NEWNS | CLONE_NEWPID, NO_OWNER, NO_LIMIT, LIST());
	put_step(&plan, STEP_PROPAGATION, 0x44000);
	put_step(&plan, STEP_CONSOLE, "");
	end_script(&plan, "echo ready; sleep 1000");
	say_plan(&plan);
	CHECK(hear_until(FRAME_STARTED));
	expect_on_terminal("ready");
	CHECK(tcgetattr(slave, &raw) == 0 && !(raw.c_lflag & ICANON));
	say(KILL, "");
	CHECK(hear_until(GONE));
	CHECK(tcgetattr(slave, &after) == 0 && before.c_lflag == after.c_lflag && before.c_iflag == after.c_iflag);
	say(DONE, "1", 0);
	CHECK(front_code() == 0);
}

int main(void)
{
	test("without a container every signal has its effect", without_container);
	test("before its plan an nsinit ends with the front", before_plan);
	test("signals are for the command once it runs, and QUIT is nobody's", for_the_command);
	test("a signal right behind the start is for the command", behind_plan);
	test("behind the end of the command every signal has its effect", after_its_end);
	test("signals that the caller ignores stay ignored", ignored);
	test("the launcher has signals as the caller gave them", for_launcher);
	test("the launcher has signals as the caller gave them after an nsinit", for_launcher_later);
	test("the launcher has signals as the caller gave them after a plan", for_launcher_after_plan);
	test("a caller that ignores its children's end hides none from the service", no_children);
	test("whoever attaches with signals of their own is ended by them", attached);
	test("whoever attaches with signals for the container passes them on", attached_for_it);
	test("Ctrl-C, Ctrl-Z and fg have the effect that they have on any command", keys);
	test("a terminal is put right after a monitor that was killed", raw_terminal);
	return tests_done();
}
