/* What callers do to themselves before they execute nsinit, and must not do to a container. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

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

void check_callers(const struct target *t)
{
	check_caller(t, close_stdin, "read line || exit 7", "a caller without stdin gives the command an empty one");
	check_caller(t, close_streams, "echo lost; exit 7", "a caller without any stream can run a command");
	check_caller(t, ignore_children, "exit 7", "a caller that ignores SIGCHLD learns of the command's end");
}
