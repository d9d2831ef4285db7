/* Limits that are kept without control groups, and whose they are: the whole container's. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../src/proto/step.h"
#include "check.h"
#include "observe.h"

#define CAUSE_OWN	0
#define CAUSE_MEMORY	3
#define CAUSE_CPU_TIME	4
#define CAUSE_PROCESSES 5

#define FIRST_ID	  CONTAINER_FREE_IDS.outside
#define IDS		  65536u
#define DETACHED_INJECTED 100
#define CREATE_FILE	  2u

static const char *const sleeper[] = { "/bin/sleep", "1000", NULL };

static void stop(struct driver *d, struct outcome *o)
{
	driver_signal(d, SIGKILL);
	driver_finish(d, o);
}

/* ---- the number of processes, whatever their ids ---- */

static void inject_users(struct bytes *p)
{
	static const char users[] = "root:x:0:0::/:/bin/sh\na:x:1001:1001::/:/bin/sh\nb:x:1002:1002::/:/bin/sh\n";

	put_step(p, STEP_INJECT, DETACHED_INJECTED, 0444, 0, 0, BYTES(users, sizeof(users) - 1));
}

static void mount_users(struct bytes *p) { put_step(p, STEP_MOUNT, DETACHED_INJECTED, "/etc/passwd", CREATE_FILE); }

static void stop_by_term(struct bytes *p) { put_step(p, STEP_TIMEOUT, 0, SIGTERM, 10000); }

/* How many processes of the host have an id of that range, and how many different ones. */
static unsigned processes_of_range(unsigned *ids)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	unsigned n = 0;
	uid_t seen[IDS / 64];

	*ids = 0;
	while (proc && (entry = readdir(proc)) != NULL) {
		struct stat st;
		unsigned k = 0;

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		/* Its directory is root's while it is not dumpable; what it is, status says. */
		st.st_uid = (uid_t)strtoul(status_of((pid_t)strtol(entry->d_name, NULL, 10), "Uid"), NULL, 10);
		if (st.st_uid < FIRST_ID || st.st_uid >= FIRST_ID + IDS)
			continue;
		n++;
		while (k < *ids && seen[k] != st.st_uid)
			k++;
		if (k == *ids && *ids < sizeof(seen) / sizeof(seen[0]))
			seen[(*ids)++] = st.st_uid;
	}
	if (proc)
		(void)closedir(proc);
	return n;
}

static bool has_said(const struct driver *d, const char *word)
{
	for (int ms = 0; ms < DEADLINE_MS; ms += 10) {
		char text[256];
		ssize_t n = pread(d->output, text, sizeof(text) - 1, 0);

		text[n > 0 ? n : 0] = 0;
		if (strstr(text, word))
			return true;
		usleep(10000);
	}
	return false;
}

static void check_processes(const struct target *t)
{
	static const char *const argv[] = {
		"/bin/sh", "-c",
		/* Who can't fork any more ends; what is left then makes no child. At most 30 stay. */
		"(for i in 1 2 3 4 5 6 7 8 9 10; do for u in root a b; do su $u -c 'sleep 1000 >&- &'; done; done); "
		"echo full; exec sleep 1000",
		NULL
	};
	struct container c = container_default(t->rootfs, argv);
	unsigned n, ids;
	struct outcome o;
	struct driver d;
	uid_t owner = 0;
	char path[64];
	int fd;

	if (!container_any_ids())
		return;
	c.ids = CONTAINER_FREE_IDS;
	c.early_steps = inject_users;
	c.init_steps = mount_users;
	c.owner = FIRST_ID;
	c.processes = 20;
	if (start_and_wait(t, &c, &d, &o)) {
		check(has_said(&d, "full"), "a container that has all its processes goes on without more");
		n = processes_of_range(&ids);
		if (!check(n >= 15 && n <= 20, "20 processes are 20 of all ids together"))
			printf("# %u processes of %u ids\n", n, ids);
		check(ids >= 3, "which are several");
		(void)snprintf(path, sizeof(path), "/proc/%u/ns/user", o.ready_pid);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		check(fd >= 0 && ioctl(fd, NS_GET_OWNER_UID, &owner) == 0 && owner == FIRST_ID,
		      "the user namespace belongs to its owner, not to the host's root");
		(void)close(fd);
		stop(&d, &o);
		check(processes_of_range(&ids) == 0, "and all of them end with it");
	}
}

/* ---- what is watched from outside ---- */

static void watch_memory(struct bytes *p) { put_step(p, STEP_WATCH, 40 << 20, 0, 0, 10); }

static void watch_cpu(struct bytes *p) { put_step(p, STEP_WATCH, 0, 1000, 0, 20); }

static void watch_processes(struct bytes *p) { put_step(p, STEP_WATCH, 0, 0, 8, 20); }

static void watch_everything(struct bytes *p) { put_step(p, STEP_WATCH, 1 << 30, 60000, 100, 5); }

static void check_watch(const struct target *t, const char *line, void (*watch)(struct bytes *p), uint8_t cause,
			uint32_t signo, const char *sentence)
{
	const char *const argv[] = { "/bin/sh", "-c", line, NULL };
	struct container c = container_default(t->rootfs, argv);
	struct outcome o;

	c.host_steps = stop_by_term;
	c.early_steps = watch;
	run_to_end(t, &c, -1, &o);
	if (!check(o.exited && o.signalled == (signo != 0) && o.value == signo && o.cause == cause, sentence))
		show_outcome(&o);
	if (cause == CAUSE_MEMORY && !check(o.peak_rss_bytes > 40 << 20, "and the peak is told"))
		show_outcome(&o);
	if (cause == CAUSE_OWN &&
	    !check(o.peak_rss_bytes > 20 << 20 && o.peak_rss_bytes < 1 << 30, "and the peak of its memory is told"))
		show_outcome(&o);
}

