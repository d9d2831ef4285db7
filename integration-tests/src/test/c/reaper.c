/*
 * reaper COMMAND [ARG...]
 *
 * Runs COMMAND and adopts whatever it leaves behind. Tells on stdout "started PID", then "ended STATUS" (of wait(2))
 * when COMMAND has ended, and ends itself when no descendant lives any more: its end of file is that event.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	pid_t child, any;
	int status, out;

	if (argc < 2 || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		return 99;
	/* What the descendants write goes to stderr: stdout is ours alone. */
	out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (out < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		return 99;
	child = fork();
	if (child == 0) {
		execvp(argv[1], argv + 1);
		_exit(99);
	}
	dprintf(out, "started %d\n", child);
	while ((any = wait(&status)) > 0 || errno == EINTR)
		if (any == child)
			dprintf(out, "ended %d\n", status);
	return 0;
}
