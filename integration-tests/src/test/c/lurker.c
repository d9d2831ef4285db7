/*
 * lurker: says "ready", then looks at every other process of its /proc for what it could use to leave its container: an
 * open descriptor above 2, nsinit's program. Prints each find; ends when its input does, with "looked at N processes".
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void look_at_descriptors(const char *pid)
{
	char path[300];

	for (int fd = 3; fd < 24; fd++) {
		int found;

		(void)snprintf(path, sizeof(path), "/proc/%s/fd/%d", pid, fd);
		found = open(path, O_PATH);
		if (found >= 0) {
			printf("descriptor %d of %s\n", fd, pid);
			close(found);
		}
	}
}

static void look_at_program(const char *pid)
{
	char path[300], target[256];
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/%s/exe", pid);
	n = readlink(path, target, sizeof(target) - 1);
	if (n <= 0)
		return;
	target[n] = 0;
	if (strstr(target, "nsinit"))
		printf("program of %s: %s\n", pid, target);
}

int main(void)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	unsigned long highest = 0;
	pid_t self = getpid();

	puts("ready");
	fflush(stdout);
	while (poll(&input, 1, 0) == 0) {
		DIR *proc = opendir("/proc");
		struct dirent *entry;

		while (proc && (entry = readdir(proc)) != NULL) {
			unsigned long pid = isdigit((unsigned char)entry->d_name[0]) ? strtoul(entry->d_name, NULL, 10) : 0;

			if (pid == 0 || pid == (unsigned long)self)
				continue;
			if (pid > highest)
				highest = pid;
			look_at_descriptors(entry->d_name);
			look_at_program(entry->d_name);
		}
		closedir(proc);
	}
	printf("highest process %lu\n", highest);
	return 0;
}
