#include "lifecycle/attach.h"

#include "base/sys.h"
#include "lifecycle/clients.h"
#include "lifecycle/log.h"
#include "proto/event.h"

/* A sixteenth of what a user's pipes may have together (pipe-user-pages-soft in proc_sys_fs(5)) for sixteen clients. */
#define PIPE_BYTES (256 << 10)
#define REST_BYTES (32 << 20)

static int input = -1, master = -1, slave = -1;
static int starter = -1;
/* What is in rest, from at to end, comes behind what is in the pipe. */
static struct output {
	int client, stream;
	int to, rest; /* -1: nobody reads it */
	off_t at, end;
	uint64_t missed;
} outputs[2 * CLIENTS];
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

void attach_want(struct pollfd fds[ATTACH_FDS])
{
	int n = 0;

	fds[n++] = (struct pollfd){ .fd = starter };
	/* One that finds no place here is looked at when more is written, or by its client in the end. */
	for (int i = 0; i < count && n < ATTACH_FDS; i++)
		if (outputs[i].end > outputs[i].at)
			fds[n++] = (struct pollfd){ .fd = outputs[i].to, .events = POLLOUT };
	while (n < ATTACH_FDS)
		fds[n++].fd = -1;
}

static void go_on(void)
{
	close(starter);
	starter = -1;
}

/* A number of so many bytes, and descriptors. Sends nothing that does not fit. */
static bool tell(int client, enum frame_type type, uint64_t number, uint32_t n, const int *fds, size_t fd_count)
{
	uint8_t bytes[WIRE_HEADER + 8];
	struct writer w = { .at = bytes, .end = bytes + sizeof(bytes) };
	struct iovec part = { bytes, WIRE_HEADER + n };

	put_u32(&w, n);
	put_u16(&w, (uint16_t)type);
	put_u64(&w, number);
	return send_fds(client, &part, 1, fds, fd_count) >= 0;
}

static void tell_missed(struct output *o)
{
	if (o->missed > 0 && tell(o->client, FRAME_MISSED, o->missed, 8, &o->to, 0))
		o->missed = 0;
}

static void end_output(struct output *o)
{
	close(o->to);
	close(o->rest);
	o->to = o->rest = -1;
	o->at = o->end = 0;
}

/* As much as a pipe takes at once, or nothing; false if it takes none. */
static bool put(struct output *o, const uint8_t *bytes, size_t n)
{
	if (write(o->to, bytes, n) >= 0)
		return true;
	if (errno != EAGAIN)
		end_output(o);
	return false;
}

/* What waits, as far as there is room. The client reads on behind that. */
static void pass_rest(struct output *o)
{
	static uint8_t bytes[PIPE_BUF];
	ssize_t n;

	while (o->at < o->end && (n = pread(o->rest, bytes, sizeof(bytes), o->at)) > 0 && put(o, bytes, (size_t)n))
		o->at += n;
	fallocate(o->rest, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, o->at);
	lseek(o->rest, o->at, SEEK_SET);
}

static void pass(struct output *o, const uint8_t *bytes, size_t n)
{
	if (o->end > o->at)
		pass_rest(o);
	if (o->end == o->at && put(o, bytes, n))
		tell_missed(o);
	else if (o->end - o->at <= REST_BYTES && pwrite(o->rest, bytes, n, o->end) == (ssize_t)n)
		o->end += (off_t)n;
	else if (o->to >= 0)
		o->missed += n;
}

void attach_output(int fd, const uint8_t *bytes, size_t n)
{
	log_write(fd, bytes, n);
	for (int i = 0; i < count; i++)
		if (outputs[i].stream == fd)
			pass(&outputs[i], bytes, n);
}

void attach_step(const struct pollfd fds[ATTACH_FDS])
{
	if (fds[0].revents != 0)
		go_on();
	for (int i = 0; i < count; i++)
		if (outputs[i].end > outputs[i].at)
			pass_rest(&outputs[i]);
}

/* Its end to read from. */
static int begin_output(int client, int stream)
{
	int ends[2] = { -1, -1 };

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0)
		(void)fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES);
	outputs[count++] = (struct output){ client, stream, ends[1], memfd_create("output", MFD_CLOEXEC), 0, 0, 0 };
	return ends[0];
}

const char *attach_client(int client, uint8_t flags)
{
	bool terminal = master >= 0, writes = (flags & STREAMS_INPUT) != 0 && (terminal || input >= 0);
	uint8_t answer = (uint8_t)((terminal ? STREAMS_TERMINAL : 0) | (writes ? STREAMS_INPUT : 0));
	const struct output *o = &outputs[count];

	for (int i = 0; i < count; i++)
		if (outputs[i].client == client)
			return "attached already";
	scoped_fd out = begin_output(client, STDOUT_FILENO), err = terminal ? -1 : begin_output(client, STDERR_FILENO);
	const int fds[] = { out, o[0].rest, terminal ? master : err, terminal ? slave : o[1].rest, input };
	if (tell(client, FRAME_STREAMS, answer, 1, fds, !terminal && writes ? 5 : 4)) {
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
	for (int i = count - 1; i >= 0; i--) {
		if (outputs[i].client != client)
			continue;
		end_output(&outputs[i]);
		outputs[i] = outputs[--count];
	}
}

void attach_end(void)
{
	log_end();
	for (int i = 0; i < count; i++)
		tell_missed(&outputs[i]);
}
