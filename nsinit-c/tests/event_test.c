#include "proto/event.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "frames.h"
#include "proto/step.h"

static int far_end;
static struct bytes got, wanted;

static void listen_to_events(int type)
{
	int pair[2];

	CHECK(socketpair(AF_UNIX, type, 0, pair) == 0);
	event_to(pair[0]);
	far_end = pair[1];
}

/* All that was sent, up to the end of the socket. */
static void hear(void)
{
	ssize_t n;

	(void)close(event_fd());
	got.length = 0;
	while ((n = read(far_end, got.at + got.length, sizeof(got.at) - got.length)) > 0)
		got.length += (size_t)n;
}

/* All that was sent is what was wanted, of which nothing is wanted any more. */
static void check_heard(void)
{
	hear();
	CHECK(got.length == wanted.length);
	CHECK(memcmp(got.at, wanted.at, wanted.length) == 0);
	wanted.length = 0;
}

static void hello(void)
{
	listen_to_events(SOCK_STREAM);
	CHECK(event_hello());
	put_frame(&wanted, 1, "*2", BYTES("NSRN", 4), 3);
	check_heard();
}

static void pids(void)
{
	listen_to_events(SOCK_STREAM);
	CHECK(event_pid(FRAME_READY, 4194303));
	CHECK(event_pid(FRAME_STARTED, 1));
	put_frame(&wanted, 16, "4", 4194303);
	put_frame(&wanted, 17, "4", 1);
	check_heard();
}

static const struct child_exit usage = {
	.usage = { .ru_utime = { 0, 1 }, .ru_stime = { 0, 2 }, .ru_maxrss = 3, .ru_minflt = 4, .ru_majflt = 5 },
};

static void want_exited(uint8_t kind, uint32_t value, uint8_t core, uint8_t cause)
{
	put_frame(&wanted, 19, "1411 88888 888", kind, value, core, cause, 1, 2, 3, 4, 5, 123456789012,
		  0x1122334455667788, 77);
}

static void exit_as(int status, enum exit_cause cause)
{
	struct child_exit child = usage;

	child.status = status;
	listen_to_events(SOCK_STREAM);
	struct ending ending = { cause, 123456789012, 0x1122334455667788, 77 };

	CHECK(event_exited(&child, &ending));
}

static void exit_codes(void)
{
	exit_as(137 << 8, CAUSE_OWN);
	want_exited(0, 137, 0, 0);
	check_heard();
	for (int cause = CAUSE_TIMEOUT; cause <= CAUSE_OUTPUT; cause++) {
		exit_as(0, (enum exit_cause)cause);
		want_exited(0, 0, 0, (uint8_t)cause);
		check_heard();
	}
}

static void exit_signals(void)
{
	exit_as(SIGKILL, CAUSE_CONTROL_GONE);
	want_exited(1, 9, 0, 2);
	check_heard();
	exit_as(SIGSEGV | 0x80, CAUSE_OWN);
	want_exited(1, 11, 1, 0);
	check_heard();
}

static void failures(void)
{
	listen_to_events(SOCK_STREAM);
	CHECK(event_failed(26, 7, 1, "/proc", "type=proc"));
	put_frame(&wanted, 18, "224ss", 26, 7, 1, "/proc", "type=proc");
	check_heard();
}

static void long_failures(void)
{
	static char object[5001], detail[3001];

	memset(object, 'o', sizeof(object) - 1);
	memset(detail, 'd', sizeof(detail) - 1);
	listen_to_events(SOCK_STREAM);
	CHECK(event_failed(1, 0xffff, 36, object, detail));
	object[3072] = 0;
	detail[896] = 0;
	put_frame(&wanted, 18, "224ss", 1, 0xffff, 36, object, detail);
	check_heard();
}

static void from_init_to_monitor(void)
{
	struct child_exit child = usage, back;
	struct reader r = { .at = got.at };

	child.status = 0x8b;
	listen_to_events(SOCK_SEQPACKET);
	CHECK(event_child(&child));
	CHECK(event_pid(FRAME_READY, 0));
	/* One message a read. */
	got.length = (size_t)read(far_end, got.at, sizeof(got.at));
	r.end = got.at + got.length;
	CHECK(get_u32(&r) == got.length - 6 && get_u16(&r) == FRAME_CHILD);
	child_exit_decode(&r, &back);
	CHECK(!r.bad && r.at == r.end);
	CHECK(back.status == 0x8b && back.usage.ru_utime.tv_usec == 1 && back.usage.ru_stime.tv_usec == 2);
	CHECK(back.usage.ru_maxrss == 3 && back.usage.ru_minflt == 4 && back.usage.ru_majflt == 5);
}