static void check_watches(const struct target *t)
{
	/* Each below the limit; together above it. */
	check_watch(t, "for i in 1 2 3; do dd if=/dev/zero of=/dev/null bs=20M count=100000 & done; wait", watch_memory,
		    CAUSE_MEMORY, SIGKILL, "processes with more memory together than is allowed are killed");
	check_watch(t, "while :; do :; done & while :; do :; done", watch_cpu, CAUSE_CPU_TIME, SIGTERM,
		    "processes that computed for too long together are told to end");
	check_watch(t, "for i in 1 2 3 4 5 6 7 8 9 10; do sleep 1000 & done; wait", watch_processes, CAUSE_PROCESSES,
		    SIGTERM, "a container with too many processes is told to end");
	check_watch(t, "dd if=/dev/zero of=/dev/null bs=20M count=20 2>/dev/null", watch_everything, CAUSE_OWN, 0,
		    "within its limits a container ends by itself");
}

/* A name that looks like the rest of the line, to whoever takes the first parenthesis for the last. */
static void check_hostile_name(const struct target *t)
{
	static const char *const argv[] = { "/bin/sh", "-c",
					    "printf ') S 1 1 (1) 0' >/proc/$$/comm && echo named; while :; do :; done",
					    NULL };
	struct container c = container_default(t->rootfs, argv);
	struct outcome o;

	c.host_steps = stop_by_term;
	c.early_steps = watch_cpu;
	run_to_end(t, &c, -1, &o);
	if (!check(o.exited && o.cause == CAUSE_CPU_TIME && strcmp(o.output, "named\n") == 0,
		   "a name with parentheses hides nothing"))
		show_outcome(&o);
}

/* ---- what the command does to itself ---- */

static void one_cpu(struct bytes *p) { put_step(p, STEP_AFFINITY, BYTES("\1", 1)); }

static void be_nice(struct bytes *p) { put_step(p, STEP_NICE, 19); }

static void landlock(struct bytes *p)
{
	const uint64_t read_only = 1 | 1 << 2 | 1 << 3, everything = 0x1fff;

	put_step(p, STEP_LANDLOCK, everything, 0, 0,
		 LIST("/", read_only, "/dev/shm", everything, "/dev/null", everything));
}

static void landlock_nowhere(struct bytes *p) { put_step(p, STEP_LANDLOCK, 0x1fff, 0, 0, LIST("/no/such", 4)); }

static void check_scheduling(const struct target *t)
{
	struct container c = container_default(t->rootfs, sleeper);
	struct outcome o;
	struct driver d;

	c.command_steps = one_cpu;
	if (start_and_wait(t, &c, &d, &o)) {
		check(strcmp(status_of(command_under((pid_t)o.ready_pid), "Cpus_allowed_list"), "0") == 0,
		      "a command is bound to its CPUs");
		stop(&d, &o);
	}
	c.command_steps = be_nice;
	if (start_and_wait(t, &c, &d, &o)) {
		check(getpriority(PRIO_PROCESS, (id_t)command_under((pid_t)o.ready_pid)) == 19,
		      "a command has its nice value");
		stop(&d, &o);
	}
}

static void check_landlock(const struct target *t)
{
	static const char *const argv[] = { "/bin/sh", "-c",
					    "echo a >/dev/shm/a || exit 3; (echo b >/dev/b) && exit 4; "
					    "cat /etc/passwd >/dev/null || exit 5; exit 7",
					    NULL };
	struct container c = container_default(t->rootfs, argv);
	struct outcome o;

	run_to_end(t, &c, -1, &o);
	if (!check(o.exited && o.value == 4, "without rules a command writes where permissions let it"))
		show_outcome(&o);
	c.command_steps = landlock;
	run_to_end(t, &c, -1, &o);
	if (!check((o.exited && o.value == 7) || (o.failed && (o.error == EOPNOTSUPP || o.error == ENOSYS)),
		   "Landlock lets it write only beneath the paths of its rules"))
		show_outcome(&o);
	c.command_steps = landlock_nowhere;
	run_to_end(t, &c, -1, &o);
	if (!check(o.failed && o.step == STEP_LANDLOCK, "a rule for a path that is not there fails"))
		show_outcome(&o);
}

static void inject_secret(struct bytes *p)
{
	put_step(p, STEP_INJECT, DETACHED_INJECTED, 0400, 0, 0, BYTES("secret\n", 7));
}

static void mount_secret(struct bytes *p)
{
	put_step(p, STEP_MOUNT, DETACHED_INJECTED, "/dev/shm/secret", CREATE_FILE);
}

static void check_injected(const struct target *t)
{
	static const char *const argv[] = { "/bin/sh", "-c",
					    "cat /dev/shm/secret; stat -c %a:%u:%g:%s /dev/shm/secret; "
					    "dd if=/dev/zero of=/dev/shm/secret bs=64k count=10 && exit 3",
					    NULL };
	struct container c = container_default(t->rootfs, argv);
	struct outcome o;

	c.early_steps = inject_secret;
	c.init_steps = mount_secret;
	run_to_end(t, &c, -1, &o);
	if (!check(o.exited && strcmp(o.output, "secret\n400:0:0:7\n") == 0,
		   "an injected file has the plan's content, mode and owner"))
		show_outcome(&o);
	check(o.exited && o.value != 3, "and no room for much more");
}

void check_limits(const struct target *t)
{
	check_processes(t);
	check_watches(t);
	check_hostile_name(t);
	check_scheduling(t);
	check_landlock(t);
	check_injected(t);
}
