/* What the tests want to try or to count inside a container. Static, so that it runs in any root file system. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int outcome(const char *what, long result)
{
	printf("%s: %s\n", what, result < 0 ? strerror(errno) : "done");
	return result < 0;
}

/* Lets the host look, until stdin ends. */
static int waiting(int code)
{
	char byte;

	(void)!read(STDIN_FILENO, &byte, 1);
	return code;
}

static void print_size(void)
{
	struct winsize size;

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) < 0)
		printf("size %s\n", strerror(errno));
	else
		printf("size %u %u\n", size.ws_row, size.ws_col);
}

/* signals: tells each signal that arrives, until stdin ends. */
static int signals(int with_size)
{
	struct pollfd fds[2] = { { .events = POLLIN }, { .fd = STDIN_FILENO, .events = POLLIN } };
	struct signalfd_siginfo info;
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	fds[0].fd = signalfd(-1, &all, SFD_NONBLOCK);
	if (with_size)
		print_size();
	puts("ready");
	for (;;) {
		char typed;

		if (poll(fds, 2, -1) < 0)
			continue;
		while (read(fds[0].fd, &info, sizeof(info)) == sizeof(info)) {
			printf("signal %u\n", info.ssi_signo);
			if (with_size)
				print_size();
		}
		if (fds[1].revents && read(STDIN_FILENO, &typed, 1) <= 0) {
			puts("end");
			return 0;
		}
	}
}

static int processes(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int count = 0;

	while (proc && (entry = readdir(proc)))
		count += entry->d_name[0] >= '1' && entry->d_name[0] <= '9';
	if (proc)
		closedir(proc);
	return count;
}

/*
 * orphans N: N processes whose parent is gone before they end; waits until PID 1 has reaped them all, but not for long: most
 * are gone before the last is made.
 */
static int orphans(int count)
{
	int before = processes(), status;

	for (int i = 0; i < count; i++) {
		int between[2];
		char byte;
		pid_t parent;

		if (pipe(between) < 0)
			return outcome("pipe", -1);
		parent = fork();
		if (parent < 0)
			return outcome("fork", -1);
		if (parent == 0) {
			pid_t orphan = fork();

			if (orphan != 0)
				_exit(orphan < 0);
			/* Until the parent has been reaped, this is no orphan yet. */
			close(between[1]);
			_exit(read(between[0], &byte, 1) != 0);
		}
		close(between[0]);
		if (waitpid(parent, &status, 0) != parent || status != 0)
			return outcome("first fork", -1);
		close(between[1]);
	}
	alarm(20);
	while (processes() != before)
		;
	alarm(0);
	printf("%d orphans\n", count);
	return waiting(0);
}

static int abstract_connect(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	size_t length = strlen(name);

	memcpy(address.sun_path + 1, name, length);
	return outcome("connect", connect(fd, (struct sockaddr *)&address,
					  (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length)));
}

static int abstract_listen(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	size_t length = strlen(name);

	memcpy(address.sun_path + 1, name, length);
	if (bind(fd, (struct sockaddr *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length)) <
		    0 ||
	    listen(fd, 1) < 0)
		return outcome("listen", -1);
	puts("ready");
	return waiting(0);
}

/* Whoever opens the file is to wait until we give the lease up, which we never do. */
static int lease(const char *path)
{
	int fd = open(path, O_RDONLY);

	signal(SIGIO, SIG_IGN);
	if (fd < 0 || fcntl(fd, F_SETLEASE, F_WRLCK) < 0)
		return outcome("lease", -1);
	puts("ready");
	return waiting(0);
}

/* An echo to ourselves and back, as ping(8) sends it where it has no capability: icmp(7), ping_group_range. */
static int ping(void)
{
	const struct sockaddr_in self = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	char echo[16] = { 8 };
	int fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
	struct pollfd reply = { fd, POLLIN, 0 };

	if (fd < 0 || connect(fd, (const struct sockaddr *)&self, sizeof(self)) < 0 ||
	    write(fd, echo, sizeof(echo)) < 0 || poll(&reply, 1, 20000) <= 0)
		return outcome("ping", -1);
	return outcome("ping", read(fd, echo, sizeof(echo)));
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	const char *argument = argc > 2 ? argv[2] : "";

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (strcmp(what, "signals") == 0)
		return signals(0);
	if (strcmp(what, "size") == 0)
		return signals(1);
	if (strcmp(what, "orphans") == 0)
		return orphans(atoi(argument));
	if (strcmp(what, "type") == 0)
		return outcome("TIOCSTI", ioctl(STDIN_FILENO, TIOCSTI, argument));
	if (strcmp(what, "ptrace") == 0)
		return waiting(outcome("ptrace", ptrace(PTRACE_SEIZE, (pid_t)atoi(argument), NULL, NULL)));
	if (strcmp(what, "write") == 0)
		return outcome("write", open(argument, O_WRONLY));
	if (strcmp(what, "connect") == 0)
		return abstract_connect(argument);
	if (strcmp(what, "listen") == 0)
		return abstract_listen(argument);
	if (strcmp(what, "lease") == 0)
		return lease(argument);
	if (strcmp(what, "ping") == 0)
		return ping();
	return 99;
}
