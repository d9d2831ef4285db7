#include "proto/event.h"

#include "base/fail.h"
#include "base/sys.h"

/* Together less than PIPE_BUF, with what is around them. */
#define OBJECT_LIMIT 3072u
#define DETAIL_LIMIT 896u

static int report_to = -1;
static uint32_t container;

void event_to(int fd)
{
	report_to = fd;
	container = NO_CONTAINER;
	fail_report(event_failed);
}

void event_of(uint32_t number) { container = number; }

uint32_t event_number(void) { return container; }

int event_fd(void) { return report_to; }

struct writer event_begin(uint8_t *bytes, size_t size, enum frame_type type)
{
	struct writer w = { .at = bytes, .end = bytes + size };

	put_u32(&w, 0);
	put_u16(&w, (uint16_t)type);
	return w;
}

bool event_send(uint8_t *bytes, struct writer *w)
{
	size_t length = (size_t)(w->at - bytes);
	struct writer head = { .at = bytes, .end = bytes + 4 };

	if (w->bad)
		return false;
	put_u32(&head, (uint32_t)(length - WIRE_HEADER));
	return event_send_bytes(bytes, length);
}

static bool send_of_container(const uint8_t *bytes, size_t length)
{
	uint8_t head[WIRE_HEADER + 4];
	struct writer w = event_begin(head, sizeof(head), FRAME_CONTAINER);
	struct writer size = { .at = head, .end = head + 4 };
	struct iovec parts[2] = { { head, sizeof(head) }, { (void *)(uintptr_t)bytes, length } };

	put_u32(&w, container);
	put_u32(&size, 4 + (uint32_t)length);
	return sizeof(head) + length <= PIPE_BUF && writev(report_to, parts, 2) > 0;
}

