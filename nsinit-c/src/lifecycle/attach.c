#include "lifecycle/attach.h"

#include "base/sys.h"
#include "lifecycle/clients.h"
#include "lifecycle/log.h"
#include "proto/event.h"

/* As much as everybody may have (pipe-max-size in proc_sys_fs(5)); where there is no more, as much as pipes have. */
#define PIPE_BYTES (1 << 20)

static int input = -1, master = -1, slave = -1;
static int starter = -1;
static struct attached {
	int client;
	int to[2]; /* of stdout and stderr; -1: none */
	uint64_t missed;
} everybody[CLIENTS];
static int count;

void attach_input(int fd) { input = fd; }

void attach_terminal(int new_master, int new_slave)
{
	master = new_master;
	slave = new_slave;
}

void attach_leave(void)
{
	close(input);
	input = starter = -1;
}

void attach_await(int fd) { starter = fd; }

bool attach_awaited(void) { return starter >= 0; }

struct pollfd attach_want(void) { return (struct pollfd){ .fd = starter }; }

static void go_on(void)
{
	close(starter);
	starter = -1;
}

void attach_step(const struct pollfd *p)
{
	if (p->revents != 0)
		go_on();
}

/* Sends nothing that does not fit. */
static bool tell(int client, enum frame_type type, const void *payload, uint32_t n, const int *fds, size_t fd_count)
{
	uint8_t bytes[WIRE_HEADER + 8];
	struct writer w = { .at = bytes, .end = bytes + sizeof(bytes) };

	put_u32(&w, n);
	put_u16(&w, (uint16_t)type);
	memcpy(w.at, payload, n);
	struct iovec part = { bytes, WIRE_HEADER + n };
	ssize_t sent = fd_count == 0 ? send(client, bytes, part.iov_len, MSG_NOSIGNAL)
				     : send_fds(client, &part, 1, fds, fd_count);
	return sent == (ssize_t)part.iov_len;
}

static void tell_missed(struct attached *a)
{
	uint8_t bytes[8];
	struct writer w = { .at = bytes, .end = bytes + sizeof(bytes) };

	put_u64(&w, a->missed);
	if (tell(a->client, FRAME_MISSED, bytes, sizeof(bytes), NULL, 0))
		a->missed = 0;
}

static void pass(struct attached *a, int *to, const uint8_t *bytes, size_t n)
{
	/* As much as a pipe takes at once (STREAM_BYTES), or nothing. */
	ssize_t written = write(*to, bytes, n);

	if (written < 0 && errno != EAGAIN) {
		close(*to);
		*to = -1;
	} else if (written < 0) {
		a->missed += n;
	} else if (a->missed > 0) {
		tell_missed(a);
	}
}

void attach_output(int fd, const uint8_t *bytes, size_t n)
{
	log_write(fd, bytes, n);
	for (int i = 0; i < count; i++) {
		int *to = &everybody[i].to[fd == STDERR_FILENO];

		if (*to >= 0)
			pass(&everybody[i], to, bytes, n);
	}
}

/* Its end to read from. */
static int pipe_to(int *to)
{
	int ends[2];

	*to = -1;
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	(void)fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES);
	*to = ends[1];
	return ends[0];
}

const char *attach_client(int client, uint8_t flags)
{
	struct attached *a = &everybody[count];
	bool terminal = master >= 0, writes = (flags & STREAMS_INPUT) != 0 && (terminal || input >= 0);
	uint8_t answer = (uint8_t)((terminal ? STREAMS_TERMINAL : 0) | (writes ? STREAMS_INPUT : 0));
	int fds[4];
	size_t n = 0;

	for (int i = 0; i < count; i++)
		if (everybody[i].client == client)
			return "attached already";
	*a = (struct attached){ .client = client, .to = { -1, -1 } };
	scoped_fd out = pipe_to(&a->to[0]), err = terminal ? -1 : pipe_to(&a->to[1]);
	fds[n++] = out;
	fds[n++] = terminal ? master : err;
	if (terminal)
		fds[n++] = slave;
	else if (writes)
		fds[n++] = input;
	count++;
	if (out >= 0 && fds[1] >= 0 && tell(client, FRAME_STREAMS, &answer, 1, fds, n)) {
		if (starter >= 0)
			go_on();
		return NULL;
	}
	attach_gone(client);
	return "no descriptors left";
}

const char *attach_end_input(void)
{
	if (input < 0)
		return "no input";
	close(input);
	input = -1;
	return NULL;
}

void attach_gone(int client)
{
	for (int i = 0; i < count; i++) {
		if (everybody[i].client != client)
			continue;
		close(everybody[i].to[0]);
		close(everybody[i].to[1]);
		everybody[i] = everybody[--count];
		return;
	}
}

void attach_end(void)
{
	log_end();
	for (int i = 0; i < count; i++)
		if (everybody[i].missed > 0)
			tell_missed(&everybody[i]);
}
