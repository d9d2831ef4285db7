#include "lifecycle/clients.h"

#include "base/fail.h"
#include "base/sys.h"
#include "proto/event.h"

#define STOP_PAYLOAD 12u

static int listener = -1;
static bool serving;
/* There are no descriptors left for more of them. */
static bool short_of;
static struct client {
	int fd; /* -1: none */
	bool greeted;
} clients[CLIENTS];

void clients_listen(int directory)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	for (int i = 0; i < CLIENTS; i++)
		clients[i].fd = -1;
	/* A path of any length is short by way of its directory. One that was left by a monitor before us is in the
	 * way. */
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/control", directory);
	if (unlinkat(directory, "control", 0) < 0 && errno != ENOENT)
		fail("control", "unlink");
	listener = must(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket", "AF_UNIX");
	must(bind(listener, (struct sockaddr *)&address, sizeof(address)), "control", "bind");
	must(fchmodat(directory, "control", 0600, 0), "control", "chmod");
	must(listen(listener, 64), "control", "listen");
}

void clients_serve(void) { serving = true; }

void clients_hand_over(void)
{
	for (int i = 0; i < CLIENTS; i++) {
		attach_gone(clients[i].fd);
		close(clients[i].fd);
		clients[i].fd = -1;
	}
	serving = short_of = false;
}

void clients_leave(void)
{
	clients_hand_over();
	close(listener);
	listener = -1;
}

static bool same_user_namespace(pid_t pid)
{
	char path[sizeof("/proc/2147483647/ns/user")];
	struct stat theirs, ours;

	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	return pid > 0 && stat(path, &theirs) == 0 && stat("/proc/self/ns/user", &ours) == 0 &&
	       theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
}

static bool may_ask(int fd)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 &&
	       (peer.uid == 0 || peer.uid == geteuid()) && same_user_namespace(peer.pid);
}

static void take(void)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), free = 0;

	/* Whoever waits stays in the queue, and would wake us for nothing until there is room. */
	short_of = fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM);
	if (fd < 0)
		return;
	while (clients[free].fd >= 0)
		free++;
	if (may_ask(fd))
		clients[free] = (struct client){ .fd = fd };
	else
		close(fd);
}

void clients_want(struct pollfd fds[CLIENT_FDS])
{
	bool full = true;

	for (int i = 0; i < CLIENTS; i++) {
		fds[i] = (struct pollfd){ .fd = serving ? clients[i].fd : -1, .events = POLLIN };
		full &= fds[i].fd >= 0;
	}
	attach_want(&fds[CLIENTS + 1]);
	fds[CLIENTS] = (struct pollfd){ .fd = full || short_of || !serving ? -1 : listener, .events = POLLIN };
}

/* A client that does not read gets no more than fits. */
static void answer(const struct client *client, uint16_t type, const char *why)
{
	int own = event_fd();

	event_to(client->fd);
	if (why == NULL)
		event_hello();
	else
		event_refused(type, why);
	event_to(own);
}

static const char *read_frame(struct client *client, uint16_t type, struct reader r, struct request *wanted)
{
	if (!client->greeted) {
		client->greeted = type == FRAME_HELLO && get_u32(&r) == HELLO_MAGIC && get_u16(&r) == PROTOCOL_VERSION;
		return client->greeted ? NULL : "this nsrun speaks another version of the protocol";
	}
	if (type == FRAME_STREAMS) {
		uint8_t flags = get_u8(&r);

		return r.bad || r.at != r.end ? "malformed" : attach_client(client->fd, flags);
	}
	if (type == FRAME_END_INPUT)
		return r.at != r.end ? "malformed" : attach_end_input();
	if (type != FRAME_SIGNAL && type != FRAME_STOP)
		return "unknown frame";
	uint32_t signo = get_u32(&r);
	uint64_t grace_ms = type == FRAME_STOP ? get_u64(&r) : 0;
	if (r.bad || r.at != r.end)
		return "malformed";
	if (signo < 1 || signo > 64)
		return "no such signal";
	*wanted = (struct request){ (int)signo, type == FRAME_STOP, grace_ms };
	return NULL;
}

/* One frame, which comes whole: whoever sends it in pieces is sent away. */
static void hear(struct client *client, struct request *wanted)
{
	uint8_t bytes[WIRE_HEADER + STOP_PAYLOAD];
	struct reader r = { .at = bytes, .end = bytes };
	bool greeted = client->greeted;
	ssize_t n = recv(client->fd, bytes, WIRE_HEADER, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	r.end += n > 0 ? n : 0;
	uint32_t length = get_u32(&r);
	uint16_t type = get_u16(&r);
	if (!r.bad && length <= STOP_PAYLOAD &&
	    (length == 0 || recv(client->fd, bytes, length, MSG_DONTWAIT) == (ssize_t)length)) {
		const char *why =
			read_frame(client, type, (struct reader){ .at = bytes, .end = bytes + length }, wanted);

		if (why != NULL || !greeted)
			answer(client, type, why);
		if (client->greeted)
			return;
	}
	attach_gone(client->fd);
	close(client->fd);
	client->fd = -1;
	short_of = false;
}

int clients_next(int fd)
{
	int i = 0;

	while (fd >= 0 && i < CLIENTS && clients[i++].fd != fd)
		;
	while (i < CLIENTS && (clients[i].fd < 0 || !clients[i].greeted))
		i++;
	return i < CLIENTS ? clients[i].fd : -1;
}

struct request clients_step(const struct pollfd fds[CLIENT_FDS])
{
	struct request wanted = { 0 };

	for (int i = 0; i < CLIENTS && wanted.signo == 0; i++)
		if (fds[i].revents != 0)
			hear(&clients[i], &wanted);
	if (fds[CLIENTS].revents != 0)
		take();
	attach_step(&fds[CLIENTS + 1]);
	return wanted;
}
