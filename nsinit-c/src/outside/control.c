#include "outside/control.h"

#include "base/beneath.h"
#include "base/fail.h"
#include "base/sys.h"
#include "proto/event.h"

#define READ_LIMIT	(1u << 20)
#define SMALL_FRAME_MAX (16u << 10)
#define SIGNAL_FRAME	(WIRE_HEADER + 4u)

int control_dial(const char *path, unsigned ms)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval most = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000L };
	int fd = must(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket", "AF_UNIX");

	if (strlen(path) >= sizeof(address.sun_path))
		fail_errno(ENAMETOOLONG, path, "at most 107 bytes");
	memcpy(address.sun_path, path, strlen(path) + 1);
	must(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof(most)), path, "SO_SNDTIMEO");
	must(connect(fd, (struct sockaddr *)&address, sizeof(address)), path, "connect");
	return fd;
}

static int connect_to(const char *path)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);
	int fd = control_dial(path, 0);

	must(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length), path, "SO_PEERCRED");
	if (peer.uid != geteuid())
		fail_errno(EPERM, path, "belongs to uid %u, not to us", peer.uid);
	event_to(fd);
	event_hello();
	return fd;
}

static int wait_for_parent(const char *parent)
{
	char pid[12];
	int in[2], out[2];

	must(pipe2(in, O_CLOEXEC), "pipe", "from the orchestrator");
	must(pipe2(out, O_CLOEXEC), "pipe", "to the orchestrator");
	int pidfd = must(syscall(SYS_pidfd_open, getppid(), 0), "pidfd_open", "the parent");
	struct pollfd ready[2] = { { in[0], POLLIN, 0 }, { pidfd, POLLIN, 0 } };
	/* Asked afterwards: it may have gone in between, and somebody else have become our parent. */
	snprintf(pid, sizeof(pid), "%d", getppid());
	if (strcmp(pid, parent) != 0)
		fail_errno(ESRCH, parent, "is not the parent");
	must(dup3(in[0], CONTROL_IN, O_CLOEXEC), "dup", "the pipe from the orchestrator");
	must(dup3(out[1], CONTROL_OUT, O_CLOEXEC), "dup", "the pipe to the orchestrator");
	/* Until it has opened both and said something, our own ends keep them from being closed ones. */
	must(poll(ready, 2, -1), "poll", "for the orchestrator");
	if (ready[0].revents == 0)
		_exit(125);
	/* 3 to 9: both ends of both, and the parent's pidfd. */
	must(sys_close_range(3, CONTROL_IN - 1, 0), "close_range", "3-%d", CONTROL_IN - 1);
	event_to(CONTROL_OUT);
	event_hello();
	return CONTROL_IN;
}

int control_open(const char *word)
{
	fail_at(STEP_CONTROL, NO_INDEX);
	return word[0] == '/' ? connect_to(word) : wait_for_parent(word);
}

/* Quietly, since nothing has been done yet. */
void control_receive(int control, uint8_t *bytes, size_t n)
{
	while (n > 0) {
		int got = must(read(control, bytes, n), "read", "from the orchestrator");

		if (got == 0)
			_exit(125);
		bytes += got;
		n -= (size_t)got;
	}
}

uint16_t control_header(int control, uint32_t *length)
{
	uint8_t header[WIRE_HEADER];
	struct reader r = { .at = header, .end = header + sizeof(header) };

	control_receive(control, header, sizeof(header));
	*length = get_u32(&r);
	return get_u16(&r);
}

struct reader control_payload(int control, const char *name, uint32_t length)
{
	static uint8_t bytes[SMALL_FRAME_MAX];

	if (length > sizeof(bytes))
		fail_errno(EPROTO, name, "frame of %u bytes", length);
	control_receive(control, bytes, length);
	return (struct reader){ .at = bytes, .end = bytes + length };
}

static void receive_hello(int fd)
{
	uint32_t length;

	uint16_t type = control_header(fd, &length);
	struct reader r = control_payload(fd, "hello", length);
	if (type != FRAME_HELLO || length != 6 || get_u32(&r) != HELLO_MAGIC)
		fail_errno(EPROTO, "hello", "the first frame is no HELLO");
	uint16_t version = get_u16(&r);
	if (version != PROTOCOL_VERSION)
		fail_errno(EPROTO, "hello", "protocol version %u, this nsinit speaks %u", version, PROTOCOL_VERSION);
}

