#include "outside/sample.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

/* utime 150, stime 50, cutime 30, cstime 20 ticks; 7 threads; 100 pages. */
#define AFTER_NAME " S 1 10 10 0 -1 4194560 109 0 0 0 150 50 30 20 20 -5 7 0 25812 2945024 100 18446744073709551615 1"

static void check_sum(const char *stat, uint64_t times)
{
	struct usage sum = { 0, 0, 0 };
	uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK), page = (uint64_t)sysconf(_SC_PAGESIZE);

	sample_add(stat, &sum);
	CHECK(sum.rss_bytes == times * 100 * page);
	CHECK(sum.cpu_ms == times * 250 * 1000 / ticks);
	CHECK(sum.threads == times * 7);
}

static void plain_name(void) { check_sum("10 (sh)" AFTER_NAME "\n", 1); }

static void hostile_names(void)
{
	check_sum("10 (a b)" AFTER_NAME "\n", 1);
	check_sum("10 ())" AFTER_NAME "\n", 1);
	check_sum("10 (()" AFTER_NAME "\n", 1);
	check_sum("10 ()" AFTER_NAME "\n", 1);
	check_sum("10 () S 1 1 1 0 0)" AFTER_NAME "\n", 1);
	check_sum("10 (\n) 9 (\n)" AFTER_NAME "\n", 1);
}

static void cut_short(void)
{
	static const char whole[] = "10 (sh)" AFTER_NAME;
	char text[sizeof(whole)];
	const char *rss = strstr(whole, " 100 ");

	/* What ends before the last field that counts, counts for nothing; and nothing beyond its end is read. */
	for (size_t n = 0; n <= (size_t)(rss - whole); n++) {
		struct usage sum = { 0, 0, 0 };

		memcpy(text, whole, n);
		text[n] = 0;
		sample_add(text, &sum);
		CHECK(sum.rss_bytes == 0 && sum.cpu_ms == 0 && sum.threads == 0);
	}
}

static void sums_add_up(void)
{
	struct usage sum = { 1, 2, 3 };

	sample_add("10 (sh)" AFTER_NAME, &sum);
	sample_add("gibberish", &sum);
	sample_add("", &sum);
	sample_add("11 (sh)" AFTER_NAME, &sum);
	CHECK(sum.threads == 17);
}

static void real_processes(void)
{
	struct usage before, after;
	size_t size = 64 << 20;
	char *memory;
	int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);

	CHECK(prctl(PR_SET_NAME, ") R 1 (", 0, 0, 0) == 0);
	CHECK(sample_sum(proc, &before));
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(memory != MAP_FAILED);
	memset(memory, 1, size);
	CHECK(before.threads >= 1 && before.rss_bytes > 0);
	/* This process alone has that much; what the others do meanwhile is theirs. */
	CHECK(sample_sum(proc, &after));
	CHECK(after.rss_bytes >= size && after.threads >= 1);
}

/* Sums up a directory that has nothing but one of that name, with a stat file of that content unless it is NULL. */
static bool sum_of(const char *name, const char *content, struct usage *sum)
{
	char path[] = "/tmp/nsinit-watch-XXXXXX";
	char directory[64], file[80];
	bool read;
	int fd;

	CHECK(mkdtemp(path) != NULL);
	(void)snprintf(directory, sizeof(directory), "%s/%s", path, name);
	(void)snprintf(file, sizeof(file), "%s/stat", directory);
	CHECK(mkdir(directory, 0700) == 0);
	if (content != NULL) {
		fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		CHECK(write(fd, content, strlen(content)) == (ssize_t)strlen(content));
		(void)close(fd);
	}
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	read = sample_sum(fd, sum);
	(void)close(fd);
	(void)unlink(file);
	CHECK(rmdir(directory) == 0 && rmdir(path) == 0);
	return read;
}

static void only_numbers(void)
{
	struct usage sum;

	CHECK(sum_of("42", "42 (sh)" AFTER_NAME, &sum) && sum.threads == 7);
	CHECK(sum_of("self", "42 (sh)" AFTER_NAME, &sum) && sum.threads == 0);
}

static void vanished(void)
{
	struct usage sum;

	CHECK(sum_of("42", NULL, &sum));
	CHECK(sum.rss_bytes == 0 && sum.cpu_ms == 0 && sum.threads == 0);
	CHECK(!sample_sum(-1, &sum));
}

/* A look at a directory of at most two processes, 41 and 42, which have 200 ticks of their own, and began at 7. */
static uint64_t ticks_of(const char *path, int children_of_41, int children_of_42, int start_of_42)
{
	struct usage sum;
	char text[200], directory[64], file[80];
	int children[2] = { children_of_41, children_of_42 };

	for (int i = 0; i < 2; i++) {
		(void)snprintf(directory, sizeof(directory), "%s/4%d", path, 1 + i);
		(void)snprintf(file, sizeof(file), "%s/stat", directory);
		if (children[i] < 0)
			continue;
		(void)snprintf(text, sizeof(text), "4%d (sh) S 1 1 1 0 -1 0 0 0 0 0 150 50 %d 0 20 0 1 0 %d 0 1 1",
			       1 + i, children[i], i ? start_of_42 : 7);
		CHECK(mkdir(directory, 0700) == 0);
		int fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
		(void)close(fd);
	}
	int proc = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CHECK(sample_sum(proc, &sum));
	(void)close(proc);
	for (int i = 0; i < 2; i++) {
		(void)snprintf(directory, sizeof(directory), "%s/4%d", path, 1 + i);
		(void)snprintf(file, sizeof(file), "%s/stat", directory);
		(void)unlink(file);
		(void)rmdir(directory);
	}
	return sum.cpu_ms * (uint64_t)sysconf(_SC_CLK_TCK) / 1000;
}

static void nobody_waited(void)
{
	char path[] = "/tmp/nsinit-watch-XXXXXX";

	CHECK(mkdtemp(path) != NULL);
	CHECK(ticks_of(path, 0, 30, 7) == 430);
	CHECK(ticks_of(path, 0, -1, 0) == 430);
	CHECK(ticks_of(path, 0, -1, 0) == 430);
	/* Another with that number, the second time. */
	CHECK(ticks_of(path, 0, 0, 8) == 630);
	CHECK(ticks_of(path, 0, 0, 9) == 830);
	CHECK(rmdir(path) == 0);
}

static void somebody_waited(void)
{
	char path[] = "/tmp/nsinit-watch-XXXXXX";

	CHECK(mkdtemp(path) != NULL);
	CHECK(ticks_of(path, 0, 30, 7) == 430);
	/* With what it used after the last look. */
	CHECK(ticks_of(path, 235, -1, 0) == 435);
	CHECK(ticks_of(path, 235, 0, 9) == 635);
	CHECK(ticks_of(path, 435, -1, 0) == 635);
	CHECK(rmdir(path) == 0);
}

int main(void)
{
	test("a process counts its pages, its time with that of its children, and its threads", plain_name);
	test("a name with parentheses, blanks and lines is only a name", hostile_names);
	test("a line that is cut short counts for nothing", cut_short);
	test("several processes add up", sums_add_up);
	test("the processes of this machine can be summed up", real_processes);
	test("only what is named as a number is a process", only_numbers);
	test("a process that is gone by the time it is read counts for nothing", vanished);
	test("what a process used that nobody has waited for is not forgotten", nobody_waited);
	test("nor counted twice where somebody has", somebody_waited);
	return tests_done();
}
