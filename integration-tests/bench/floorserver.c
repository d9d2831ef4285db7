/*
 * Runs the floor for whoever writes a byte to stdin, and answers with the time from its go to its end, in tenths of
 * microseconds: floorserver FLOOR ROOTFS
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GO_FD 3

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int run(char **argv, double *spent)
{
	int ends[2], status = 1;
	double start;
	char byte;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		if (ends[1] == GO_FD)
			(void)fcntl(GO_FD, F_SETFD, 0);
		else
			dup2(ends[1], GO_FD);
		execl(argv[1], "floor", argv[2], (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	if (read(ends[0], &byte, 1) != 1)
		return -1;
	start = now_us();
	if (write(ends[0], "x", 1) != 1)
		return -1;
	waitpid(pid, &status, 0);
	*spent = now_us() - start;
	close(ends[0]);
	return status;
}

int main(int argc, char **argv)
{
	double spent;
	char byte;

	if (argc != 3) {
		fputs("usage: floorserver FLOOR ROOTFS\n", stderr);
		return 2;
	}
	while (read(STDIN_FILENO, &byte, 1) == 1) {
		uint32_t answer;

		if (run(argv, &spent) != 0) {
			fputs("floorserver: the floor did not run\n", stderr);
			return 1;
		}
		answer = (uint32_t)(spent * 10);
		if (write(STDOUT_FILENO, &answer, sizeof(answer)) != sizeof(answer))
			return 1;
	}
	return 0;
}
