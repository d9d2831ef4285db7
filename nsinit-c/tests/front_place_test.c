/* Where the front finds a service, which it trusts, and what it does where there is none. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "proto/event.h"
#include "service.h"

static void expect_launcher(const char *words)
{
	CHECK(front_code() == LAUNCHER_CODE);
	CHECK_TEXT(all_of(front_out), "launched\n");
	CHECK_TEXT(all_of(front_err), "");
	CHECK(strncmp(launcher_said(), words, strlen(words)) == 0);
}

static void expect_none(void)
{
	start_front("run", "", "a b\n", NULL);
	expect_launcher("[run][][a b\n]\n");
	CHECK(!was_asked());
}

static void no_socket(void)
{
	make_place();
	expect_none();
}

static void no_directory(void)
{
	make_place();
	CHECK(rmdir(serve_place) == 0);
	expect_none();
}

static void nobody_listens(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	make_place();
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	(void)close(fd);
	expect_none();
}

static void no_socket_but_file(void)
{
	make_place();
	(void)close(open(socket_path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	expect_none();
}

static void turned_off(void)
{
	make_place();
	listen_there();
	(void)setenv("NSRUN_SERVE", "off", 1);
	expect_none();
}

static void other_jar(void)
{
	make_place();
	listen_there();
	/* One that is written anew is another one. */
	int fd = open(jar, O_WRONLY | O_APPEND | O_CLOEXEC);
	CHECK(write(fd, "!", 1) == 1);
	(void)close(fd);
	expect_none();
}

static void no_jar(void)
{
	char said[256];

	make_place();
	listen_there();
	(void)snprintf(said, sizeof(said), "%s/none", place);
	(void)setenv("NSRUN_JAR", said, 1);
	start_front("ps", NULL);
	CHECK(front_code() == LAUNCHER_CODE);
	CHECK_TEXT(all_of(front_out), "launched\n");
}

static void no_launcher(void)
{
	make_place();
	(void)setenv("NSRUN_LAUNCH", "/no/such/launcher", 1);
	start_front("run", NULL);
	CHECK(front_code() == 125);
	CHECK_TEXT(all_of(front_err), "nsrun: the launcher can't be started: No such file or directory; install nsrun "
				      "again, or set NSRUN_LAUNCH\n");
	CHECK_TEXT(all_of(front_out), "");
}

static void linked_directory(void)
{
	char other[160];

	make_place();
	listen_there();
	(void)snprintf(other, sizeof(other), "%.100s.other", serve_place);
	CHECK(rename(serve_place, other) == 0 && symlink(other, serve_place) == 0);
	expect_none();
}

static void open_directory(void)
{
	make_place();
	listen_there();
	CHECK(chmod(serve_place, 0720) == 0);
	expect_none();
	CHECK(chmod(serve_place, 0702) == 0);
	start_front("run", NULL);
	CHECK(front_code() == LAUNCHER_CODE);
	CHECK(!was_asked());
}

static void as_root(void)
{
	if (geteuid() != 0)
		skip("only root makes files of others");
	make_place();
	listen_there();
}

static void others_directory(void)
{
	as_root();
	CHECK(chown(serve_place, 65534, 65534) == 0);
	expect_none();
}

static void others_socket(void)
{
	as_root();
	CHECK(chown(socket_path, 65534, 65534) == 0);
	expect_none();
}

