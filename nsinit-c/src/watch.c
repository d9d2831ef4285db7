#include "watch.h"

#include "event.h"
#include "hands.h"
#include "mounts.h"

/* Fields of proc_pid_stat(5), by the numbers there. */
enum { STATE = 3, UTIME = 14, STIME, CUTIME, CSTIME, NUM_THREADS = 20, START = 22, RSS = 24 };

/* So many processes are remembered from one look to the next. */
#define REMEMBERED 4096

struct process {
	uint64_t pid, start, ticks, children; /* ticks with those of the children that it has waited for */
};

/* What the last two looks saw, sorted by pid. */
static struct look {
	size_t count;
	struct process of[REMEMBERED];
} looks[2], *now = &looks[0], *before = &looks[1];
static uint64_t lost_ticks;

static void remember(const struct process *p)
{
	size_t at = now->count++;

	/* procfs lists them in this order already. */
	for (; at > 0 && now->of[at - 1].pid > p->pid; at--)
		now->of[at] = now->of[at - 1];
	now->of[at] = *p;
}

/*
 * The time of a process that is gone is in that of its parent, if that has waited for it. One that ignores SIGCHLD does
 * not: what nobody has waited for is kept here.
 */
static void account(void)
{
	uint64_t gone = 0, waited = 0;
	const struct process *old = before->of, *end = old + before->count;

	for (const struct process *p = now->of; p < now->of + now->count; p++) {
		for (; old < end && (old->pid < p->pid || (old->pid == p->pid && old->start != p->start)); old++)
			gone += old->ticks;
		waited += p->children;
		if (old < end && old->pid == p->pid)
			waited -= (old++)->children;
	}
	for (; old < end; old++)
		gone += old->ticks;
	/* Beyond that number nobody knows who is gone. */
	if (gone > waited && now->count < REMEMBERED)
		lost_ticks += gone - waited;
	struct look *swap = before;
	before = now;
	now = swap;
}

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
	uint64_t children = number[CUTIME] + number[CSTIME], ticks = number[UTIME] + number[STIME] + children;
	sum->cpu_ms += ticks * 1000u / getauxval(AT_CLKTCK);
	sum->threads += number[NUM_THREADS];
	if (now->count < REMEMBERED)
		remember(&(struct process){ strtoull(stat, NULL, 10), number[START], ticks, children });
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
	now->count = 0;
	while (directory >= 0 && (n = syscall(SYS_getdents64, directory, &list, sizeof(list))) > 0) {
		for (ssize_t at = 0; at < n;) {
			const struct dirent *entry = (const struct dirent *)(list.bytes + at);

			if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
				add_process(proc, entry->d_name, sum);
			at += entry->d_reclen;
		}
	}
	account();
	sum->cpu_ms += lost_ticks * 1000u / getauxval(AT_CLKTCK);
	return n == 0;
}

void step_watch(const struct watch_step *step)
{
	scoped_fd proc = mount_procfs();

	(void)step;
	if (!event_fds(FRAME_WATCH, &proc, 1))
		fail("sendmsg", "the procfs to the monitor");
}
