/* What a container that lives on has written, in files. */
#include "lifecycle/log.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "tree.h"

static int directory;

static void begin(uint64_t bytes, unsigned files)
{
	make_tree();
	directory = open(tree_root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CHECK(directory >= 0);
	log_open(directory, bytes, files);
}

static void say(int fd, const char *text) { log_write(fd, (const uint8_t *)text, strlen(text)); }

static char content[64u << 10];

static const char *file(const char *name)
{
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, content, sizeof(content) - 1);

	(void)close(fd);
	content[n > 0 ? n : 0] = 0;
	return content;
}

/* Where a line goes on behind its time, which must have the form that a time has. */
static const char *behind_time(const char *line, struct tm *tm)
{
	const char *nanos = strptime(line, "%Y-%m-%dT%H:%M:%S.", tm);

	if (!CHECK(nanos == line + 20 && strspn(nanos, "0123456789") == 9 && strncmp(nanos + 9, "Z ", 2) == 0))
		return "";
	return nanos + 11;
}

/* The lines without their times. */
static const char *lines(const char *name)
{
	static char text[64u << 10];
	size_t n = 0;

	(void)file(name);
	for (char *line = content, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		struct tm tm;

		*end = 0;
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s\n", behind_time(line, &tm));
	}
	text[n] = 0;
	return text;
}

static void streams_apart(void)
{
	begin(1 << 20, 2);
	say(1, "one\ntwo\n");
	say(2, "bad\n");
	say(1, "\n");
	CHECK_TEXT(lines("log"), "stdout F one\nstdout F two\nstderr F bad\nstdout F \n");
}

static void lines_in_pieces(void)
{
	begin(1 << 20, 2);
	say(1, "be");
	say(2, "other\n");
	say(1, "gun\nrest");
	CHECK_TEXT(lines("log"), "stderr F other\nstdout F begun\n");
	log_end();
	CHECK_TEXT(lines("log"), "stderr F other\nstdout F begun\nstdout P rest\n");
}

static void long_lines(void)
{
	static char text[8192 + 4];

	begin(1 << 20, 2);
	memset(text, 'x', 8192);
	memcpy(text + 8192, "yz\n", 4);
	say(1, text);
	(void)lines("log");
	CHECK(strncmp(strchr(file("log"), ' '), " stdout P xxx", 13) == 0);
	CHECK_TEXT(strrchr(lines("log"), 'F'), "F yz\n");
}

static void time_of_lines(void)
{
	struct timespec before, after;
	struct tm tm = { 0 };

	/* Not time(2), which may be a tick behind. */
	clock_gettime(CLOCK_REALTIME, &before);
	begin(1 << 20, 1);
	say(1, "now\n");
	clock_gettime(CLOCK_REALTIME, &after);
	CHECK_TEXT(behind_time(file("log"), &tm), "stdout F now\n");
	CHECK(timegm(&tm) >= before.tv_sec && timegm(&tm) <= after.tv_sec);
}

static void days(void)
{
	for (int64_t day = 0; day < 80000; day += 1) {
		time_t seconds = (time_t)(day * 86400);
		struct tm tm;
		unsigned date[3];

		CHECK(gmtime_r(&seconds, &tm) != NULL);
		log_civil(day, date);
		if (!CHECK(date[0] == (unsigned)tm.tm_year + 1900 && date[1] == (unsigned)tm.tm_mon + 1 &&
			   date[2] == (unsigned)tm.tm_mday))
			break;
	}
}

static void rotation(void)
{
	/* Two lines of 45 bytes fit. */
	begin(100, 3);
	for (const char *c = "abcdefg"; *c != 0; c++) {
		char text[] = { *c, *c, *c, *c, '\n', 0 };

		say(1, text);
	}
	CHECK_TEXT(lines("log"), "stdout F gggg\n");
	CHECK_TEXT(lines("log.1"), "stdout F eeee\nstdout F ffff\n");
	CHECK_TEXT(lines("log.2"), "stdout F cccc\nstdout F dddd\n");
	CHECK_TEXT(file("log.3"), "");
	log_remove();
	CHECK(faccessat(directory, "log", F_OK, 0) < 0 && faccessat(directory, "log.2", F_OK, 0) < 0);
}

static void one_file(void)
{
	begin(100, 1);
	say(1, "aaaa\nbbbb\ncccc\n");
	CHECK_TEXT(lines("log"), "stdout F cccc\n");
	CHECK_TEXT(file("log.1"), "");
}

/* No descriptor is left, as no inode might be. */
static void no_next_file(void)
{
	begin(100, 3);
	say(1, "aaaa\nbbbb\ncccc\n");
	struct rlimit limit;
	CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	struct rlimit none = { 0, limit.rlim_max };
	CHECK(setrlimit(RLIMIT_NOFILE, &none) == 0);
	for (int i = 0; i < 10; i++)
		say(1, "dddd\n");
	CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	CHECK(strncmp(lines("log"), "stdout F cccc\nstdout F dddd\n", 28) == 0 && strlen(lines("log")) == 154);
	CHECK_TEXT(lines("log.1"), "stdout F aaaa\nstdout F bbbb\n");
	say(1, "eeee\n");
	CHECK_TEXT(lines("log"), "stdout F eeee\n");
	CHECK_TEXT(lines("log.2"), "stdout F aaaa\nstdout F bbbb\n");
}

/* A disk without room, as the limit of a file's size is one. */
static void no_room(void)
{
	struct rlimit none = { 60, RLIM_INFINITY }, all = { RLIM_INFINITY, RLIM_INFINITY };

	begin(1 << 20, 2);
	CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	say(1, "first\n");
	CHECK(setrlimit(RLIMIT_FSIZE, &none) == 0);
	say(1, "lost line\n");
	say(2, "another\n");
	CHECK(setrlimit(RLIMIT_FSIZE, &all) == 0);
	CHECK_TEXT(lines("log"), "stdout F first\n");
	say(1, "room again\n");
	CHECK(strstr(lines("log"), "stderr F nsrun: 18 bytes of output are lost: ") != NULL);
	CHECK_TEXT(strrchr(lines("log"), 'F'), "F room again\n");
}

int main(void)
{
	test("of each line the log has its stream, and no line is lost", streams_apart);
	test("a line that comes in pieces is one, and what is left in the end is there too", lines_in_pieces);
	test("a line that is too long goes on in the next one", long_lines);
	test("a line has the time when it was written, UTC", time_of_lines);
	test("days since 1970 are those of the calendar", days);
	test("a file that is full becomes an older one, and the oldest goes", rotation);
	test("with one file, that one begins anew", one_file);
	test("where no next file is to be had, the same one grows on, and none is lost", no_next_file);
	test("what a full disk does not take is counted, told, and breaks no line", no_room);
	return tests_done();
}