/* The file is root's, but not the one who listens. */
static void others_service(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (geteuid() != 0)
		skip("only root makes files of others");
	make_place();
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	CHECK(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	pid_t other = fork();
	if (other == 0)
		_exit(setresuid(65534, 65534, 65534) < 0 || listen(fd, 5) < 0);
	int status = -1;
	CHECK(waitpid(other, &status, 0) == other && status == 0);
	expect_none();
	CHECK(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
	CHECK(!was_asked_at(fd));
}

static int program = -1;

static void become_other(void)
{
	static char name[] = "nsrun";
	char *argv[] = { name, NULL };

	if (setresgid(65534, 65534, 65534) < 0 || setresuid(65534, 65534, 65534) < 0)
		_exit(98);
	(void)fexecve(program, argv, environ);
	_exit(97);
}

/* An ordinary user's is below XDG_RUNTIME_DIR if that is theirs alone, else in /tmp. */
static void ordinary_user(void)
{
	char runtime[80], ours[104], theirs[96];
	const char *name;

	if (geteuid() != 0)
		skip("only root becomes somebody else");
	make_place();
	listen_there();
	program = open(front_program, O_PATH);
	before_front = become_other;
	CHECK(chmod(place, 0755) == 0);
	(void)snprintf(runtime, sizeof(runtime), "%s/runtime", place);
	(void)setenv("XDG_RUNTIME_DIR", runtime, 1);
	CHECK(mkdir(runtime, 0700) == 0 && chown(runtime, 65534, 65534) == 0);
	CHECK(chmod(jar, 0644) == 0);
	(void)snprintf(theirs, sizeof(theirs), "%s/nsrun", runtime);
	CHECK(mkdir(theirs, 0700) == 0 && chown(theirs, 65534, 65534) == 0);
	(void)snprintf(theirs, sizeof(theirs), "%s/nsrun/serve", runtime);
	CHECK(mkdir(theirs, 0700) == 0 && chown(theirs, 65534, 65534) == 0);
	/* Who listens there is of their user. */
	name = strrchr(socket_path, '/');
	(void)snprintf(ours, sizeof(ours), "%s%s", theirs, name);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", ours);
	int ready[2];
	char byte;
	CHECK(pipe(ready) == 0);
	pid_t other = fork();
	if (other == 0) {
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);

		if (setresuid(65534, 65534, 65534) < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
		    listen(fd, 5) < 0)
			_exit(1);
		(void)write(ready[1], "x", 1);
		connection = accept(fd, NULL, NULL);
		CHECK(hear() == HELLO);
		CHECK(hear() == REQUEST);
		say_hello();
		say_output(1, "theirs\n");
		say(DONE, "1", 11);
		_exit(0);
	}
	CHECK(read(ready[0], &byte, 1) == 1);
	start_front(NULL);
	CHECK(front_code() == 11);
	CHECK_TEXT(all_of(front_out), "theirs\n");
	CHECK(waitpid(other, NULL, 0) == other);
	/* A directory that others may enter is not theirs alone. */
	CHECK(chmod(runtime, 0755) == 0 && chmod(place, 0777) == 0);
	start_front(NULL);
	CHECK(front_code() == LAUNCHER_CODE);
}

static void full_backlog(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	make_place();
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_path);
	int one = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(bind(one, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(one, 0) == 0);
	do
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	while (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	CHECK(errno == EAGAIN);
	/* One is started where there is none, and not where it has much to do. */
	(void)setenv("NSRUN_SERVE", "auto", 1);
	expect_none();
	CHECK(strstr(launcher_said(), "serve") == NULL);
}

static void automatic(void)
{
	char told[128], word[16] = "";

	make_place();
	(void)snprintf(told, sizeof(told), "%s/told", place);
	CHECK(mkfifo(told, 0600) == 0);
	int fd = open(told, O_RDWR | O_CLOEXEC);
	(void)setenv("TOLD", told, 1);
	(void)setenv("NSRUN_SERVE", "auto", 1);
	start_front("run", "x", NULL);
	CHECK(front_code() == LAUNCHER_CODE);
	/* What the other one writes is nobody's. */
	CHECK_TEXT(all_of(front_out), "launched\n");
	CHECK(read(fd, word, 5) == 5 && read(fd, word, 5) == 5);
	CHECK(strstr(launcher_said(), "[run][x]\n") != NULL);
	CHECK(strstr(launcher_said(), "[serve][start]\n") != NULL);
	(void)close(fd);
	/* And where there is one, that is asked. */
	listen_there();
	start_front("run", NULL);
	accept_front();
	say_hello();
	say(DONE, "1", 2);
	CHECK(front_code() == 2);
}

static unsigned closed_ones;

static void close_some(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (closed_ones >> fd & 1)
			(void)close(fd);
}

static void closed_descriptors(void)
{
	make_place();
	listen_there();
	before_front = close_some;
	for (closed_ones = 1; closed_ones < 8; closed_ones++) {
		start_front("run", NULL);
		accept_front();
		CHECK(heard[0] == (~closed_ones & 7));
		say_hello();
		/* No file of ours is taken for a stream. */
		run_script("[ /proc/self/fd/0 -ef /dev/null ] && exit 20; exit 10");
		CHECK(hear() == FRAME_EXITED && heard_number(1, 4) == (closed_ones & 1 ? 20 : 10));
		say(DONE, "1", 0);
		CHECK(front_code() == 0);
		(void)close(connection);
		connection = -1;
		(void)close(front_out);
		(void)close(front_err);
		(void)close(front_in);
	}
}

/* The launcher sees what is closed as the front saw it. */
static void closed_for_launcher(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		static const char *const left_of[] = { "fd 1\nfd 2\n", "fd 0\nfd 2\n", "fd 0\nfd 1\n" };
		const char *left = left_of[fd];

		make_place();
		before_front = close_some;
		closed_ones = 1u << fd;
		start_front("ps", NULL);
		(void)front_code();
		(void)all_of(front_out);
		const char *said = launcher_said();
		CHECK(said != NULL && strlen(said) > strlen(left));
		CHECK_TEXT(said + strlen(said) - strlen(left), left);
		(void)umount("/run");
	}
}

static void set_user_id(void)
{
	char copy[128];
	int in, out, status;

	if (geteuid() != 0)
		skip("only root makes files of others");
	make_place();
	listen_there();
	CHECK(mount("tmpfs", place, "tmpfs", 0, "mode=755") == 0);
	(void)snprintf(copy, sizeof(copy), "%s/nsrun", place);
	in = open(front_program, O_RDONLY | O_CLOEXEC);
	out = open(copy, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	char bytes[65536];
	ssize_t n;
	while ((n = read(in, bytes, sizeof(bytes))) > 0)
		CHECK(write(out, bytes, (size_t)n) == n);
	CHECK(fchown(out, 65534, 65534) == 0 && fchmod(out, 04755) == 0);
	(void)close(out);
	int err[2];
	CHECK(pipe(err) == 0);
	pid_t child = fork();
	if (child == 0) {
		(void)dup2(err[1], 2);
		(void)execl(copy, "nsrun", "run", NULL);
		_exit(99);
	}
	(void)close(err[1]);
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 125);
	CHECK_TEXT(all_of(err[0]), "nsrun: refuses to run setuid, setgid or with file capabilities\n");
	(void)umount(place);
}

/* Called by the name of what it has in it, it is still the front. */
static void called_nsinit(void)
{
	int status;

	make_place();
	pid_t child = fork();
	if (child == 0) {
		(void)dup2(open("/dev/null", O_WRONLY), 1);
		(void)execl(front_program, "nsinit", "-", NULL);
		_exit(99);
	}
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == LAUNCHER_CODE);
	CHECK(strncmp(launcher_said(), "[-]\n", 4) == 0);
}

int main(void)
{
	test("without a socket it becomes the launcher, with the same arguments", no_socket);
	test("without a directory it becomes the launcher", no_directory);
	test("where nobody listens it becomes the launcher", nobody_listens);
	test("where a file has the socket's place it becomes the launcher", no_socket_but_file);
	test("it does not ask when it is told not to", turned_off);
	test("a service of another jar is not asked", other_jar);
	test("without a jar it becomes the launcher", no_jar);
	test("without a launcher it says so", no_launcher);
	test("a directory that is a link is not trusted", linked_directory);
	test("a directory that others can write to is not trusted", open_directory);
	test("a directory of somebody else's is not trusted", others_directory);
	test("a socket of somebody else's is not trusted", others_socket);
	test("a service of somebody else's is not trusted", others_service);
	test("an ordinary user has a service of their own", ordinary_user);
	test("a service that has too much to do is not waited for", full_backlog);
	test("a service is started for the next time where that is wanted", automatic);
	test("descriptors that the caller closed are no file of the front's", closed_descriptors);
	test("descriptors that the caller closed are closed for the launcher", closed_for_launcher);
	test("it refuses to run set-user-ID", set_user_id);
	test("called nsinit, and not sealed, it is still the front", called_nsinit);
	return tests_done();
}
