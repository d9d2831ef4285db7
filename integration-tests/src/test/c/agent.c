/*
 * agent SOCKET ANSWER
 *
 * Listens at SOCKET as the agent of a seccomp filter (listenerPath of OCI's runtime-spec), takes one filter's listener,
 * and answers for its calls until none of its processes lives. ANSWER: "continue" makes each call, a number fails it
 * with that errno, "wait" leaves it without an answer until input ends and makes it then, "leave" takes the listener
 * and goes. Says "listening", "message TEXT" and "call NUMBER of PROGRAM", each when it happens.
 */
#include <linux/seccomp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int accept_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), peer;

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 1) < 0)
		die(path);
	puts("listening");
	peer = accept(fd, NULL, NULL);
	if (peer < 0)
		die("accept");
	close(fd);
	return peer;
}

/* The listener, which comes with the first byte; what is said goes on until the other side closes. */
static int take(int peer, char *text, size_t size)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	int listener = -1;
	size_t length = 0;

	for (;;) {
		struct iovec iov = { text + length, size - 1 - length };
		struct msghdr m = {
			.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
		};
		ssize_t n = recvmsg(peer, &m, 0);
		struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;

		if (c && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(int)))
			memcpy(&listener, CMSG_DATA(c), sizeof(listener));
		if (n <= 0)
			break;
		length += (size_t)n;
	}
	text[length] = 0;
	close(peer);
	return listener;
}

static void tell(const struct seccomp_notif *call)
{
	char path[32], name[64] = "?\n";
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%u/comm", call->pid);
	f = fopen(path, "r");
	if (f) {
		if (!fgets(name, sizeof(name), f))
			name[0] = '\n';
		(void)fclose(f);
	}
	printf("call %d of %s", call->data.nr, name);
}

int main(int argc, char **argv)
{
	static char text[64 << 10];
	struct pollfd p = { .events = POLLIN };
	const char *answer = argc == 3 ? argv[2] : "";
	int error = atoi(answer);

	setvbuf(stdout, NULL, _IOLBF, 0);
	p.fd = take(accept_at(argv[1]), text, sizeof(text));
	printf("message %s\n", text);
	if (p.fd < 0)
		die("no listener");
	if (strcmp(answer, "leave") == 0)
		return 0;
	while (poll(&p, 1, -1) == 1 && !(p.revents & POLLHUP)) {
		struct seccomp_notif call = { 0 };
		struct seccomp_notif_resp said = { 0 };

		/* Whoever made it may be gone already. */
		if (ioctl(p.fd, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
			continue;
		tell(&call);
		while (strcmp(answer, "wait") == 0 && getchar() != EOF)
			;
		said.id = call.id;
		said.error = -error;
		said.flags = error ? 0 : SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		(void)ioctl(p.fd, SECCOMP_IOCTL_NOTIF_SEND, &said);
	}
	return 0;
}
