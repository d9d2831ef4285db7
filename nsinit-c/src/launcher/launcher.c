#include "launcher/launcher.h"

#include "base/fail.h"
#include "base/sys.h"
#include "launcher/spare.h"
#include "launcher/streams.h"
#include "outside/control.h"
#include "outside/monitor.h"
#include "proto/event.h"

enum { MAX_CONTAINERS = 4096, MAX_SETS = 256 };

#define NO_SET UINT16_MAX

static struct container {
	uint32_t id;
	pid_t monitor;
	int orders; /* what the monitor reads */
	bool spare; /* it has no guest yet */
} containers[MAX_CONTAINERS];
static size_t count;

/* Three pipes, by the number of the stream: the end that the orchestrator opens through /proc, and the container's. */
static struct set {
	bool made;
	int outer[3], inner[3];
} sets[MAX_SETS];

static void (*init_of_containers)(int inner);
static struct rlimit descriptors; /* the caller's, which the launcher exceeds and no container gets */

static void close_all(const int fds[3])
{
	for (int i = 0; i < 3; i++)
		close(fds[i]);
}

/* ---- in the monitor ---- */

/* What the launcher holds of others is closed, before we may wait for anything; of what it made, these are ours. */
static void leave_launcher(int orders, const int ours[3])
{
	const int kept[] = { CONTROL_IN, CONTROL_OUT, ours[0], ours[1], ours[2] };
	int next = STDERR_FILENO;

	must(dup3(orders, CONTROL_IN, O_CLOEXEC), "dup", "the way from the launcher");
	while (next < INT_MAX) {
		int last = next;

		next = INT_MAX;
		for (size_t i = 0; i < ARRAY_LEN(kept); i++)
			next = kept[i] > last && kept[i] < next ? kept[i] : next;
		if (next > last + 1)
			must(sys_close_range((unsigned)last + 1, (unsigned)next - 1, 0), "close_range", "others");
	}
}

static noreturn void become_monitor(uint32_t id, enum frame_type type, int orders, struct reader r)
{
	int inner[3] = { -1, -1, -1 };
	static struct plan plan;

	event_of(id);
	fail_at(STEP_START, NO_INDEX);
	prctl(PR_SET_NAME, "nsinit", 0, 0, 0);
	must(setrlimit(RLIMIT_NOFILE, &descriptors), "setrlimit", "RLIMIT_NOFILE, back");
	if (type == FRAME_START) {
		uint16_t set = get_u16(&r);

		if (set != NO_SET && (set >= MAX_SETS || !sets[set].made))
			fail_errno(EPROTO, "start", "there is no set of pipes %u", set);
		if (set != NO_SET)
			memcpy(inner, sets[set].inner, sizeof(inner));
	}
	leave_launcher(orders, inner);
	if (type == FRAME_START)
		streams_take(&r, inner);
	control_decode_plan(&plan, r.at, (uint32_t)(r.end - r.at));
	if (type == FRAME_SPARE)
		spare_run(&plan, CONTROL_IN, init_of_containers);
	monitor_run(&plan, CONTROL_IN, init_of_containers);
}

/* ---- in the launcher ---- */

static void report(uint32_t id, enum frame_type type, uint32_t value)
{
	event_of(id);
	event_pid(type, value);
	event_of(NO_CONTAINER);
}

static struct container *find(uint32_t id)
{
	for (size_t i = 0; i < count; i++)
		if (containers[i].id == id)
			return &containers[i];
	return NULL;
}

static void add(uint32_t id, enum frame_type type, struct reader r)
{
	int orders[2] = { -1, -1 };
	pid_t pid = -1;

	if (count == MAX_CONTAINERS)
		errno = EAGAIN;
	else if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, orders) == 0)
		pid = fork();
	if (pid == 0)
		become_monitor(id, type, orders[0], r);
	if (pid > 0) {
		/* A monitor that does not read gets no more than fits; it is not waited for. */
		(void)fcntl(orders[1], F_SETFL, O_NONBLOCK);
		containers[count++] = (struct container){ id, pid, orders[1], type == FRAME_SPARE };
	} else {
		int error = errno;

		/* As a failure of a monitor, with nothing of it left. */
		event_of(id);
		event_failed(STEP_START, NO_INDEX, error, "fork", "of a monitor");
		report(id, FRAME_GONE, 0);
		close(orders[1]);
	}
	close(orders[0]);
}

