#include "base/descendants.h"

#include "base/sys.h"

static void kill_listed(int proc, char *list)
{
	char *end;

	/* A last number without its blank may be cut short, and somebody else's. */
	for (char *at = list; (end = strchr(at, ' ')) != NULL; at = end + 1) {
		*end = 0;
		/* By its directory: the numbers are those of that /proc, which may be another pid namespace's. */
		int fd = openat(proc, at, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
		close(fd);
	}
}

void end_descendants(int proc)
{
	char list[4096];

	for (;;) {
		int fd = openat(proc, "thread-self/children", O_RDONLY | O_CLOEXEC);
		ssize_t n = read(fd, list, sizeof(list) - 1);

		close(fd);
		if (n <= 0)
			return;
		list[n] = 0;
		kill_listed(proc, list);
		/* One of the killed is there to wait for; whether there is a second, nobody knows. */
		(void)waitpid(-1, NULL, __WALL);
		while (waitpid(-1, NULL, WNOHANG | __WALL) > 0)
			;
	}
}
