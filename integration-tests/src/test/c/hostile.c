/* Programs that take all they can get: what limits are for. Each is bounded by itself, so that a limit that does not hold
 * fails a test and not the machine: 500 forks, 1 GiB, 15 s. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FORKS = 500, SECONDS = 15, BLOCK = 64 << 10 };
static const size_t GIB = 1UL << 30;

static int fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	return errno == ENOSPC ? 28 : 1;
}

static int sleeper(void)
{
	while (pause() < 0)
		;
	return 0;
}

/* Never gives up, but for the bound: what can't be forked now may be later. */
static int bomb(void)
{
	for (int i = 0; i < FORKS; i++) {
		pid_t child = fork();

		if (child == 0) {
			alarm(SECONDS);
			return sleeper();
		}
	}
	return sleeper();
}

/* At full speed, and no further than the bound. */
static int hog(size_t step, size_t size)
{
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		return fail("mmap");
	for (size_t at = 0; at < size; at += step)
		memset(memory + at, 1, step);
	return sleeper();
}

/* As hog, in pieces of 8 MiB by as many processes as it takes. */
static int herd(void)
{
	for (size_t at = 0; at < GIB; at += 8 << 20) { /* 128 of them */
		pid_t child = fork();

		if (child == 0) {
			alarm(SECONDS);
			return hog(1 << 20, 8 << 20);
		}
	}
	return sleeper();
}

static int spin(void)
{
	for (volatile unsigned long turns = 0; turns < ~0UL; turns++)
		;
	return 0;
}

/* CPU time of children that come and go. */
static int spawn(void)
{
	pid_t child;

	while ((child = fork()) >= 0) {
		if (child == 0)
			_exit(0);
		while (wait(NULL) > 0)
			;
	}
	return fail("fork");
}

/* CPU time of children that nobody waits for: 100 ms each. */
static int shed(void)
{
	pid_t child;

	signal(SIGCHLD, SIG_IGN);
	while ((child = fork()) >= 0) {
		if (child == 0) {
			while (clock() < CLOCKS_PER_SEC / 10)
				;
			_exit(0);
		}
		/* Comes back when there are none. */
		wait(NULL);
	}
	return fail("fork");
}

/* Memory that is in nobody's resident set: written, and given back; what is shared keeps it. */
static int hide(bool by_descriptor)
{
	const size_t piece = 8 << 20;

	for (size_t at = 0; at < GIB; at += piece) {
		int fd = by_descriptor ? memfd_create("hidden", MFD_CLOEXEC) : -1;

		if (by_descriptor && (fd < 0 || ftruncate(fd, (off_t)piece) < 0))
			return fail("memfd_create");
		char *memory = mmap(NULL, piece, PROT_READ | PROT_WRITE, MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);
		if (memory == MAP_FAILED)
			return fail("mmap");
		memset(memory, 1, piece);
		if ((by_descriptor ? munmap(memory, piece) : madvise(memory, piece, MADV_DONTNEED)) < 0)
			return fail("give back");
	}
	return sleeper();
}

/* System V segments that nobody is attached to. */
static int segments(void)
{
	const size_t piece = 8 << 20;

	for (size_t at = 0; at < GIB; at += piece) {
		int id = shmget(IPC_PRIVATE, piece, IPC_CREAT | 0600);
		char *memory = id < 0 ? (void *)-1 : shmat(id, NULL, 0);

		if (memory == (void *)-1)
			return fail("shmget");
		memset(memory, 1, piece);
		shmdt(memory);
	}
	return sleeper();
}

/* Half a million empty files. */
static int litter(const char *directory)
{
	char path[200];

	for (int i = 0; i < 500000; i++) {
		snprintf(path, sizeof(path), "%s/%d", directory, i);
		int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0)
			return fail(path);
		close(fd);
	}
	return sleeper();
}

static int pour(int fd)
{
	static char block[BLOCK];

	memset(block, 'x', sizeof(block));
	for (size_t written = 0; written < GIB;) {
		ssize_t n = write(fd, block, sizeof(block));

		if (n < 0)
			return fail("write");
		written += (size_t)n;
	}
	return sleeper();
}

/* PID 1 gets more signals than it can pass on; ends with stdin. */
static int signals(void)
{
	char byte;

	for (int signo = 1; signo < NSIG; signo++)
		signal(signo, SIG_IGN);
	for (int i = 0; i < 3; i++) {
		if (fork() == 0) {
			for (;;)
				for (int signo = SIGRTMIN; signo <= SIGRTMAX; signo++)
					kill(1, signo);
		}
	}
	(void)!write(STDOUT_FILENO, "ready\n", 6);
	(void)!read(STDIN_FILENO, &byte, 1);
	return 5;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	alarm(SECONDS);
	if (argc > 2 && strcmp(argv[argc - 1], "deaf") == 0)
		signal(SIGTERM, SIG_IGN);
	if (strcmp(what, "signals") == 0)
		return signals();
	if (strcmp(what, "bomb") == 0)
		return bomb();
	if (strcmp(what, "hog") == 0)
		return hog(1 << 20, GIB);
	if (strcmp(what, "herd") == 0)
		return herd();
	if (strcmp(what, "spin") == 0)
		return spin();
	if (strcmp(what, "spawn") == 0)
		return spawn();
	if (strcmp(what, "shed") == 0)
		return shed();
	if (strcmp(what, "hide") == 0)
		return hide(argc > 2);
	if (strcmp(what, "segments") == 0)
		return segments();
	if (strcmp(what, "litter") == 0 && argc > 2)
		return litter(argv[2]);
	if (strcmp(what, "flood") == 0)
		return pour(STDOUT_FILENO);
	if (strcmp(what, "fill") == 0 && argc > 2) {
		int fd = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

		return fd < 0 ? fail(argv[2]) : pour(fd);
	}
	if (strcmp(what, "sleep") == 0)
		return sleeper();
	fputs("usage: hostile bomb|hog|herd|spin|spawn|shed|hide [memfd]|segments|litter DIR|flood|fill FILE|sleep [deaf]\n", stderr);
	return 2;
}
