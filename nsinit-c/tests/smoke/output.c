/* Output that passes through the monitor, and is counted there. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../../src/proto/step.h"
#include "check.h"
#include "observe.h"

#define CAUSE_OWN    0
#define CAUSE_OUTPUT 6

static void count_only(struct bytes *p) { put_step(p, STEP_OUTPUT, UINT64_MAX, false); }

static void ten_thousand(struct bytes *p)
{
	put_step(p, STEP_TIMEOUT, 0, SIGTERM, 10000);
	put_step(p, STEP_OUTPUT, 10000, false);
}

static void check_counted(const struct target *t)
{
	static const char *const argv[] = { "/bin/sh", "-c", "echo hello; echo oh >&2; seq 1 10000; exit 3", NULL };
	struct container c = container_default(t->rootfs, argv);
	struct outcome o;

	c.host_steps = count_only;
	run_to_end(t, &c, -1, &o);
	if (!check(o.exited && o.value == 3 && o.cause == CAUSE_OWN && strncmp(o.output, "hello\n1\n", 8) == 0 &&
			   strcmp(o.errors, "oh\n") == 0,
		   "output that is counted arrives, each stream by itself"))
		show_outcome(&o);
	if (!check(o.output_length == 6 + 48894 && o.output_bytes == 6 + 48894 + 3,
		   "all of it before the end is told, and its number right"))
		printf("# %zu bytes, %llu told\n", o.output_length, (unsigned long long)o.output_bytes);
}

static void check_limited(const struct target *t, bool terminal, const char *sentence)
{
	static const char *const argv[] = { "/bin/yes", NULL };
	struct container c = container_default(t->rootfs, argv);
	struct outcome o;

	c.host_steps = ten_thousand;
	c.terminal = terminal;
	run_to_end(t, &c, -1, &o);
	if (!check(o.exited && o.signalled && o.value == SIGTERM && o.cause == CAUSE_OUTPUT &&
			   o.output_length == 10000 && o.output_bytes == 10000,
		   sentence)) {
		show_outcome(&o);
		printf("# %zu bytes, %llu told\n", o.output_length, (unsigned long long)o.output_bytes);
	}
}

static int ends[2];

static void write_to_pipe(void)
{
	(void)dup2(ends[1], STDOUT_FILENO);
	(void)dup2(ends[1], STDERR_FILENO);
}

/* The bytes in the pipe stay as many as they are: nobody writes any more. */
static void await_standstill(void)
{
	int before = -1, held = 0;

	for (int ms = 0; ms < DEADLINE_MS && (held == 0 || held != before); ms += 50) {
		before = held;
		usleep(50000);
		(void)ioctl(ends[0], FIONREAD, &held);
	}
}

static void check_reader(const struct target *t)
{
	static const char *const argv[] = { "/bin/yes", NULL };
	struct container c = container_default(t->rootfs, argv);
	struct outcome o;
	struct driver d;

	c.host_steps = count_only;
	if (pipe2(ends, O_CLOEXEC) < 0 || fcntl(ends[0], F_SETPIPE_SZ, 4096) < 0)
		abort();
	driver_before_exec = write_to_pipe;
	if (start_and_wait(t, &c, &d, &o)) {
		(void)close(ends[1]);
		await_standstill();
		pid_t command = command_under((pid_t)o.ready_pid);
		/* What an emulated machine takes its time for may still be on its way. */
		for (int ms = 0; ms < DEADLINE_MS && strstr(proc_file(command, "stat"), ") S ") == NULL; ms++)
			usleep(1000);
		check(strstr(proc_file(command, "stat"), ") S ") != NULL,
		      "a reader that does not read stops the writer");
		(void)close(ends[0]);
		driver_finish(&d, &o);
		if (!check(o.exited && o.signalled && o.value == SIGPIPE, "a reader that goes away ends the writer"))
			show_outcome(&o);
	}
	driver_before_exec = NULL;
}

static void check_end_and_order(const struct target *t)
{
	static const char *const argv[] = {
		"/bin/sh", "-c",
		"for i in 1 2 3 4 5; do echo out; echo err >&2; done; exec >/dev/null 2>&1; sleep 1000", NULL
	};
	struct container c = container_default(t->rootfs, argv);
	char text[128] = "";
	struct outcome o;
	struct driver d;
	size_t at = 0;
	ssize_t n;

	c.host_steps = count_only;
	if (pipe2(ends, O_CLOEXEC) < 0)
		abort();
	driver_before_exec = write_to_pipe;
	if (start_and_wait(t, &c, &d, &o)) {
		struct pollfd p = { .fd = ends[0], .events = POLLIN };

		(void)close(ends[1]);
		while (poll(&p, 1, DEADLINE_MS) == 1 && (n = read(ends[0], text + at, sizeof(text) - 1 - at)) > 0)
			at += (size_t)n;
		check(poll(&p, 1, 0) == 1, "the end of the output is passed on while the command still runs");
		check(strncmp(text, "out\nerr\nout\nerr\nout\nerr\n", 24) == 0 && at == 40,
		      "streams that go to one place keep their order");
		driver_signal(&d, SIGKILL);
		driver_finish(&d, &o);
	}
	driver_before_exec = NULL;
	(void)close(ends[0]);
}

void check_relayed(const struct target *t)
{
	check_counted(t);
	check_limited(t, false, "output stops at its limit, and the command with it");
	check_limited(t, true, "so does the output of a terminal");
	check_reader(t);
	check_end_and_order(t);
}