bool event_send_bytes(const uint8_t *bytes, size_t length)
{
	if (container != NO_CONTAINER)
		return send_of_container(bytes, length);
	while (length > 0) {
		ssize_t n = send(report_to, bytes, length, MSG_NOSIGNAL);

		/* The monitor's pipe; it has SIGPIPE blocked. */
		if (n < 0 && errno == ENOTSOCK)
			n = write(report_to, bytes, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		bytes += n;
		length -= (size_t)n;
	}
	return true;
}

bool event_hello(void)
{
	uint8_t bytes[16];
	struct writer w = event_begin(bytes, sizeof(bytes), FRAME_HELLO);

	put_u32(&w, HELLO_MAGIC);
	put_u16(&w, PROTOCOL_VERSION);
	return event_send(bytes, &w);
}

bool event_pid(enum frame_type type, uint32_t pid)
{
	uint8_t bytes[16];
	struct writer w = event_begin(bytes, sizeof(bytes), type);

	put_u32(&w, pid);
	return event_send(bytes, &w);
}

bool event_clock(void)
{
	uint8_t bytes[16];
	struct writer w = event_begin(bytes, sizeof(bytes), FRAME_CLOCK);
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	put_u64(&w, (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec);
	return event_send(bytes, &w);
}

/* From this program to itself, which may send a struct. */
bool event_child(const struct child_exit *child)
{
	uint8_t bytes[WIRE_HEADER + 4 + sizeof(*child)];
	struct writer w = event_begin(bytes, sizeof(bytes), FRAME_CHILD);

	put_blob(&w, child, sizeof(*child));
	return event_send(bytes, &w);
}

void child_exit_decode(struct reader *r, struct child_exit *child)
{
	struct blob b = get_blob(r);

	if (b.length == sizeof(*child))
		memcpy(child, b.bytes, sizeof(*child));
}

#define FDS_SIZE (EVENT_FDS * sizeof(int))

/* Descriptors and sender beside one message; the head gives it its alignment (cmsg(3)). */
union parcel {
	struct cmsghdr head;
	char bytes[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(FDS_SIZE)];
};

ssize_t send_fds(int socket, struct iovec *parts, size_t n, const int *fds, size_t count)
{
	size_t size = count * sizeof(int);
	union parcel p = { .head = { .cmsg_len = CMSG_LEN(size), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
	struct msghdr m = { .msg_iov = parts, .msg_iovlen = n, .msg_control = &p, .msg_controllen = CMSG_SPACE(size) };

	memcpy(CMSG_DATA(&p.head), fds, size);
	return sendmsg(socket, &m, MSG_NOSIGNAL);
}

bool event_fds(enum frame_type type, const int *fds, size_t count)
{
	uint8_t bytes[WIRE_HEADER];
	struct iovec iov = { .iov_base = bytes, .iov_len = sizeof(bytes) };

	(void)event_begin(bytes, sizeof(bytes), type);
	return send_fds(report_to, &iov, 1, fds, count) >= 0;
}

ssize_t event_receive(int fd, uint8_t *bytes, size_t size, struct enclosed *enclosed)
{
	struct iovec iov = { .iov_base = bytes, .iov_len = size };
	union parcel p = { .head = { .cmsg_len = 0 } };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &p, .msg_controllen = sizeof(p) };
	ssize_t n = recvmsg(fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct ucred sender = { .pid = 0 };

	memset(enclosed->fds, 0xff, FDS_SIZE);
	if (n > 0 && m.msg_flags & MSG_CTRUNC)
		fail_errno(EMFILE, "recvmsg", "a descriptor of init's did not arrive");
	for (struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&m) : NULL; c != NULL; c = CMSG_NXTHDR(&m, c)) {
		if (c->cmsg_type == SCM_CREDENTIALS)
			memcpy(&sender, CMSG_DATA(c), sizeof(sender));
		else
			memcpy(enclosed->fds, CMSG_DATA(c), c->cmsg_len - CMSG_LEN(0));
	}
	enclosed->sender = sender.pid;
	return n;
}

static uint64_t us(const struct timeval *t) { return (uint64_t)t->tv_sec * 1000000u + (uint64_t)t->tv_usec; }

bool event_exited(const struct child_exit *child, const struct ending *ending)
{
	const struct rusage *usage = &child->usage;
	bool signalled = WIFSIGNALED(child->status);
	uint8_t bytes[96];
	struct writer w = event_begin(bytes, sizeof(bytes), FRAME_EXITED);

	put_u8(&w, signalled);
	put_u32(&w, (uint32_t)(signalled ? WTERMSIG(child->status) : WEXITSTATUS(child->status)));
	put_u8(&w, signalled && WCOREDUMP(child->status));
	put_u8(&w, (uint8_t)ending->cause);
	put_u64(&w, us(&usage->ru_utime));
	put_u64(&w, us(&usage->ru_stime));
	put_u64(&w, (uint64_t)usage->ru_maxrss);
	put_u64(&w, (uint64_t)usage->ru_minflt);
	put_u64(&w, (uint64_t)usage->ru_majflt);
	put_u64(&w, ending->wall_ns);
	put_u64(&w, ending->peak_rss_bytes);
	put_u64(&w, ending->output_bytes);
	return event_send(bytes, &w);
}

bool event_refused(uint16_t type, const char *why)
{
	uint8_t bytes[WIRE_HEADER + 64];
	struct writer w = event_begin(bytes, sizeof(bytes), FRAME_REFUSED);

	put_u16(&w, type);
	put_str(&w, why, 48);
	return event_send(bytes, &w);
}

bool event_failed(uint16_t step, uint16_t index, int error, const char *object, const char *detail)
{
	uint8_t bytes[OBJECT_LIMIT + DETAIL_LIMIT + 64];
	struct writer w = event_begin(bytes, sizeof(bytes), FRAME_FAILED);

	put_u16(&w, step);
	put_u16(&w, index);
	put_u32(&w, (uint32_t)error);
	put_str(&w, object, OBJECT_LIMIT);
	put_str(&w, detail, DETAIL_LIMIT);
	return event_send(bytes, &w);
}