/* A spare gets its guest. False if it is about to end. */
static bool hand_over(struct container *spare, struct reader r)
{
	uint8_t head[WIRE_HEADER];
	struct writer w = { .at = head, .end = head + sizeof(head) };
	size_t length = (size_t)(r.end - r.at);
	struct iovec parts[2] = { { head, sizeof(head) }, { (void *)(uintptr_t)r.at, length } };
	uint16_t set = get_u16(&r);
	bool piped = set < MAX_SETS && sets[set].made;

	put_u32(&w, (uint32_t)length);
	put_u16(&w, FRAME_START);
	ssize_t n = piped ? send_fds(spare->orders, parts, 2, sets[set].inner, 3) : writev(spare->orders, parts, 2);
	/* What got a part of it ends for want of the rest. */
	if (n != (ssize_t)(sizeof(head) + length))
		shutdown(spare->orders, SHUT_RDWR);
	spare->spare = n < 0;
	return n >= 0;
}

static void start(int control, uint32_t id, enum frame_type type, uint32_t length)
{
	uint8_t *bytes = must_map(length, MAP_PRIVATE);
	struct reader r = { .at = bytes, .end = bytes + length };
	struct container *spare = find(id);

	control_receive(control, bytes, length);
	/* Where the spare is gone, its guest is started as any other. */
	if (spare == NULL || (type == FRAME_START && spare->spare && !hand_over(spare, r)))
		add(id, type, r);
	uint16_t set = type == FRAME_START ? get_u16(&r) : NO_SET;
	if (set < MAX_SETS && sets[set].made) {
		close_all(sets[set].inner);
		close_all(sets[set].outer);
		sets[set].made = false;
	}
	munmap(bytes, length);
}

/* Something for a monitor that may have ended meanwhile. */
static void pass_on(uint32_t id, const uint8_t *frame, size_t length)
{
	struct container *c = find(id);

	if (c != NULL && write(c->orders, frame, length) < 0 && errno == EAGAIN) {
		event_of(id);
		event_refused(FRAME_SIGNAL, "the monitor is busy");
		event_of(NO_CONTAINER);
	}
}

static bool make_set(struct set *set)
{
	*set = (struct set){ true, { -1, -1, -1 }, { -1, -1, -1 } };
	for (int fd = 0; fd <= 2 && set->made; fd++) {
		int ends[2] = { -1, -1 };

		set->made = pipe2(ends, O_CLOEXEC) == 0 && fchmod(ends[0], fd == 0 ? 0644 : 0622) == 0;
		set->inner[fd] = ends[fd != 0];
		set->outer[fd] = ends[fd == 0];
	}
	int error = errno;

	if (!set->made) {
		close_all(set->inner);
		close_all(set->outer);
	}
	errno = error;
	return set->made;
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

static void serve(int control)
{
	uint32_t length;
	uint16_t type = control_header(control, &length);

	if (type == FRAME_PIPES)
		return answer_pipes(control, length);
	if (type != FRAME_CONTAINER || length < 4 + WIRE_HEADER || length > PLAN_MAX_BYTES)
		fail_errno(EPROTO, "frame", "type %u of %u bytes is none for a launcher", type, length);
	uint8_t head[4 + WIRE_HEADER];
	struct reader r = { .at = head, .end = head + sizeof(head) };

	control_receive(control, head, sizeof(head));
	uint32_t id = get_u32(&r), inner = get_u32(&r);
	type = get_u16(&r);
	if (inner != length - sizeof(head) || id == NO_CONTAINER)
		fail_errno(EPROTO, "frame", "of container %u is malformed", id);
	if ((type == FRAME_START || type == FRAME_SPARE) && inner > 0)
		return start(control, id, type, inner);

	uint8_t frame[64];
	if (WIRE_HEADER + inner > sizeof(frame))
		fail_errno(EPROTO, "frame", "type %u of %u bytes is none for a container", type, inner);
	memcpy(frame, head + 4, WIRE_HEADER);
	control_receive(control, frame + WIRE_HEADER, inner);
	pass_on(id, frame, WIRE_HEADER + inner);
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
			if (containers[i].spare)
				report(containers[i].id, FRAME_SPARED, 1);
			else
				report(containers[i].id, FRAME_GONE, (uint32_t)status);
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

void launcher_run(int control, void (*init)(int inner))
{
	struct rlimit most;
	sigset_t child;

	init_of_containers = init;
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
		if (fds[0].revents & POLLIN)
			serve(control);
		else if (fds[0].revents)
			end_all();
	}
}
