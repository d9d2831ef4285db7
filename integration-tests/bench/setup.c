/*
 * What it takes nsinit to set a container up, against the floor: setup NSINIT FLOOR ROOTFS ROUNDS
 *
 * Timed from before the plan is sent to a nsinit that waits for it, until the command's execve is known to have
 * succeeded. Writes "sample setup NAME MICROSECONDS" lines.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../nsinit-c/tests/smoke/container.h"
#include "../../nsinit-c/tests/smoke/driver.h"

#define GO_FD	3
#define WARM_UP 10

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static _Noreturn void give_up(const char *what)
{
	fprintf(stderr, "setup: %s did not start its container\n", what);
	exit(1);
}

static double time_nsinit(const char *nsinit, const struct bytes *hello, const struct bytes *bytes)
{
	static struct outcome o;
	struct driver d;
	double start, spent;

	o = (struct outcome){ 0 };
	/* It answers HELLO, and waits. */
	if (!driver_start(&d, nsinit, -1, hello) || !driver_await(&d, &o, FRAME_HELLO))
		give_up("nsinit");
	start = now_us();
	if (!driver_send(&d, bytes) || !driver_await(&d, &o, FRAME_STARTED))
		give_up("nsinit");
	spent = now_us() - start;
	driver_finish(&d, &o);
	if (!o.exited || o.signalled || o.value != 0)
		give_up("nsinit");
	return spent;
}

static double time_floor(const char *floor, const char *rootfs)
{
	int ends[2], status = 1;
	double start, spent;
	pid_t pid;
	char byte;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		give_up("floor");
	pid = fork();
	if (pid == 0) {
		if (ends[1] == GO_FD)
			(void)fcntl(GO_FD, F_SETFD, 0);
		else
			dup2(ends[1], GO_FD);
		execl(floor, "floor", rootfs, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	if (read(ends[0], &byte, 1) != 1)
		give_up("floor");
	start = now_us();
	/* The end of file is the execve. */
	if (write(ends[0], "x", 1) != 1 || read(ends[0], &byte, 1) != 0)
		give_up("floor");
	spent = now_us() - start;
	close(ends[0]);
	waitpid(pid, &status, 0);
	if (status != 0)
		give_up("floor");
	return spent;
}

int main(int argc, char **argv)
{
	static const char *const truth[] = { "/bin/true", NULL };
	struct bytes hello = { 0 }, bytes = { 0 };
	struct container c;
	struct bytes plan;
	long rounds = argc == 5 ? strtol(argv[4], NULL, 10) : 0;

	if (rounds < 1) {
		fputs("usage: setup NSINIT FLOOR ROOTFS ROUNDS\n", stderr);
		return 2;
	}
	c = container_default(argv[3], truth);
	container_plan(&c, &plan);
	put_hello(&hello, PROTOCOL_VERSION);
	put_frame(&bytes, FRAME_PLAN, "*", BYTES(plan.at, plan.length));
	for (long round = -WARM_UP; round < rounds; round++) {
		double nsinit = time_nsinit(argv[1], &hello, &bytes);
		double floor = time_floor(argv[2], argv[3]);

		if (round >= 0)
			printf("sample\tsetup\tnsinit\t%.1f\nsample\tsetup\tfloor\t%.1f\n", nsinit, floor);
	}
	return 0;
}
