/* What callers do to themselves before they execute nsinit, and must not do to a container. */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "check.h"
#include "observe.h"

static void close_streams(void)
{
	for (int fd = 0; fd <= 2; fd++)
		(void)close(fd);
}

static void close_stdin(void) { (void)close(STDIN_FILENO); }

static void ignore_children(void) { (void)signal(SIGCHLD, SIG_IGN); }

static void check_caller(const struct target *t, void (*caller)(void), const char *line, const char *sentence)
{
	const char *const argv[] = { "/bin/sh", "-c", line, NULL };
	struct container c = container_default(t->rootfs, argv);
	struct outcome o;

	driver_before_exec = caller;
	run_to_end(t, &c, -1, &o);
	driver_before_exec = NULL;
	if (!check(o.exited && !o.signalled && o.value == 7, sentence))
		show_outcome(&o);
}

/* Whether what a descriptor of that process lies on is mounted in its own mount namespace. */
static bool on_own_mount(pid_t pid, int fd)
{
	char name[32], id[32];
	const char *at;

	(void)snprintf(name, sizeof(name), "fdinfo/%d", fd);
	at = strstr(proc_file(pid, name), "mnt_id:");
	(void)snprintf(id, sizeof(id), "\n%ld ", at ? strtol(at + strlen("mnt_id:"), NULL, 10) : -1);
	return strstr(proc_file(pid, "mountinfo"), id) != NULL;
}

/* The driver's stdin is the host's /dev/null. */
static void check_null(const struct target *t)
{
	static const char *const sleeper[] = { "/bin/sleep", "1000", NULL };
	struct container c = container_default(t->rootfs, sleeper);
	struct outcome o;
	struct driver d;

	if (!start_and_wait(t, &c, &d, &o))
		return;
	pid_t command = command_under((pid_t)o.ready_pid);
	check(on_own_mount(command, 0), "a stream from /dev/null comes from the container's own");
	check(!on_own_mount(command, 1), "while any other is the caller's");
	driver_signal(&d, SIGKILL);
	driver_finish(&d, &o);
}

static int unread[2];

static void write_to_unread(void) { (void)dup2(unread[1], STDOUT_FILENO); }

/* Stuck: a pipe of one page is full with the first write, whatever that had. */
static void await_full_pipe(void)
{
	struct pollfd written = { unread[0], POLLIN, 0 };

	(void)poll(&written, 1, DEADLINE_MS);
}

static void check_unread_output(const struct target *t)
{
	static const char *const argv[] = { "/bin/yes", NULL };
	struct container c = container_default(t->rootfs, argv);
	struct outcome o;
	struct driver d;

	c.terminal = true;
	if (pipe(unread) < 0 || fcntl(unread[0], F_SETPIPE_SZ, 4096) < 0)
		abort();
	driver_before_exec = write_to_unread;
	if (start_and_wait(t, &c, &d, &o)) {
		await_full_pipe();
		driver_signal(&d, SIGKILL);
		driver_finish(&d, &o);
		if (!check(o.exited && o.signalled && o.value == SIGKILL && !o.timed_out,
			   "a killed session ends though nobody reads its output"))
			show_outcome(&o);
	}
	driver_before_exec = NULL;
	(void)close(unread[0]);
	(void)close(unread[1]);
}

static bool same_terminal(int fd, const struct termios *before)
{
	struct termios now;

	return tcgetattr(fd, &now) == 0 && now.c_lflag == before->c_lflag && now.c_iflag == before->c_iflag &&
	       now.c_oflag == before->c_oflag && now.c_cflag == before->c_cflag;
}

/* A set-up that fails after the caller's terminal was set raw. */
static void check_terminal_given_back(const struct target *t, bool join, const char *sentence)
{
	static const char *const argv[] = { "/bin/true", NULL };
	struct container c = container_default(join ? t->rootfs : "/nowhere", argv);
	struct termios before;
	struct outcome o;
	int master, slave;

	c.terminal = true;
	if (join) {
		c.joins = 1;
		c.join_types[0] = CLONE_NEWNET;
		c.join_paths[0] = "/dev/null"; /* opens, and is no namespace */
		c.create &= ~(uint64_t)CLONE_NEWNET;
	}
	if (openpty(&master, &slave, NULL, NULL, NULL) < 0 || tcgetattr(slave, &before) < 0)
		abort();
	run_to_end(t, &c, slave, &o);
	if (!check(o.failed && same_terminal(slave, &before), sentence))
		show_outcome(&o);
	(void)close(master);
	(void)close(slave);
}

void check_callers(const struct target *t)
{
	check_caller(t, close_stdin, "read line || exit 7", "a caller without stdin gives the command an empty one");
	check_caller(t, close_streams, "echo lost; exit 7", "a caller without any stream can run a command");
	check_caller(t, ignore_children, "exit 7", "a caller that ignores SIGCHLD learns of the command's end");
	check_null(t);
	check_unread_output(t);
	check_terminal_given_back(t, false, "a failed set-up gives the caller's terminal back");
	check_terminal_given_back(t, true, "a failed join gives the caller's terminal back");
}
