#include "launcher/launcher.h"

#include "base/fail.h"
#include "base/sys.h"
#include "outside/control.h"
#include "proto/event.h"

enum { MAX_CONTAINERS = 4096, MAX_SETS = 256 };

/* Where a stream of a container leads to. */
enum stream_source { FROM_PIPE, FROM_NULL, FROM_CALLER, FROM_FILE, FROM_STDOUT, STREAM_SOURCES };

#define NO_SET UINT16_MAX

static struct container {
	uint32_t id;
	pid_t monitor;
	int orders; /* what the monitor reads */
} containers[MAX_CONTAINERS];
static size_t count;

/* Three pipes, by the number of the stream: the end that the orchestrator opens through /proc, and the container's. */
static struct set {
	bool made;
	int outer[3], inner[3];
} sets[MAX_SETS];

static struct rlimit descriptors; /* the caller's, which the launcher exceeds and no container gets */

static void close_all(const int fds[3])
{
	for (int i = 0; i < 3; i++)
		close(fds[i]);
}

/* ---- in the monitor ---- */

static int open_stream(int fd, struct reader *r, const int inner[3])
{
	enum stream_source from = get_u8(r);
	const char *path = get_str(r);
	uint32_t flags = get_u32(r);
	struct stat st;
	int opened = fd;

	if (r->bad || from >= STREAM_SOURCES || (from == FROM_STDOUT && fd != STDERR_FILENO))
		fail_errno(EPROTO, "start", "a stream is malformed");
	if (from == FROM_NULL)
		opened = must(open("/dev/null", O_RDWR | O_CLOEXEC), "/dev/null", "open");
	else if (from == FROM_PIPE)
		opened = inner[fd];
	else if (from == FROM_STDOUT)
		opened = STDOUT_FILENO;
	else if (from == FROM_FILE)
		opened = must(open(path, (int)flags | O_CLOEXEC | O_NOCTTY, 0666), path, "open, for fd %d", fd);
	must(fstat(opened, &st), "start", "fstat of fd %d", fd);
	/* Its .. would be on the host. */
	if (S_ISDIR(st.st_mode))
		fail_errno(EISDIR, path, "fd %d would lead out of the container", fd);
	return opened;
}

/* What the launcher holds of others is closed, and so is its own way to the orchestrator. */
static int become_monitor(uint32_t id, int orders, struct reader *r, struct plan *plan)
{
	static const int none[3] = { -1, -1, -1 };
	struct set *set;
	uint16_t number;

	event_of(id);
	fail_at(STEP_START, NO_INDEX);
	prctl(PR_SET_NAME, "nsinit", 0, 0, 0);
	must(setrlimit(RLIMIT_NOFILE, &descriptors), "setrlimit", "RLIMIT_NOFILE, back");
	number = get_u16(r);
	if (number != NO_SET && (number >= MAX_SETS || !sets[number].made))
		fail_errno(EPROTO, "start", "there is no set of pipes %u", number);
	set = number == NO_SET ? NULL : &sets[number];
	for (int fd = 0; fd <= 2; fd++) {
		int opened = open_stream(fd, r, set ? set->inner : none);

		/* A stream that is its own copy keeps no flag that would close it. */
		if (opened != fd)
			must(dup2(opened, fd), "dup2", "fd %d", fd);
	}
	must(dup3(orders, CONTROL_IN, O_CLOEXEC), "dup", "the pipe from the launcher");
	must(sys_close_range(3, CONTROL_IN - 1, 0), "close_range", "of the launcher");
	must(sys_close_range(CONTROL_IN + 1, CONTROL_OUT - 1, 0), "close_range", "of the launcher");
	must(sys_close_range(CONTROL_OUT + 1, ~0u, 0), "close_range", "of the launcher");
	control_decode_plan(plan, r->at, (uint32_t)(r->end - r->at));
	return CONTROL_IN;
}

/* ---- in the launcher ---- */

static void report_gone(uint32_t id, uint32_t status)
{
	event_of(id);
	event_pid(FRAME_GONE, status);
	event_of(NO_CONTAINER);
}

/* Returns the descriptor in a monitor, -1 in the launcher. */
static int start(int control, uint32_t id, uint32_t length, struct plan *plan)
{
	uint8_t *bytes = must_map(length, MAP_PRIVATE);
	struct reader r = { .at = bytes, .end = bytes + length };
	struct reader peek = r;
	int orders[2] = { -1, -1 };
	uint16_t set;
	pid_t pid = -1;

	control_receive(control, bytes, length);
	if (count == MAX_CONTAINERS)
		errno = EAGAIN;
	else if (pipe2(orders, O_CLOEXEC) == 0)
		pid = fork();
	if (pid == 0)
		return become_monitor(id, orders[0], &r, plan);
	/* As a failure of a monitor, with nothing of it left. */
	if (pid < 0) {
		int error = errno;

		event_of(id);
		event_failed(STEP_START, NO_INDEX, error, "fork", "of a monitor");
		report_gone(id, 0);
	} else {
		/* A monitor that does not read gets no more than fits; it is not waited for. */
		(void)fcntl(orders[1], F_SETFL, O_NONBLOCK);
		containers[count++] = (struct container){ id, pid, orders[1] };
	}
	close(orders[0]);
	if (pid < 0)
		close(orders[1]);
	set = get_u16(&peek);
	if (set < MAX_SETS && sets[set].made) {
		close_all(sets[set].inner);
		close_all(sets[set].outer);
		sets[set].made = false;
	}
	munmap(bytes, length);
	return -1;
}

