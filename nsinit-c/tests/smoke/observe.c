#include "observe.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "driver.h"

#define MOUNTS_MAX 256

char *proc_file(pid_t pid, const char *name)
{
	static char text[65536];
	char path[64];
	ssize_t n = 0;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", pid ? pid : getpid(), name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	for (ssize_t got = fd < 0 ? 0 : 1; got > 0 && n < (ssize_t)sizeof(text) - 1; n += got) {
		got = read(fd, text + n, sizeof(text) - 1 - (size_t)n);
		if (got < 0)
			got = 0;
	}
	if (fd >= 0)
		close(fd);
	text[n] = 0;
	return text;
}

const char *status_of(pid_t pid, const char *field)
{
	static char value[256];
	size_t length = strlen(field);
	const char *line = proc_file(pid, "status");

	value[0] = 0;
	while (*line && !(strncmp(line, field, length) == 0 && line[length] == ':')) {
		line = strchr(line, '\n');
		if (!line)
			return value;
		line++;
	}
	if (*line)
		(void)snprintf(value, sizeof(value), "%.*s", (int)strcspn(line + length + 2, "\n"), line + length + 2);
	return value;
}

/* Calls back for every process that there is, and adds up the answers. */
static int sum_of_processes(int (*weigh)(pid_t pid, pid_t about), pid_t about)
{
	DIR *proc = opendir("/proc");
	int sum = 0;

	if (!proc)
		return -1;
	for (struct dirent *entry = readdir(proc); entry; entry = readdir(proc)) {
		int pid = (int)strtol(entry->d_name, NULL, 10);

		if (pid > 0)
			sum += weigh(pid, about);
	}
	closedir(proc);
	return sum;
}

static int pid_if_child(pid_t pid, pid_t parent)
{
	return strtol(status_of(pid, "PPid"), NULL, 10) == parent ? pid : 0;
}

static int one_if_child(pid_t pid, pid_t parent) { return pid_if_child(pid, parent) != 0; }

int children_of(pid_t parent) { return sum_of_processes(one_if_child, parent); }

pid_t command_as(pid_t init)
{
	const struct timespec nap = { .tv_nsec = 1000000 };

	for (int i = 0; i < DEADLINE_MS && strcmp(status_of(init, "Name"), "nsinit") == 0; i++)
		nanosleep(&nap, NULL);
	return init;
}

pid_t child_of(pid_t parent) { return children_of(parent) == 1 ? sum_of_processes(pid_if_child, parent) : 0; }

pid_t command_under(pid_t init)
{
	pid_t child = child_of(init);

	return child ? command_as(child) : 0;
}

/* 1: the same, 0: different, -1: one of them is unreadable. */
static int compare_namespaces(pid_t a, pid_t b, const char *name)
{
	struct stat stats[2];
	char path[64];

	for (int i = 0; i < 2; i++) {
		pid_t pid = i ? b : a;

		(void)snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid ? pid : getpid(), name);
		if (stat(path, &stats[i]) < 0)
			return -1;
	}
	return stats[0].st_ino == stats[1].st_ino && stats[0].st_dev == stats[1].st_dev;
}

bool same_namespace(pid_t a, pid_t b, const char *name) { return compare_namespaces(a, b, name) == 1; }

bool different_namespace(pid_t a, pid_t b, const char *name) { return compare_namespaces(a, b, name) == 0; }

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Fields 5 and 6 of mountinfo (proc(5)) of every mount; n is how many there are. */
static size_t mounts(pid_t pid, char *points[MOUNTS_MAX], char *options[MOUNTS_MAX])
{
	static char text[65536];
	size_t n = 0;
	char *rest = text;

	(void)snprintf(text, sizeof(text), "%s", proc_file(pid, "mountinfo"));
	for (char *line = strsep(&rest, "\n"); line && *line && n < MOUNTS_MAX; line = strsep(&rest, "\n"), n++) {
		for (int i = 0; i < 4; i++)
			(void)strsep(&line, " ");
		points[n] = strsep(&line, " ");
		options[n] = strsep(&line, " ");
	}
	return n;
}

const char *mount_points(pid_t pid)
{
	static char text[16384];
	char *points[MOUNTS_MAX], *options[MOUNTS_MAX];
	size_t n = mounts(pid, points, options);
	size_t at = 0;

	text[0] = 0;
	qsort(points, n, sizeof(points[0]), by_text);
	for (size_t i = 0; i < n && at < sizeof(text); i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s", i ? " " : "", points[i]);
	return text;
}

const char *mount_options(pid_t pid, const char *point)
{
	static char text[256];
	char *points[MOUNTS_MAX], *options[MOUNTS_MAX];
	size_t n = mounts(pid, points, options);

	text[0] = 0;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(points[i], point) == 0)
			(void)snprintf(text, sizeof(text), "%s", options[i]);
	}
	return text;
}

size_t mount_count(pid_t pid)
{
	char *points[MOUNTS_MAX], *options[MOUNTS_MAX];

	return mounts(pid, points, options);
}

int extra_descriptors(pid_t pid)
{
	char path[64];
	int extra = 0;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	if (!dir)
		return -1;
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		if (entry->d_name[0] != '.' && strtol(entry->d_name, NULL, 10) > 2)
			extra++;
	}
	closedir(dir);
	return extra;
}

static bool datagram_to_self(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return fd >= 0 && bind(fd, (struct sockaddr *)&address, length) == 0 &&
	       getsockname(fd, (struct sockaddr *)&address, &length) == 0 &&
	       sendto(fd, "x", 1, 0, (struct sockaddr *)&address, length) == 1 && poll(&p, 1, DEADLINE_MS) == 1;
}

static void describe(struct inside *seen)
{
	struct ifreq request = { .ifr_name = "lo" };
	struct if_nameindex *list = if_nameindex();
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	size_t at = 0;

	(void)gethostname(seen->hostname, sizeof(seen->hostname));
	for (struct if_nameindex *i = list; i && i->if_index && at < sizeof(seen->interfaces); i++)
		at += (size_t)snprintf(seen->interfaces + at, sizeof(seen->interfaces) - at, "%s%s", at ? " " : "",
				       i->if_name);
	seen->loopback_up = ioctl(fd, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP);
	seen->loopback_answers = datagram_to_self();
}

bool await_ready(pid_t inside)
{
	char ready[64];

	(void)snprintf(ready, sizeof(ready), "/proc/%d/root/dev/shm/ready", inside);
	for (int ms = 0; ms < DEADLINE_MS; ms++) {
		if (access(ready, F_OK) == 0)
			return true;
		usleep(1000);
	}
	return false;
}

bool look_inside(pid_t pid, struct inside *seen)
{
	int target = pidfd_of(pid);
	int ends[2];
	bool whole;
	pid_t child;

	*seen = (struct inside){ 0 };
	if (target < 0 || pipe(ends) < 0)
		return false;
	(void)fflush(stdout);
	child = fork();
	if (child == 0) {
		struct inside here = { 0 };

		if (setns(target, CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWNET) < 0)
			_exit(1);
		describe(&here);
		_exit(write(ends[1], &here, sizeof(here)) != sizeof(here));
	}
	close(ends[1]);
	whole = read(ends[0], seen, sizeof(*seen)) == sizeof(*seen);
	close(ends[0]);
	close(target);
	waitpid(child, NULL, 0);
	return whole;
}
