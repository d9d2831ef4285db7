#include "base/descendants.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

/* So many that their numbers do not fit into one read. */
#define MANY 1500

static int proc;

static void become_reaper(void)
{
	proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	CHECK(proc >= 0 && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0);
}

static _Noreturn void sleep_for_ever(void)
{
	for (;;)
		(void)pause();
}

static void check_none_left(void)
{
	end_descendants(proc);
	CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
}

static void none_at_all(void)
{
	become_reaper();
	check_none_left();
}

static void many_children(void)
{
	become_reaper();
	for (unsigned i = 0; i < MANY; i++) {
		pid_t child = fork();

		if (child == 0)
			sleep_for_ever();
		if (!CHECK(child > 0))
			break;
	}
	check_none_left();
}

/* Each has a child before it sleeps: the last is reached only through the death of all before it. */
static void a_long_line(void)
{
	become_reaper();
	if (fork() == 0) {
		for (unsigned i = 0; i < 30; i++)
			if (fork() > 0)
				sleep_for_ever();
		sleep_for_ever();
	}
	check_none_left();
}

static void deaf_and_stopped(void)
{
	int ready[2];
	char byte;

	become_reaper();
	CHECK(pipe(ready) == 0);
	if (fork() == 0) {
		(void)signal(SIGTERM, SIG_IGN);
		(void)setsid();
		(void)!write(ready[1], "", 1);
		(void)raise(SIGSTOP);
		sleep_for_ever();
	}
	CHECK(read(ready[0], &byte, 1) == 1);
	check_none_left();
}

static void bystanders(void)
{
	pid_t stranger = fork();
	int status;

	if (stranger == 0)
		sleep_for_ever();
	pid_t reaper = fork();
	if (reaper == 0) {
		become_reaper();
		if (fork() == 0)
			sleep_for_ever();
		end_descendants(proc);
		_exit(0);
	}
	CHECK(waitpid(reaper, &status, 0) == reaper && status == 0);
	CHECK(waitpid(stranger, NULL, WNOHANG) == 0);
	(void)kill(stranger, SIGKILL);
	(void)waitpid(stranger, NULL, 0);
}

static void no_proc(void)
{
	become_reaper();
	proc = -1;
	if (fork() == 0)
		_exit(0);
	/* It can't tell whom to kill, and does not wait for them either. */
	end_descendants(proc);
	CHECK(waitpid(-1, NULL, 0) > 0);
}

int main(void)
{
	test("a process without descendants has none to end", none_at_all);
	test("more children than one read lists are ended", many_children);
	test("children of children are ended, however deep", a_long_line);
	test("a child that is deaf and stopped is ended", deaf_and_stopped);
	test("whoever is no descendant is left alone", bystanders);
	test("without /proc nobody is ended, and nobody waited for", no_proc);
	return tests_done();
}