/* Something for a monitor that may have ended meanwhile. */
static void pass_on(uint32_t id, const uint8_t *frame, size_t length)
{
	for (size_t i = 0; i < count; i++) {
		if (containers[i].id != id)
			continue;
		if (write(containers[i].orders, frame, length) < 0 && errno == EAGAIN) {
			event_of(id);
			event_refused(FRAME_SIGNAL, "the monitor is busy");
			event_of(NO_CONTAINER);
		}
		return;
	}
}

static bool make_set(struct set *set)
{
	for (int fd = 0; fd <= 2; fd++) {
		int ends[2] = { -1, -1 };
		int error;

		if (pipe2(ends, O_CLOEXEC) == 0 && fchmod(ends[0], fd == 0 ? 0644 : 0622) == 0) {
			set->inner[fd] = ends[fd != 0];
			set->outer[fd] = ends[fd == 0];
			continue;
		}
		error = errno;
		close(ends[0]);
		close(ends[1]);
		while (fd-- > 0) {
			close(set->inner[fd]);
			close(set->outer[fd]);
		}
		errno = error;
		return false;
	}
	set->made = true;
	return true;
}

/* The container's ids are not ours, and it may open its /dev/stdout; so the pipes are made with a mode for that. */
static void answer_pipes(int control, uint32_t length)
{
	uint8_t bytes[32];
	struct writer w = event_begin(bytes, sizeof(bytes), FRAME_PIPES);
	struct reader r = control_payload(control, "pipes", length);
	uint16_t number = get_u16(&r);

	if (r.bad || r.at != r.end || number >= MAX_SETS || sets[number].made) {
		event_refused(FRAME_PIPES, "no such set, or one that is made");
		return;
	}
	put_u16(&w, number);
	put_u32(&w, make_set(&sets[number]) ? 0 : (uint32_t)errno);
	for (int fd = 0; fd <= 2; fd++)
		put_u32(&w, (uint32_t)sets[number].outer[fd]);
	event_send(bytes, &w);
}

/* One frame. Returns the descriptor in a monitor, -1 in the launcher. */
static int serve(int control, struct plan *plan)
{
	uint32_t length;
	uint16_t type = control_header(control, &length);

	if (type == FRAME_PIPES) {
		answer_pipes(control, length);
		return -1;
	}
	if (type != FRAME_CONTAINER || length < 4 + WIRE_HEADER || length > PLAN_MAX_BYTES)
		fail_errno(EPROTO, "frame", "type %u of %u bytes is none for a launcher", type, length);
	uint8_t head[4 + WIRE_HEADER];
	struct reader r = { .at = head, .end = head + sizeof(head) };

	control_receive(control, head, sizeof(head));
	uint32_t id = get_u32(&r), inner = get_u32(&r);
	type = get_u16(&r);
	if (inner != length - sizeof(head) || id == NO_CONTAINER)
		fail_errno(EPROTO, "frame", "of container %u is malformed", id);
	if (type == FRAME_START && inner > 0)
		return start(control, id, inner, plan);

	uint8_t frame[64];
	if (WIRE_HEADER + inner > sizeof(frame))
		fail_errno(EPROTO, "frame", "type %u of %u bytes is none for a container", type, inner);
	memcpy(frame, head + 4, WIRE_HEADER);
	control_receive(control, frame + WIRE_HEADER, inner);
	pass_on(id, frame, WIRE_HEADER + inner);
	return -1;
}

static void reap(int signals)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	while (read(signals, &info, sizeof(info)) > 0)
		;
	while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
		for (size_t i = 0; i < count; i++) {
			if (containers[i].monitor != pid)
				continue;
			close(containers[i].orders);
			report_gone(containers[i].id, (uint32_t)status);
			containers[i] = containers[--count];
			break;
		}
	}
}

/* Each monitor ends its container when it hears nothing any more. Nothing is left when we are gone. */
static noreturn void end_all(void)
{
	for (size_t i = 0; i < count; i++)
		close(containers[i].orders);
	while (waitpid(-1, NULL, __WALL) > 0)
		;
	_exit(0);
}

int launcher_run(int control, struct plan *plan)
{
	struct rlimit most;
	sigset_t child;

	fail_at(STEP_CONTROL, NO_INDEX);
	prctl(PR_SET_NAME, "nsinit launcher", 0, 0, 0);
	must(getrlimit(RLIMIT_NOFILE, &descriptors), "getrlimit", "RLIMIT_NOFILE");
	most = (struct rlimit){ descriptors.rlim_max, descriptors.rlim_max };
	must(setrlimit(RLIMIT_NOFILE, &most), "setrlimit", "RLIMIT_NOFILE");
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	int signals = must(signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd", "of the launcher");
	struct pollfd fds[2] = { { control, POLLIN, 0 }, { signals, POLLIN, 0 } };

	for (;;) {
		must(poll(fds, 2, -1), "poll", "of the launcher");
		if (fds[1].revents)
			reap(signals);
		if (fds[0].revents & POLLIN) {
			int heard = serve(control, plan);

			if (heard >= 0)
				return heard;
		} else if (fds[0].revents) {
			end_all();
		}
	}
}
