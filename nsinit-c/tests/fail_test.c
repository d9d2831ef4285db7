#include "base/fail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "encode.h"
#include "proto/event.h"
#include "proto/step.h"

static struct bytes got, wanted;

static int near_end = -1;

/* Runs body, which must fail, and reads what it says over the socket, or on stderr. */
static void hear(void (*body)(void), bool connected)
{
	int pair[2], status;
	ssize_t n;

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	near_end = pair[0];
	if (connected)
		event_to(pair[0]);
	status = status_of(body);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 125);
	CHECK(shutdown(pair[0], SHUT_WR) == 0);
	got.length = 0;
	while ((n = read(pair[1], got.at + got.length, sizeof(got.at) - got.length)) > 0)
		got.length += (size_t)n;
}

static void want(uint16_t step, uint16_t index, uint32_t error, const char *object, const char *detail)
{
	wanted.length = 0;
	put_frame(&wanted, 18, "224ss", step, index, error, object, detail);
}

static void check_heard(void)
{
	CHECK(got.length == wanted.length);
	CHECK(memcmp(got.at, wanted.at, wanted.length) == 0);
}

static void of_errno(void)
{
	fail_at(STEP_MOUNT, 12);
	errno = EPERM;
	fail("/proc", "type=%s flags=%u", "proc", 14);
}

static void by_errno(void)
{
	hear(of_errno, true);
	want(26, 12, EPERM, "/proc", "type=proc flags=14");
	check_heard();
}

static void of_call(void)
{
	fail_at(STEP_BIND, 3);
	errno = 0;
	if (must(0, "zero", "is a value") != 0 || must(7, "seven", "is another") != 7)
		return;
	(void)must(close(-1), "fd", "close %d", -1);
}

static void by_call(void)
{
	hear(of_call, true);
	want(22, 3, EBADF, "fd", "close -1");
	check_heard();
}

static void of_number(void)
{
	fail_at(STEP_PLAN, NO_INDEX);
	errno = EPERM;
	fail_errno(EPROTO, "plan", "no step");
}

static void by_number(void)
{
	hear(of_number, true);
	want(102, 0xffff, EPROTO, "plan", "no step");
	check_heard();
}

static void of_long_detail(void)
{
	static char detail[2000];

	memset(detail, 'd', sizeof(detail) - 1);
	fail_at(STEP_EXEC, NO_INDEX);
	fail_errno(E2BIG, "x", "%s", detail);
}

static void long_detail(void)
{
	char detail[512];

	hear(of_long_detail, true);
	memset(detail, 'd', sizeof(detail) - 1);
	detail[511] = 0;
	want(60, 0xffff, E2BIG, "x", detail);
	check_heard();
}

static void clean_up(void)
{
	errno = 0;
	event_hello();
}

static void of_hook(void)
{
	fail_hooks(NULL, clean_up);
	of_errno();
}

static void hook_comes_after(void)
{
	hear(of_hook, true);
	want(26, 12, EPERM, "/proc", "type=proc flags=14");
	put_frame(&wanted, 1, "*2", BYTES("NSRN", 4), 3);
	check_heard();
}

static bool is_reported(void) { return true; }

static void of_told(void)
{
	fail_hooks(is_reported, clean_up);
	of_errno();
}

static void what_is_told_is_not_told_again(void)
{
	hear(of_told, true);
	wanted.length = 0;
	put_frame(&wanted, 1, "*2", BYTES("NSRN", 4), 3);
	check_heard();
}

static void of_errno_on_stderr(void)
{
	if (dup2(near_end, STDERR_FILENO) >= 0)
		of_errno();
}

static void before_the_socket(void)
{
	static const char line[] = "nsinit: /proc: Operation not permitted (type=proc flags=14)\n";

	hear(of_errno_on_stderr, false);
	CHECK(got.length == sizeof(line) - 1 && memcmp(got.at, line, got.length) == 0);
}

static void of_vfork(void)
{
	pid_t child = vfork();

	if (child == 0)
		of_errno();
	_exit(failed ? 125 : 1);
}

static void seen_by_parent(void) { hear(of_vfork, true); }

static void of_nobody(void)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0 || close(pair[1]) < 0)
		abort();
	event_to(pair[0]);
	of_errno();
}

static void nobody_listens(void)
{
	int status = status_of(of_nobody);

	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 125);
}

int main(void)
{
	test("a failure tells step, index, errno, object and detail, and ends with 125", by_errno);
	test("a call that must succeed hands its value on, or fails with its errno", by_call);
	test("a failure may name another errno", by_number);
	test("a detail of any length is cut", long_detail);
	test("what must be cleaned up is cleaned up after the failure is told", hook_comes_after);
	test("a failure whose cause is told already is not told, but cleaned up after", what_is_told_is_not_told_again);
	test("a failure before there is a socket is told on stderr", before_the_socket);
	test("the parent of a vfork sees that its child failed", seen_by_parent);
	test("a failure that nobody hears ends with 125 and no signal", nobody_listens);
	return tests_done();
}