static void descriptors(void)
{
	uint8_t bytes[16];
	struct enclosed with;
	const int *fds = with.fds;
	int ends[2];
	char byte = 'x';

	listen_to_events(SOCK_SEQPACKET);
	CHECK(pipe(ends) == 0);
	CHECK(event_pid(FRAME_READY, 0));
	CHECK(event_fds(FRAME_CONSOLE, ends, 2));
	CHECK(event_receive(far_end, bytes, sizeof(bytes), &with) == 10 && fds[0] == -1 && fds[1] == -1);
	CHECK(event_receive(far_end, bytes, sizeof(bytes), &with) == 6 && bytes[4] == FRAME_CONSOLE);
	CHECK(fds[0] > ends[1] && fds[1] > fds[0] && fcntl(fds[0], F_GETFD) == FD_CLOEXEC);
	CHECK(write(fds[1], &byte, 1) == 1 && read(ends[0], &byte, 1) == 1);
	CHECK(event_fds(FRAME_WATCH, ends, 1));
	CHECK(event_receive(far_end, bytes, sizeof(bytes), &with) == 6 && fds[0] > ends[1] && fds[1] == -1);
	CHECK(event_receive(far_end, bytes, sizeof(bytes), &with) == -1 && errno == EAGAIN && fds[0] == -1);
}

/* The kernel says who sent it, and beside a descriptor too. */
static void sender(void)
{
	uint8_t bytes[16];
	struct enclosed with;
	const int on = 1;

	listen_to_events(SOCK_SEQPACKET);
	CHECK(event_pid(FRAME_READY, 0));
	CHECK(event_receive(far_end, bytes, sizeof(bytes), &with) == 10 && with.sender == 0);
	CHECK(setsockopt(far_end, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) == 0);
	pid_t child = fork();

	if (child == 0)
		_exit(event_pid(FRAME_COMMAND, 1) && event_fds(FRAME_CONSOLE, &far_end, 1) ? 0 : 1);
	int status = -1;
	CHECK(waitpid(child, &status, 0) == child && status == 0);
	CHECK(event_receive(far_end, bytes, sizeof(bytes), &with) == 10 && with.sender == child && with.fds[0] == -1);
	CHECK(event_receive(far_end, bytes, sizeof(bytes), &with) == 6 && with.sender == child &&
	      with.fds[0] > far_end);
	CHECK(with.fds[1] == -1);
}

static void usage_in_microseconds(void)
{
	struct rusage from = {
		.ru_utime = { .tv_sec = 5000000000, .tv_usec = 999999 },
		.ru_stime = { .tv_usec = 7 },
		.ru_maxrss = 1 << 20,
		.ru_minflt = 8,
		.ru_majflt = 9,
	};
	struct child_exit child = { .status = 3 << 8, .usage = from };

	listen_to_events(SOCK_STREAM);
	CHECK(event_exited(&child, &(struct ending){ .wall_ns = 1 }));
	put_frame(&wanted, 19, "1411 88888 888", 0, 3, 0, 0, 5000000000999999, 7, 1 << 20, 8, 9, 1, 0, 0);
	check_heard();
}

static void frames_that_do_not_fit(void)
{
	uint8_t small[8];
	struct writer w;

	listen_to_events(SOCK_STREAM);
	w = event_begin(small, sizeof(small), FRAME_READY);
	put_u32(&w, 1);
	CHECK(w.bad);
	CHECK(!event_send(small, &w));
	w = event_begin(small, 3, FRAME_READY);
	CHECK(!event_send(small, &w));
	check_heard();
}

static void nobody_listens(void)
{
	listen_to_events(SOCK_STREAM);
	(void)close(far_end);
	/* SIGPIPE would end this test. */
	CHECK(!event_hello());
	CHECK(!event_failed(1, 0, 1, "", ""));
	event_to(-1);
	CHECK(!event_hello());
}

static void interrupt(int signo) { (void)signo; }

