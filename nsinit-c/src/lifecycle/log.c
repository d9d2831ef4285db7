#include "lifecycle/log.h"

#include "base/fail.h"
#include "base/sys.h"

#include <sys/uio.h>

#define LINE_MAX_BYTES 8192u
/* Of the time, the stream and the tag, with the spaces. */
#define HEAD_BYTES 64

static struct {
	int directory, fd;
	uint64_t most, size;
	unsigned files;
	uint64_t lost; /* bytes of output */
	int why;       /* errno of that */
} out = { .directory = -1, .fd = -1 };

/* Of stdout and stderr: what came since the last end of a line. */
static struct line {
	uint8_t bytes[LINE_MAX_BYTES];
	size_t length;
} lines[2];

/* Until it has the name of the others. */
#define NEXT "log.next"

static int open_file(const char *name, int more)
{
	return openat(out.directory, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | more, 0600);
}

void log_open(int directory, uint64_t bytes, unsigned files)
{
	struct stat st;

	out.directory = directory;
	out.most = bytes;
	out.files = files;
	out.fd = must(open_file("log", 0), "log", "open");
	must(fstat(out.fd, &st), "log", "fstat");
	out.size = (uint64_t)st.st_size;
}

static const char *name(char text[16], unsigned age)
{
	snprintf(text, 16, "log.%u", age);
	if (age == 0)
		text[strlen("log")] = 0;
	return text;
}

void log_remove(void)
{
	char text[16];

	for (unsigned i = 0; i < out.files; i++)
		(void)unlinkat(out.directory, name(text, i), 0);
}

void log_leave(void)
{
	close(out.fd);
	out.fd = -1;
}

/* Howard Hinnant's civil_from_days, in years that begin in March. */
void log_civil(int64_t days, unsigned date[3])
{
	int64_t shifted = days + 719468, era = shifted / 146097;
	unsigned day = (unsigned)(shifted - era * 146097);
	unsigned year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	unsigned of_year = day - (365 * year + year / 4 - year / 100);
	unsigned month = (5 * of_year + 2) / 153;

	date[2] = of_year - (153 * month + 2) / 5 + 1;
	date[1] = month < 10 ? month + 3 : month - 9;
	date[0] = (unsigned)(era * 400) + year + (date[1] <= 2);
}

static size_t head(char *text, int fd, char tag)
{
	struct timespec now;
	unsigned date[3];

	clock_gettime(CLOCK_REALTIME, &now);
	unsigned seconds = (unsigned)(now.tv_sec % 86400);
	log_civil(now.tv_sec / 86400, date);
	return (size_t)snprintf(text, HEAD_BYTES, "%04u-%02u-%02uT%02u:%02u:%02u.%09ldZ %s %c ", date[0], date[1],
				date[2], seconds / 3600, seconds / 60 % 60, seconds % 60, now.tv_nsec,
				fd == STDERR_FILENO ? "stderr" : "stdout", tag);
}

/* False, and nothing of it is in the file, if it could not be written. */
static bool append(struct iovec *parts, int n)
{
	size_t length = 0;

	for (int i = 0; i < n; i++)
		length += parts[i].iov_len;
	ssize_t written = writev(out.fd, parts, n);
	if (written == (ssize_t)length) {
		out.size += length;
		return true;
	}
	out.why = written < 0 ? errno : ENOSPC;
	if (written > 0)
		(void)ftruncate(out.fd, (off_t)out.size);
	return false;
}

/* The oldest one goes; where there is no next one to be had, the same file grows on. */
static void rotate(void)
{
	char from[16], to[16];
	int fd = open_file(NEXT, O_TRUNC);

	if (fd < 0)
		return;
	for (unsigned i = out.files - 1; i > 0; i--)
		(void)renameat(out.directory, name(from, i - 1), out.directory, name(to, i));
	(void)renameat(out.directory, NEXT, out.directory, "log");
	close(out.fd);
	out.fd = fd;
	out.size = 0;
}

static void tell_lost(void)
{
	char text[HEAD_BYTES + 128];
	size_t n = head(text, STDERR_FILENO, 'F');

	n += (size_t)snprintf(text + n, sizeof(text) - n, "nsrun: %llu bytes of output are lost: %s\n",
			      (unsigned long long)out.lost, strerror(out.why));
	if (append(&(struct iovec){ text, n }, 1))
		out.lost = 0;
}

static void put_line(int fd, char tag, const uint8_t *bytes, size_t n)
{
	char text[HEAD_BYTES];
	struct iovec parts[3] = {
		{ text, head(text, fd, tag) },
		{ (void *)(uintptr_t)bytes, n },
		{ (void *)(uintptr_t) "\n", 1 },
	};

	if (out.size > 0 && out.size + parts[0].iov_len + n + 1 > out.most)
		rotate();
	if (out.lost > 0)
		tell_lost();
	if (out.lost > 0 || !append(parts, 3))
		out.lost += n + (tag == 'F');
}

void log_write(int fd, const uint8_t *bytes, size_t n)
{
	struct line *line = &lines[fd == STDERR_FILENO];

	/* Nobody wants one. */
	if (out.fd < 0)
		return;
	while (n > 0) {
		const uint8_t *end = memchr(bytes, '\n', n);
		size_t part = end != NULL ? (size_t)(end - bytes) : n;
		size_t room = sizeof(line->bytes) - line->length;

		if (part > room) {
			part = room;
			end = NULL;
		}
		memcpy(line->bytes + line->length, bytes, part);
		line->length += part;
		if (end != NULL || line->length == sizeof(line->bytes)) {
			put_line(fd, end != NULL ? 'F' : 'P', line->bytes, line->length);
			line->length = 0;
		}
		part += end != NULL;
		bytes += part;
		n -= part;
	}
}

void log_end(void)
{
	for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++) {
		struct line *line = &lines[fd == STDERR_FILENO];

		if (line->length > 0)
			put_line(fd, 'P', line->bytes, line->length);
		line->length = 0;
	}
	/* No more comes that could tell it. */
	if (out.lost > 0)
		tell_lost();
}
