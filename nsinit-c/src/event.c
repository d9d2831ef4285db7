#include "event.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define OBJECT_LIMIT 4096u
#define DETAIL_LIMIT 2048u

static int socket_fd = -1;

void event_to(int fd) { socket_fd = fd; }

int event_socket(void) { return socket_fd; }

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

bool event_send_bytes(const uint8_t *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = send(socket_fd, bytes, length, MSG_NOSIGNAL);

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

/* Room for descriptors beside one message, where the alignment is right. */
struct parcel {
	struct iovec iov;
	struct msghdr message;
	union {
		char bytes[CMSG_SPACE(EVENT_FDS * sizeof(int))];
		struct cmsghdr head;
	} space;
};

static struct msghdr *wrap(struct parcel *p, uint8_t *bytes, size_t size)
{
	memset(p, 0, sizeof(*p));
	p->iov = (struct iovec){ .iov_base = bytes, .iov_len = size };
	p->message.msg_iov = &p->iov;
	p->message.msg_iovlen = 1;
	p->message.msg_control = &p->space;
	p->message.msg_controllen = sizeof(p->space);
	return &p->message;
}

bool event_fds(enum frame_type type, const int fds[EVENT_FDS])
{
	uint8_t bytes[WIRE_HEADER];
	struct parcel p;
	struct msghdr *message = wrap(&p, bytes, sizeof(bytes));

	(void)event_begin(bytes, sizeof(bytes), type);
	p.space.head.cmsg_level = SOL_SOCKET;
	p.space.head.cmsg_type = SCM_RIGHTS;
	p.space.head.cmsg_len = CMSG_LEN(EVENT_FDS * sizeof(int));
	memcpy(CMSG_DATA(&p.space.head), fds, EVENT_FDS * sizeof(int));
	return sendmsg(socket_fd, message, MSG_NOSIGNAL) >= 0;
}

ssize_t event_receive(int fd, uint8_t *bytes, size_t size, int fds[EVENT_FDS])
{
	struct parcel p;
	struct msghdr *message = wrap(&p, bytes, size);
	ssize_t n = recvmsg(fd, message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *head = n > 0 ? CMSG_FIRSTHDR(message) : NULL;

	memset(fds, 0xff, EVENT_FDS * sizeof(int));
	if (head != NULL && head->cmsg_type == SCM_RIGHTS && head->cmsg_len == CMSG_LEN(EVENT_FDS * sizeof(int)))
		memcpy(fds, CMSG_DATA(head), EVENT_FDS * sizeof(int));
	return n;
}

static uint64_t us(const struct timeval *t) { return (uint64_t)t->tv_sec * 1000000u + (uint64_t)t->tv_usec; }

bool event_exited(const struct child_exit *child, enum exit_cause cause, uint64_t wall_ns)
{
	const struct rusage *usage = &child->usage;
	bool signalled = WIFSIGNALED(child->status);
	uint8_t bytes[96];
	struct writer w = event_begin(bytes, sizeof(bytes), FRAME_EXITED);

	put_u8(&w, signalled);
	put_u32(&w, (uint32_t)(signalled ? WTERMSIG(child->status) : WEXITSTATUS(child->status)));
	put_u8(&w, signalled && WCOREDUMP(child->status));
	put_u8(&w, (uint8_t)cause);
	put_u64(&w, us(&usage->ru_utime));
	put_u64(&w, us(&usage->ru_stime));
	put_u64(&w, (uint64_t)usage->ru_maxrss);
	put_u64(&w, (uint64_t)usage->ru_minflt);
	put_u64(&w, (uint64_t)usage->ru_majflt);
	put_u64(&w, wall_ns);
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