static void await_reader(void)
{
	struct sigaction action = { .sa_handler = interrupt };
	static uint8_t frame[1 << 20];
	struct writer w = event_begin(frame, sizeof(frame), FRAME_TRACE);
	size_t total = 0;
	ssize_t n;
	pid_t writer;

	/* A frame larger than the socket holds, and signals while it is written. */
	(void)sigaction(SIGUSR1, &action, NULL);
	listen_to_events(SOCK_STREAM);
	writer = fork();
	if (writer == 0) {
		w.at = frame + sizeof(frame);
		_exit(event_send(frame, &w) ? 0 : 1);
	}
	(void)close(event_fd());
	while ((n = read(far_end, got.at, 4096)) > 0) {
		total += (size_t)n;
		(void)kill(writer, SIGUSR1);
	}
	int status = -1;
	CHECK(waitpid(writer, &status, 0) == writer && status == 0);
	CHECK(total == sizeof(frame));
}

/* ---- the frames that the Java tests decode ---- */

static void check_golden(const char *name)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/%s.hex", PROTOCOL_DIR, name);
	if (!CHECK(read_hex(path, &wanted)))
		(void)fprintf(stderr, "# %s\n", path);
	check_heard();
}

static void golden_pids(void)
{
	listen_to_events(SOCK_STREAM);
	CHECK(event_hello());
	check_golden("hello");
	listen_to_events(SOCK_STREAM);
	CHECK(event_pid(FRAME_READY, 4242));
	check_golden("event-ready");
	listen_to_events(SOCK_STREAM);
	CHECK(event_pid(FRAME_STARTED, 4243));
	check_golden("event-started");
	listen_to_events(SOCK_STREAM);
	CHECK(event_pid(FRAME_GONE, 0x7d00));
	check_golden("event-gone");
	listen_to_events(SOCK_STREAM);
	event_of(7);
	CHECK(event_pid(FRAME_STARTED, 4242));
	check_golden("event-of-container");
}

static void golden_exits(void)
{
	struct child_exit code = {
		137 << 8,
		{ .ru_utime = { 0, 1000 },
		  .ru_stime = { 0, 2000 },
		  .ru_maxrss = 880,
		  .ru_minflt = 120,
		  .ru_majflt = 1 },
	};
	struct child_exit killed = {
		SIGKILL | 0x80,
		{ .ru_utime = { (1LL << 40) / 1000000, (1LL << 40) % 1000000 },
		  .ru_stime = { 0, 3 },
		  .ru_maxrss = 1LL << 33,
		  .ru_minflt = 4,
		  .ru_majflt = 5 },
	};

	listen_to_events(SOCK_STREAM);
	CHECK(event_exited(&code, &(struct ending){ CAUSE_OWN, 1234567890, 0, 0 }));
	check_golden("event-exited-code");
	listen_to_events(SOCK_STREAM);
	CHECK(event_exited(&killed, &(struct ending){ CAUSE_MEMORY, 60000000000, 5000000000, 4096 }));
	check_golden("event-exited-signal");
}

static void golden_failures(void)
{
	listen_to_events(SOCK_STREAM);
	CHECK(event_failed(STEP_FILESYSTEM, 9, EPERM, "proc", "type=proc"));
	check_golden("event-failed");
	listen_to_events(SOCK_STREAM);
	CHECK(event_failed(STEP_PLAN, UINT16_MAX, EPROTO, "plan", "bad number of steps"));
	check_golden("event-failed-outside-plan");
	listen_to_events(SOCK_STREAM);
	CHECK(event_refused(77, "unknown frame"));
	check_golden("event-refused");
}

int main(void)
{
	test("HELLO is magic and version", hello);
	test("READY and STARTED carry a pid", pids);
	test("an exit code of 137 is a code", exit_codes);
	test("a fatal signal is a signal, with its core dump", exit_signals);
	test("a failure carries step, index, errno, object and detail", failures);
	test("a long object and detail are cut, and the frame still adds up", long_failures);
	test("the monitor decodes what init says of its child", from_init_to_monitor);
	test("descriptors come along with a frame, closed at execve", descriptors);
	test("a frame tells its sender where that is asked for", sender);
	test("resource usage is in microseconds and KiB", usage_in_microseconds);
	test("a frame that did not fit is not sent", frames_that_do_not_fit);
	test("an event that nobody hears is no signal", nobody_listens);
	test("a long frame is written whole in spite of signals", await_reader);
	test("HELLO, READY and STARTED are the golden frames", golden_pids);
	test("EXITED is the golden frames", golden_exits);
	test("FAILED and REFUSED are the golden frames", golden_failures);
	return tests_done();
}
