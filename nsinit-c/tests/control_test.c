/* What is said before there is a container, HELLO, READ and PLAN, and to whom; control_signal_test.c has the rest. */
#include "outside/control.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "encode.h"
#include "plans.h"
#include "proto/event.h"
#include "tree.h"

static int ours, theirs;
static struct bytes b;

static void connect_both(void)
{
	int pair[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	ours = pair[0];
	theirs = pair[1];
}

static void say(const void *bytes, size_t n) { CHECK(write(theirs, bytes, n) == (ssize_t)n); }

/* What nsinit answers to b, and how it ends; it decodes a plan in a process of its own. */
static struct bytes answer;

static void take_plan(void)
{
	static struct plan plan;
	struct reader payload;

	event_to(ours);
	(void)close(theirs);
	control_receive_plan(ours, &plan, &payload);
	_exit(plan.count == 2 && plan.steps[1].id == STEP_EXEC ? 42 : 43);
}

static int talk(void)
{
	int status;
	ssize_t n;

	connect_both();
	say(b.at, b.length);
	CHECK(shutdown(theirs, SHUT_WR) == 0);
	status = status_of(take_plan);
	(void)close(ours);
	answer.length = 0;
	while ((n = read(theirs, answer.at + answer.length, sizeof(answer.at) - answer.length)) > 0)
		answer.length += (size_t)n;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void begin_talk_with(const char *hello)
{
	b.length = 0;
	put_frame(&b, 1, "*", BYTES(hello, 6));
}

static void begin_talk(void) { begin_talk_with("NSRN\3"); }

static void add_plan(bool spoil)
{
	static struct bytes plan;

	smallest_plan(&plan);
	end_plan(&plan);
	plan.at[4] ^= spoil;
	put_frame(&b, 4, "*", BYTES(plan.at, plan.length));
}

static void add_read(const char *root, const char *path, uint32_t limit) { put_frame(&b, 2, "ss4", root, path, limit); }

static uint32_t answer32(size_t at)
{
	uint32_t v = 0;

	CHECK(at + 4 <= answer.length);
	for (unsigned i = 4; i > 0; i--)
		v = v << 8 | answer.at[at + i - 1];
	return v;
}

/* The answer is one failure: of that step and errno. */
static void check_failed(uint16_t step, uint32_t error)
{
	CHECK(answer.length > 14 && answer32(0) == answer.length - 6);
	CHECK(answer.at[4] == 18 && answer.at[6] == step && answer32(10) == error);
}

static void a_plan_is_taken(void)
{
	begin_talk();
	add_plan(false);
	CHECK(talk() == 42);
	CHECK(answer.length == 0);
}

static void spoilt_plans(void)
{
	begin_talk();
	add_plan(true);
	CHECK(talk() == 125);
	check_failed(102, EPROTO);
}

static void hello_with(const char *bytes)
{
	begin_talk_with(bytes);
	add_plan(false);
	CHECK(talk() == 125);
	check_failed(101, EPROTO);
}

static void other_languages(void)
{
	hello_with("NSRN\2\0");
	hello_with("NSRN\0\3");
	hello_with("NSRM\3\0");
	b.length = 0;
	add_plan(false);
	CHECK(talk() == 125);
	check_failed(101, EPROTO);
}

static void sizes_out_of_bounds(void)
{
	static const uint32_t lengths[] = { 0, (32u << 20) + 1, UINT32_MAX };

	for (unsigned i = 0; i < 3; i++) {
		begin_talk();
		put(&b, "42", lengths[i], 4);
		CHECK(talk() == 125);
		check_failed(102, E2BIG);
	}
	begin_talk();
	put_frame(&b, 99, "");
	CHECK(talk() == 125);
	check_failed(101, EPROTO);
}

static void gone_before_the_plan(void)
{
	begin_talk();
	add_plan(false);
	for (size_t n = b.length; n-- > 0;) {
		b.length = n;
		CHECK(talk() == 125);
		CHECK(answer.length == 0);
	}
}

/* Reads that file below the hostile tree, and checks the FILE frame. */
static void read_as(const char *path, uint32_t limit, uint32_t error, const char *content)
{
	begin_talk();
	add_read(tree_root, path, limit);
	add_plan(false);
	CHECK(talk() == 42);
	CHECK(answer.length == 14 + strlen(content) && answer32(0) == answer.length - 6);
	CHECK(answer.at[4] == 3 && answer.at[5] == 0);
	if (!CHECK(answer32(6) == error))
		printf("# %s: errno %u\n", path, answer32(6));
	CHECK(answer32(10) == strlen(content));
	CHECK(memcmp(answer.at + 14, content, strlen(content)) == 0);
}

static void files_are_read(void)
{
	make_tree();
	tree_file("passwd", "root:x:0:0\n");
	tree_file("empty", "");
	tree_link("/passwd", "absolute");
	tree_link("../../../../passwd", "climbing");
	read_as("/passwd", 1 << 20, 0, "root:x:0:0\n");
	read_as("passwd", 11, 0, "root:x:0:0\n");
	read_as("/../../passwd", 11, 0, "root:x:0:0\n");
	read_as("/absolute", 11, 0, "root:x:0:0\n");
	read_as("/climbing", 11, 0, "root:x:0:0\n");
	read_as("/empty", 0, 0, "");
}

static void files_that_are_no_files(void)
{
	char outside[4096];

	make_tree();
	tree_file("large", "0123456789");
	tree_link("loop", "loop");
	(void)snprintf(outside, sizeof(outside), "%s/secret", tree_outside);
	tree_link(outside, "escape");
	CHECK(mkfifo(tree_path("fifo"), 0666) == 0);
	CHECK(mkdir(tree_path("directory"), 0777) == 0);
	read_as("/large", 9, EFBIG, "");
	read_as("/large", 0, EFBIG, "");
	read_as("/fifo", 99, EINVAL, "");
	read_as("/directory", 99, EINVAL, "");
	read_as("/loop", 99, ELOOP, "");
	read_as("/escape", 99, ENOENT, "");
	read_as("/none", 99, ENOENT, "");
	read_as("", 99, ENOENT, "");
	CHECK(remove(tree_path("large")) == 0);
	begin_talk();
	add_read(tree_path("none"), "/x", 99);
	add_plan(false);
	CHECK(talk() == 42 && answer32(6) == ENOENT);
}

/* A device may do all it does when it is opened; a watcher of the file system sees whether it was. */
static void what_is_no_file_is_not_opened(void)
{
	char events[4096];
	int watcher = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	make_tree();
	CHECK(mkfifo(tree_path("fifo"), 0666) == 0);
	tree_file("passwd", "x");
	CHECK(inotify_add_watch(watcher, tree_path("fifo"), IN_OPEN) > 0);
	read_as("/fifo", 99, EINVAL, "");
	CHECK(read(watcher, events, sizeof(events)) == -1 && errno == EAGAIN);
	CHECK(inotify_add_watch(watcher, tree_path("passwd"), IN_OPEN) > 0);
	read_as("/passwd", 99, 0, "x");
	CHECK(read(watcher, events, sizeof(events)) > 0);
	(void)close(watcher);
}

static void leases_are_not_waited_for(void)
{
	make_tree();
	tree_file("leased", "x");
	int lease = open(tree_path("leased"), O_RDONLY | O_CLOEXEC);
	(void)signal(SIGIO, SIG_IGN);
	CHECK(fcntl(lease, F_SETLEASE, F_WRLCK) == 0);
	read_as("/leased", 99, EAGAIN, "");
	CHECK(fcntl(lease, F_SETLEASE, F_UNLCK) == 0);
	read_as("/leased", 99, 0, "x");
	(void)close(lease);
}

static void magic_links_are_not_followed(void)
{
	make_tree();
	begin_talk();
	add_read("/proc", "/self/exe", 1 << 20);
	add_plan(false);
	CHECK(talk() == 42 && answer32(6) == ELOOP && answer32(10) == 0);
}

static void check_bad_read(void)
{
	add_plan(false);
	CHECK(talk() == 125);
	check_failed(101, EPROTO);
}

static void malformed_reads(void)
{
	static char name[20000];

	begin_talk();
	add_read("/", "/x", (1 << 20) + 1);
	check_bad_read();
	begin_talk();
	memset(name, 'x', sizeof(name) - 1);
	add_read("/", name, 1);
	check_bad_read();
	begin_talk();
	put_frame(&b, 2, "4", 0);
	check_bad_read();
	begin_talk();
	add_read("/", "/x", 1);
	b.at[12]++; /* the frame takes a byte of the next */
	check_bad_read();
}

/* ---- connecting ---- */

static char socket_path[200];

static void listen_as(uid_t uid)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	make_tree();
	CHECK(chmod(tree_outside, 0777) == 0);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", tree_outside);
	(void)snprintf(socket_path, sizeof(socket_path), "%s", address.sun_path);
	CHECK(uid == geteuid() || seteuid(uid) == 0);
	CHECK(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(fd, 1) == 0);
	CHECK(uid == 0 || geteuid() != uid || getuid() == uid || seteuid(0) == 0);
}

static void connect_there(void)
{
	(void)close(STDERR_FILENO);
	(void)control_open(socket_path);
	_exit(42);
}

static void our_own_user_listens(void)
{
	listen_as(geteuid());
	CHECK(WEXITSTATUS(status_of(connect_there)) == 42);
}

static void another_user_listens(void)
{
	if (geteuid() != 0)
		skip("only root can be two users");
	listen_as(65534);
	CHECK(WEXITSTATUS(status_of(connect_there)) == 125);
}

static void nobody_listens(void)
{
	make_tree();
	(void)snprintf(socket_path, sizeof(socket_path), "%s/none", tree_outside);
	CHECK(WEXITSTATUS(status_of(connect_there)) == 125);
	memset(socket_path, 'x', 108);
	socket_path[108] = 0;
	CHECK(WEXITSTATUS(status_of(connect_there)) == 125);
}

int main(void)
{
	test("a plan is taken after HELLO", a_plan_is_taken);
	test("a spoilt plan is a failure of the plan", spoilt_plans);
	test("another protocol version, or no HELLO, is a failure", other_languages);
	test("a plan of no byte or above 32 MiB is refused before it is read", sizes_out_of_bounds);
	test("an orchestrator that goes before its plan is whole is left in peace", gone_before_the_plan);
	test("a file is read inside the root, wherever its path leads", files_are_read);
	test("what is no regular file, too large or outside is not read", files_that_are_no_files);
	test("what is no regular file is not even opened", what_is_no_file_is_not_opened);
	test("a file on which somebody has a lease is not waited for", leases_are_not_waited_for);
	test("a magic link is not followed to read a file", magic_links_are_not_followed);
	test("a malformed READ is a failure", malformed_reads);
	test("nsinit connects to its own user", our_own_user_listens);
	test("nsinit does not take a plan from another user", another_user_listens);
	test("a socket that is not there is a failure", nobody_listens);
	return tests_done();
}