/* Reads a regular file of at most limit bytes. 0, or an errno. */
static int read_regular(int root, const char *path, uint8_t *bytes, uint32_t limit, uint32_t *length)
{
	/* Whatever lies there is hostile, and opening a device may be all that it takes: first it is only found. */
	scoped_fd found = open_beneath(root, path, O_PATH, 0);
	char self[sizeof("/proc/self/fd/-2147483648")];
	struct stat st;
	uint32_t n = 0;
	ssize_t got;

	if (found < 0 || fstat(found, &st) < 0)
		return errno;
	if (!S_ISREG(st.st_mode))
		return EINVAL;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", found);
	/* Not waiting for one who has a lease on it: EAGAIN. */
	scoped_fd fd = open(self, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno;
	while ((got = read(fd, bytes + n, limit + 1 - n)) > 0)
		n += (uint32_t)got;
	if (got < 0 || n > limit)
		return got < 0 ? errno : EFBIG;
	*length = n;
	return 0;
}

static void answer_read(int control, uint32_t length)
{
	struct reader r = control_payload(control, "read", length);
	const char *root_path = get_str(&r), *path = get_str(&r);
	uint32_t limit = get_u32(&r), n = 0;

	if (r.bad || r.at != r.end || limit > READ_LIMIT)
		fail_errno(EPROTO, "read", "malformed");

	/* The frame is built around the content: header, errno, length, and one byte to see a file
	 * that is too large. */
	size_t size = WIRE_HEADER + 8u + limit + 1u;
	uint8_t *frame = must_map(size, MAP_PRIVATE);
	scoped_fd root = open(root_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int error = root < 0 ? errno : read_regular(root, path, frame + WIRE_HEADER + 8, limit, &n);
	struct writer w = event_begin(frame, size, FRAME_FILE);
	put_u32(&w, (uint32_t)error);
	put_u32(&w, n);
	w.at += n;
	if (!event_send(frame, &w))
		_exit(125);
	munmap(frame, size);
}

void control_decode_plan(struct plan *plan, const uint8_t *bytes, uint32_t length)
{
	uint16_t at;
	const char *wrong = plan_decode(plan, bytes, length, &at);

	if (wrong != NULL) {
		fail_at(STEP_PLAN, at);
		fail_errno(EPROTO, "plan", "%s", wrong);
	}
}

uint16_t control_receive_plan(int control, struct plan *plan, struct reader *payload)
{
	uint32_t length;
	uint16_t type;

	fail_at(STEP_CONTROL, NO_INDEX);
	receive_hello(control);
	while ((type = control_header(control, &length)) == FRAME_READ)
		answer_read(control, length);
	if ((type == FRAME_SERVE && length == 0) || type == FRAME_ATTACH) {
		*payload = control_payload(control, "attach", length);
		return type;
	}
	if (type != FRAME_PLAN)
		fail_errno(EPROTO, "frame", "type %u where a plan is due", type);
	fail_at(STEP_PLAN, NO_INDEX);
	if (length > PLAN_MAX_BYTES || length == 0)
		fail_errno(E2BIG, "plan", "%u bytes, at most %u", length, PLAN_MAX_BYTES);
	uint8_t *bytes = must_map(length, MAP_PRIVATE);
	control_receive(control, bytes, length);
	control_decode_plan(plan, bytes, length);
	return type;
}

/* NULL, or why a frame is refused. */
static const char *signal_of(uint16_t type, struct reader r, int *signo)
{
	uint32_t number;

	if (type >= FRAME_HELLO && type < FRAME_SIGNAL)
		return "too late: the plan is being carried out";
	if (type != FRAME_SIGNAL)
		return "unknown frame";
	number = get_u32(&r);
	if (r.bad || r.at != r.end)
		return "malformed";
	if (number < 1 || number > 64)
		return "no such signal";
	*signo = (int)number;
	return NULL;
}

/* Bytes still to come of a frame that is longer than any we know. */
static uint32_t skipped;

static bool skip(int control)
{
	uint8_t bytes[4096];
	ssize_t n = read(control, bytes, skipped < sizeof(bytes) ? skipped : sizeof(bytes));

	skipped -= n > 0 ? (uint32_t)n : 0;
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

bool control_signal(int control, int *signo)
{
	static uint8_t bytes[SIGNAL_FRAME];
	static size_t have;
	struct reader r = { .at = bytes };
	uint32_t length;
	const char *wrong;
	uint16_t type;

	*signo = 0;
	if (skipped > 0)
		return skip(control);
	ssize_t n = read(control, bytes + have, sizeof(bytes) - have);
	if (n <= 0)
		return n < 0 && (errno == EAGAIN || errno == EINTR);
	have += (size_t)n;
	r.end = bytes + have;
	length = get_u32(&r);
	type = get_u16(&r);
	if (r.bad)
		return true;
	size_t here = (size_t)(r.end - r.at);
	if (length > SIGNAL_FRAME - WIRE_HEADER) {
		skipped = length - (uint32_t)here;
		have = 0;
		event_refused(type, signal_of(type, (struct reader){ .bad = true }, signo));
		return true;
	}
	if (here < length)
		return true;
	wrong = signal_of(type, get_sub(&r, length), signo);
	/* The begin of the next frame, if this one is shorter than a signal. */
	have = here - length;
	memmove(bytes, r.at, have);
	if (wrong != NULL)
		event_refused(type, wrong);
	return true;
}
