/* One nsinit that starts many containers, and what becomes of them when one of those around them dies. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../src/proto/step.h"
#include "check.h"
#include "launch.h"
#include "observe.h"

#define GONE_MS 5000

static const char *const sleeper[] = { "/bin/sleep", "1000", NULL };

static void start(struct driver *d, uint32_t number, const struct target *t, const char *const *argv)
{
	struct container c = container_default(t->rootfs, argv);

	start_default(d, number, &c);
}

static pid_t parent_of(pid_t pid) { return (pid_t)strtol(status_of(pid, "PPid"), NULL, 10); }

static void check_many(const struct target *t)
{
	char lines[20][16];
	unsigned right = 0;
	struct driver d;
	int held;

	if (!launch(t, &d))
		return;
	start(&d, 21, t, (const char *const[]){ "/bin/true", NULL });
	(void)driver_await_of(&d, &launcher, 21, FRAME_GONE);
	held = extra_descriptors(d.monitor);
	for (uint32_t i = 0; i < 20; i++) {
		const char *const argv[] = { "/bin/sh", "-c", lines[i], NULL };

		(void)snprintf(lines[i], sizeof(lines[i]), "exit %u", i);
		start(&d, i + 1, t, argv);
	}
	for (uint32_t i = 1; i <= 20; i++)
		(void)(containers[i].gone || driver_await_of(&d, &launcher, i, FRAME_GONE));
	for (uint32_t i = 1; i <= 20; i++)
		right += containers[i].exited && containers[i].gone && !containers[i].failed &&
			 containers[i].value == i - 1 && containers[i].monitor_status == 0;
	check(right == 20, "twenty containers at once have each its own end");
	check(extra_descriptors(d.monitor) == held, "the launcher holds nothing of containers that have ended");
	finish(&d);
	check(launcher.monitor_status == 0, "the launcher ends with the orchestrator, by itself");
}

static int open_outer(const struct driver *d, uint32_t number, int flags)
{
	char path[48];

	(void)snprintf(path, sizeof(path), "/proc/%d/fd/%u", d->monitor, number);
	return open(path, flags | O_CLOEXEC);
}

static void check_pipes(const struct target *t)
{
	static const char *const argv[] = { "/bin/sh", "-c", "cat; echo error >/proc/self/fd/2; ls /proc/self/fd",
					    NULL };
	struct container c = container_default(t->rootfs, argv);
	struct bytes ask = { 0 }, streams = { 0 };
	char out[64] = "", err[64] = "";
	struct driver d;
	int fds[3];

	if (!launch(t, &d))
		return;
	put_frame(&ask, FRAME_PIPES, "2", 9);
	(void)driver_send(&d, &ask);
	(void)driver_await(&d, &launcher, FRAME_PIPES);
	for (int i = 0; i < 3; i++)
		fds[i] = open_outer(&d, launcher.pipes[i], i == 0 ? O_WRONLY : O_RDONLY);
	for (int i = 0; i < 3; i++)
		put(&streams, TARGET, FROM_PIPE, "", 0);
	start_with(&d, 1, &c, 9, &streams, false);
	(void)!write(fds[0], "hello\n", 6);
	close(fds[0]);
	(void)driver_await_of(&d, &launcher, 1, FRAME_GONE);
	(void)!read(fds[1], out, sizeof(out) - 1);
	(void)!read(fds[2], err, sizeof(err) - 1);
	close(fds[1]);
	close(fds[2]);
	if (!check(strcmp(out, "hello\n0\n1\n2\n3\n") == 0 && strcmp(err, "error\n") == 0,
		   "a container has the pipes of its set as its streams, can open them, and has no other descriptor")) {
		printf("# '%s', '%s'\n", out, err);
		show_outcome(&containers[1]);
	}
	(void)driver_send(&d, &ask);
	(void)driver_await(&d, &launcher, FRAME_PIPES);
	check(launcher.pipes_error == 0 && launcher.refusals == 0, "its number may be asked for again");
	(void)driver_send(&d, &ask);
	(void)driver_await(&d, &launcher, FRAME_REFUSED);
	check(launcher.refused_type == FRAME_PIPES, "but not while that set is there");
	finish(&d);
}

static void check_files(const struct target *t)
{
	static const char *const argv[] = { "/bin/sh", "-c", "echo out; echo err >&2", NULL };
	struct container c = container_default(t->rootfs, argv);
	char path[] = "/tmp/nsinit-smoke-out-XXXXXX", text[32] = "";
	struct bytes streams = { 0 };
	struct driver d;
	int fd = mkstemp(path);

	if (!launch(t, &d))
		return;
	put(&streams, TARGET, FROM_NULL, "", 0);
	put(&streams, TARGET, FROM_FILE, path, O_WRONLY | O_APPEND);
	put(&streams, TARGET, FROM_STDOUT, "", 0);
	start_with(&d, 1, &c, NO_SET, &streams, false);
	(void)driver_await_of(&d, &launcher, 1, FRAME_GONE);
	(void)!pread(fd, text, sizeof(text) - 1, 0);
	check(strcmp(text, "out\nerr\n") == 0, "a stream is a file, and another one the same");
	streams.length = 0;
	put(&streams, TARGET, FROM_NULL, "", 0);
	put(&streams, TARGET, FROM_FILE, "/no/such/file", O_WRONLY);
	put(&streams, TARGET, FROM_NULL, "", 0);
	start_with(&d, 2, &c, NO_SET, &streams, false);
	(void)driver_await_of(&d, &launcher, 2, FRAME_GONE);
	check(containers[2].failed && containers[2].error == ENOENT &&
		      strcmp(containers[2].object, "/no/such/file") == 0,
	      "one that can't be opened is that container's failure");
	streams.length = 0;
	put(&streams, TARGET, FROM_FILE, "/", O_RDONLY);
	put(&streams, TARGET, FROM_NULL, "", 0);
	put(&streams, TARGET, FROM_NULL, "", 0);
	start_with(&d, 3, &c, NO_SET, &streams, false);
	(void)driver_await_of(&d, &launcher, 3, FRAME_GONE);
	check(containers[3].failed && containers[3].error == EISDIR, "no directory of the host becomes a stream");
	start_with(&d, 4, &c, NO_SET, &streams, true);
	(void)driver_await_of(&d, &launcher, 4, FRAME_GONE);
	check(containers[4].failed && containers[4].step != 0, "what is malformed is that container's failure, too");
	start_with(&d, 5, &c, 17, &streams, false);
	(void)driver_await_of(&d, &launcher, 5, FRAME_GONE);
	check(containers[5].failed, "so is a set of pipes that nobody has made");
	close(fd);
	unlink(path);
	finish(&d);
	check(launcher.monitor_status == 0, "and the launcher goes on");
}

/* Starts three that sleep; their commands' pidfds. */
static bool start_three(const struct target *t, struct driver *d, int commands[4])
{
	bool all = launch(t, d);

	for (uint32_t i = 1; all && i <= 3; i++) {
		start(d, i, t, sleeper);
		all = driver_await_of(d, &launcher, i, FRAME_STARTED);
		commands[i] = all ? pidfd_of((pid_t)containers[i].started_pid) : -1;
	}
	return check(all, "three containers run");
}

