#include "watch.h"

#include "event.h"
#include "hands.h"
#include "mounts.h"

/* Fields of proc_pid_stat(5), by the numbers there. */
enum { STATE = 3, UTIME = 14, STIME, CUTIME, CSTIME, NUM_THREADS = 20, RSS = 24 };

void watch_add(const char *stat, struct usage *sum)
{
	/* The name is the process's own choice, and may have blanks and parentheses; it ends with the last one. */
	const char *at = strrchr(stat, ')');
	uint64_t number[RSS + 1] = { 0 };

	if (at == NULL || strlen(at) < 4)
		return;
	at += 3; /* parenthesis, blank, state */
	for (int field = STATE + 1; field <= RSS; field++) {
		/* A sign is only where nothing is summed up. */
		at += strspn(at, " -");
		if (*at == 0)
			return;
		for (; *at >= '0' && *at <= '9'; at++)
			number[field] = number[field] * 10 + (uint64_t)(*at - '0');
	}
	sum->rss_bytes += number[RSS] * getauxval(AT_PAGESZ);
	sum->cpu_ms += (number[UTIME] + number[STIME] + number[CUTIME] + number[CSTIME]) * 1000u / getauxval(AT_CLKTCK);
	sum->threads += number[NUM_THREADS];
}

static void add_process(int proc, const char *pid, struct usage *sum)
{
	char text[1024];
	ssize_t n;

	snprintf(text, sizeof(text), "%s/stat", pid);
	scoped_fd fd = openat(proc, text, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = 0;
	watch_add(text, sum);
}

bool watch_sum(int proc, struct usage *sum)
{
	static union {
		struct dirent first;
		char bytes[8192];
	} list;
	scoped_fd directory = openat(proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ssize_t n = -1;

	memset(sum, 0, sizeof(*sum));
	while (directory >= 0 && (n = syscall(SYS_getdents64, directory, &list, sizeof(list))) > 0) {
		for (ssize_t at = 0; at < n;) {
			const struct dirent *entry = (const struct dirent *)(list.bytes + at);

			if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
				add_process(proc, entry->d_name, sum);
			at += entry->d_reclen;
		}
	}
	return n == 0;
}

void step_watch(const struct watch_step *step)
{
	scoped_fd proc = mount_procfs();

	(void)step;
	if (!event_fds(FRAME_WATCH, &proc, 1))
		fail("sendmsg", "the procfs to the monitor");
}
