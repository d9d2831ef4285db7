/*
 * unread [read] COMMAND [ARG...]
 *
 * Runs COMMAND with a socket as its stdout, which nobody can open again, and which nobody reads; with the word read it is
 * passed on. Ends as COMMAND does.
 */
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int pair[2], status, reads = argc > 1 && strcmp(argv[1], "read") == 0;
	char bytes[4096];
	ssize_t n;
	pid_t child;

	argv += reads;
	if (argc < 2 + reads || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		return 99;
	child = fork();
	if (child == 0) {
		close(pair[0]);
		dup2(pair[1], STDOUT_FILENO);
		close(pair[1]);
		execvp(argv[1], argv + 1);
		_exit(99);
	}
	close(pair[1]);
	while (reads && (n = read(pair[0], bytes, sizeof(bytes))) > 0)
		if (write(STDOUT_FILENO, bytes, (size_t)n) != n)
			return 99;
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 99;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