static void check_deaths(const struct target *t)
{
	int commands[4] = { -1, -1, -1, -1 };
	struct driver d;
	pid_t monitor;

	if (!start_three(t, &d, commands))
		return;
	signal_of(&d, 2, SIGTERM);
	(void)driver_await_of(&d, &launcher, 2, FRAME_GONE);
	check(containers[2].signalled && containers[2].value == SIGTERM && ended_within(commands[2], GONE_MS),
	      "a signal is for one of them");
	signal_of(&d, 2, SIGTERM);
	signal_of(&d, 44, SIGTERM);
	monitor = parent_of((pid_t)containers[1].ready_pid);
	kill(monitor, SIGKILL);
	(void)driver_await_of(&d, &launcher, 1, FRAME_GONE);
	check(WIFSIGNALED(containers[1].monitor_status) && !containers[1].exited && ended_within(commands[1], GONE_MS),
	      "a monitor that is killed takes its container along, and that is told");
	check(!containers[3].gone && !ended_within(pidfd_of((pid_t)containers[3].started_pid), 0),
	      "another one does not notice");
	driver_close_channel(&d);
	check(ended_within(commands[3], GONE_MS), "the end of the orchestrator ends them all");
	finish(&d);
	check(launcher.monitor_status == 0, "and then the launcher");
}

static void check_death_of_launcher(const struct target *t)
{
	int commands[4] = { -1, -1, -1, -1 };
	struct driver d;

	if (!start_three(t, &d, commands))
		return;
	kill(d.monitor, SIGKILL);
	/* What lives on would be waited for. */
	for (int i = 1; i <= 3; i++)
		if (!check(ended_within(commands[i], GONE_MS), "the death of the launcher ends a container"))
			kill((pid_t)containers[i].ready_pid, SIGKILL);
	finish(&d);
	check(containers[1].exited && containers[2].exited && containers[3].exited,
	      "what their monitors have to say is still heard");
	/* They are ours now. */
	while (waitpid(-1, NULL, __WALL) > 0)
		;
}

static void check_garbage(const struct target *t)
{
	struct bytes bytes = { 0 };
	struct driver d;

	if (!launch(t, &d))
		return;
	put_frame(&bytes, 77, "*", BYTES("abc", 3));
	(void)driver_send(&d, &bytes);
	finish(&d);
	check(launcher.failed && launcher.error == EPROTO && WEXITSTATUS(launcher.monitor_status) == 125,
	      "a frame that is none for a launcher ends it, and that is told");
}

void check_launcher(const struct target *t)
{
	check_many(t);
	check_pipes(t);
	check_files(t);
	check_deaths(t);
	check_death_of_launcher(t);
	check_garbage(t);
}
