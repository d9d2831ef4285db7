#include "outside/sample.h"

#include "proto/event.h"
#include "proto/steps.h"
#include "proto/trace.h"

/* Fields of proc_pid_stat(5), by the numbers there. */
enum { STATE = 3, UTIME = 14, STIME, CUTIME, CSTIME, NUM_THREADS = 20, START = 22, RSS = 24 };

/* So many processes are remembered from one sample to the next. */
#define REMEMBERED 4096

struct process {
	uint64_t pid, start, ticks, children; /* ticks with those of the children that it has waited for */
};

/* What the last two samples saw, sorted by pid. */
static struct sample {
	size_t count;
	struct process of[REMEMBERED];
} samples[2], *now = &samples[0], *before = &samples[1];
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
	struct sample *swap = before;
	before = now;
	now = swap;
}

void sample_add(const char *stat, struct usage *sum)
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
	sample_add(text, sum);
}

bool sample_sum(int proc, struct usage *sum)
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

/* ---- memory that is in no resident set ---- */

/* At most a fiftieth of the time goes into it, but it never waits for longer than a second. */
#define HIDDEN_COST  50u
#define HIDDEN_OFTEN 50000000u
#define HIDDEN_RARE  1000000000u
/* What an empty file costs, more or less: an inode, a name. */
#define INODE_BYTES 1024u
#define INODES	    8192u

/* The procfs, then the file systems in memory: what init has sent (inside/watched.c). */
static int kept[EVENT_FDS] = { -1 };
static size_t kept_count;

/* Each inode once; 0 is none. */
static uint64_t seen[INODES];

static bool is_new(uint64_t inode)
{
	for (size_t at = inode % INODES, tries = 0; tries < 64; at = (at + 1) % INODES, tries++) {
		if (seen[at] == inode)
			return false;
		if (seen[at] == 0) {
			seen[at] = inode;
			return true;
		}
	}
	return true;
}

/* The sizes of what has no name: memory that is shared, memfd_create(2), System V segments; all on one device. */
static uint64_t add_nameless(int proc, uint64_t pid, const char *kind, dev_t device)
{
	static char bytes[8192];
	uint64_t sum = 0;
	struct stat st;
	ssize_t n;

	snprintf(bytes, 64, "%llu/%s", (unsigned long long)pid, kind);
	scoped_fd directory = openat(proc, bytes, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (directory >= 0 && (n = syscall(SYS_getdents64, directory, bytes, sizeof(bytes))) > 0) {
		for (ssize_t at = 0; at < n; at += ((const struct dirent *)(bytes + at))->d_reclen) {
			const char *name = ((const struct dirent *)(bytes + at))->d_name;

			/* As the cache has it: no server of a file system may keep us. */
			if (fstatat(directory, name, &st, AT_STATX_DONT_SYNC) == 0 && st.st_dev == device &&
			    S_ISREG(st.st_mode) && is_new(st.st_ino))
				sum += (uint64_t)st.st_blocks * 512;
		}
	}
	return sum;
}

static uint64_t take_hidden_sample(int proc)
{
	uint64_t sum = 0, shared = 0;
	struct stat self;
	struct statfs fs;
	char text[128];

	memset(seen, 0, sizeof(seen));
	/* A memfd is what we run from. */
	if (stat("/proc/self/exe", &self) < 0)
		return 0;
	for (const struct process *p = before->of; p < before->of + before->count; p++) {
		sum += add_nameless(proc, p->pid, "fd", self.st_dev) +
		       add_nameless(proc, p->pid, "map_files", self.st_dev);
		snprintf(text, sizeof(text), "%llu/statm", (unsigned long long)p->pid);
		scoped_fd fd = openat(proc, text, O_RDONLY | O_CLOEXEC);
		ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
		text[n > 0 ? n : 0] = 0;
		/* The third number. */
		const char *at = text + strcspn(text, " ");
		at += strspn(at, " ");
		shared += strtoull(at + strcspn(at, " "), NULL, 10) * getauxval(AT_PAGESZ);
	}
	for (size_t i = 1; i < kept_count; i++) {
		if (fstatfs(kept[i], &fs) == 0)
			sum += (fs.f_blocks - fs.f_bfree) * (uint64_t)fs.f_bsize +
			       (fs.f_files - fs.f_ffree) * INODE_BYTES;
	}
	/* What is mapped stands in resident sets. */
	return sum > shared ? sum - shared : 0;
}

uint64_t sample_hidden(int proc, uint64_t begin)
{
	static uint64_t last, next;

	if (begin >= next) {
		last = take_hidden_sample(proc);
		uint64_t pause = (now_ns() - begin) * HIDDEN_COST;
		next = begin + (pause < HIDDEN_OFTEN ? HIDDEN_OFTEN : pause > HIDDEN_RARE ? HIDDEN_RARE : pause);
	}
	return last;
}

int sample_begin(const int fds[])
{
	for (kept_count = 1; kept_count < EVENT_FDS && fds[kept_count] >= 0; kept_count++)
		kept[kept_count] = fds[kept_count];
	return fds[0];
}
