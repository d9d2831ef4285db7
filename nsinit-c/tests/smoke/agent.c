/* What a container shares with others outside: the agent that answers for its calls, and locks. */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../src/proto/step.h"
#include "agent.h"
#include "check.h"
#include "observe.h"

#define NEW_LISTENER 8u
#define CAUSE_OUTPUT 6

static char directory[] = "/tmp/nsinit-agent-XXXXXX";
static char path[64];

/* Every call of this number is the agent's to decide. */
static long notified;

static void add_listener(struct bytes *p)
{
	put_step(p, STEP_LISTENER, path, LIST("{\"pid\":", ",\"state\":{\"pid\":", "}}"));
}

static void add_filter(struct bytes *p)
{
	const struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)notified, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	put_step(p, STEP_SECCOMP, NEW_LISTENER, BYTES(program, sizeof(program)));
}

int agent_listen(const char *at)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", at);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 4) < 0)
		abort();
	return fd;
}

bool agent_hears(int listener, int ms, struct agent_message *m)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { .head = { .cmsg_len = 0 } };
	struct pollfd p = { .fd = listener, .events = POLLIN };
	int peer = poll(&p, 1, ms) == 1 ? accept4(listener, NULL, NULL, SOCK_CLOEXEC) : -1;
	size_t length = 0;

	*m = (struct agent_message){ .connected = peer >= 0, .descriptor = -1 };
	p.fd = peer;
	while (peer >= 0 && poll(&p, 1, ms) == 1) {
		struct iovec iov = { m->text + length, sizeof(m->text) - 1 - length };
		struct msghdr h = {
			.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
		};
		ssize_t n = recvmsg(peer, &h, MSG_CMSG_CLOEXEC);

		if (length == 0 && control.head.cmsg_len == CMSG_LEN(sizeof(int)))
			memcpy(&m->descriptor, CMSG_DATA(&control.head), sizeof(m->descriptor));
		m->ended = n <= 0;
		if (n <= 0)
			break;
		length += (size_t)n;
	}
	if (peer >= 0)
		close(peer);
	return m->descriptor >= 0;
}

/* Answers until the filter has no process any more; returns how many calls there were. */
static unsigned answer_all(int listener, int error)
{
	struct pollfd p = { .fd = listener, .events = POLLIN };
	unsigned calls = 0;

	while (poll(&p, 1, DEADLINE_MS) == 1 && !(p.revents & POLLHUP)) {
		struct seccomp_notif asked = { 0 };
		struct seccomp_notif_resp said = { 0 };

		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) < 0)
			continue;
		said.id = asked.id;
		said.error = -error;
		said.flags = error ? 0 : SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		calls += ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &said) == 0;
	}
	return calls;
}

static bool run_notified(const struct target *t, bool init, uint64_t without, long number, int error, struct outcome *o,
			 struct agent_message *m)
{
	static const char *const argv[] = { "/bin/sh", "-c", "cd /dev && echo moved || echo stayed", NULL };
	struct container c = container_default(t->rootfs, argv);
	struct bytes plan;
	struct driver d;
	unsigned calls = 0;
	int agent;

	*o = (struct outcome){ 0 };
	c.host_steps = add_listener;
	c.command_steps = add_filter;
	c.init = init;
	c.create &= ~without;
	notified = number;
	agent = agent_listen(path);
	container_plan(&c, &plan);
	*m = (struct agent_message){ .descriptor = -1 };
	if (driver_start_plan(&d, t->nsinit, -1, &plan) && agent_hears(agent, DEADLINE_MS, m))
		calls = answer_all(m->descriptor, error);
	close(m->descriptor);
	close(agent);
	unlink(path);
	driver_finish(&d, o);
	return calls > 0;
}

static void check_notified(const struct target *t, bool init, uint64_t without, const char *with)
{
	struct agent_message m;
	struct outcome o;
	char sentence[160], wanted[128];
	bool asked = run_notified(t, init, without, SYS_chdir, 0, &o, &m);

	(void)snprintf(sentence, sizeof(sentence), "%s, an agent lets a call be made", with);
	if (!check(asked && o.exited && o.value == 0 && strcmp(o.output, "moved\n") == 0, sentence))
		show_outcome(&o);
	(void)snprintf(wanted, sizeof(wanted), "{\"pid\":%u,\"state\":{\"pid\":%u}}", o.ready_pid, o.ready_pid);
	check(strcmp(m.text, wanted) == 0, "it is told the parts of the message, joined by init's pid");
	asked = run_notified(t, init, without, SYS_chdir, EACCES, &o, &m);
	(void)snprintf(sentence, sizeof(sentence), "%s, an agent refuses one", with);
	if (!check(asked && o.exited && o.value == 0 && strcmp(o.output, "stayed\n") == 0, sentence))
		show_outcome(&o);
	asked = run_notified(t, init, without, SYS_execve, 0, &o, &m);
	(void)snprintf(sentence, sizeof(sentence), "%s, an agent lets the very execve be made", with);
	if (!check(asked && o.exited && o.value == 0 && strcmp(o.output, "moved\n") == 0, sentence))
		show_outcome(&o);
	asked = run_notified(t, init, without, SYS_execve, EPERM, &o, &m);
	(void)snprintf(sentence, sizeof(sentence), "%s, an agent that refuses the execve is told of", with);
	if (!check(asked && o.failed && o.step == STEP_EXEC && o.error == EPERM, sentence))
		show_outcome(&o);
}

/* Has the agent take the listener of a command that asks before its execve, and not answer. */
static void start_unanswered(const struct target *t, bool init, uint64_t timeout_ms, struct driver *d, int *listener)
{
	static const char *const argv[] = { "/bin/true", NULL };
	struct container c = container_default(t->rootfs, argv);
	struct agent_message m = { .descriptor = -1 };
	struct bytes plan;
	int agent = agent_listen(path);

	c.host_steps = add_listener;
	c.command_steps = add_filter;
	c.init = init;
	c.timeout_ms = timeout_ms;
	notified = SYS_execve;
	container_plan(&c, &plan);
	if (driver_start_plan(d, t->nsinit, -1, &plan))
		(void)agent_hears(agent, DEADLINE_MS, &m);
	*listener = m.descriptor;
	close(agent);
	unlink(path);
}

static void check_unanswered(const struct target *t, bool init)
{
	struct outcome o = { 0 };
	struct driver d;
	int listener;

	start_unanswered(t, init, 50, &d, &listener);
	driver_finish(&d, &o);
	if (!check(o.failed && o.step == STEP_LISTENER && o.error == ETIMEDOUT && strcmp(o.object, path) == 0,
		   "a command that its agent does not let start runs into the timeout"))
		show_outcome(&o);
	close(listener);
	o = (struct outcome){ 0 };
	start_unanswered(t, init, 0, &d, &listener);
	driver_signal(&d, SIGTERM);
	driver_finish(&d, &o);
	if (!check(o.failed && o.step == STEP_LISTENER && o.error == EINTR && strcmp(o.object, path) == 0,
		   "a signal ends the wait for an agent that does not let the command start"))
		show_outcome(&o);
	close(listener);
	o = (struct outcome){ 0 };
	start_unanswered(t, init, 0, &d, &listener);
	close(listener);
	driver_finish(&d, &o);
	if (!check(o.failed && o.step == STEP_EXEC && o.error == ENOSYS,
		   "an agent that goes fails the calls it is asked for"))
		show_outcome(&o);
}

static void stop_at_output(struct bytes *p)
{
	add_listener(p);
	put_step(p, STEP_TIMEOUT, 0, SIGKILL, 0);
	put_step(p, STEP_OUTPUT, 10000, false);
}

/* Until that much was written to a file. */
static void await_bytes(int file, off_t bytes)
{
	struct stat st = { 0 };

	for (int ms = 0; ms < DEADLINE_MS && fstat(file, &st) == 0 && st.st_size < bytes; ms++)
		usleep(1000);
}

/* The command runs while init, which is to tell of that, does not yet: it gets no processor. */
static void check_late_init(const struct target *t)
{
	static const char *const argv[] = { "/bin/yes", NULL };
	struct container c = container_default(t->rootfs, argv);
	struct seccomp_notif_resp said = { .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };
	struct seccomp_notif asked = { 0 };
	struct agent_message m = { .descriptor = -1 };
	struct outcome o = { 0 };
	struct bytes plan;
	struct driver d;
	int agent = agent_listen(path);

	c.host_steps = stop_at_output;
	c.command_steps = add_filter;
	notified = SYS_execve;
	container_plan(&c, &plan);
	if (driver_start_plan(&d, t->nsinit, -1, &plan) && driver_await(&d, &o, FRAME_READY) &&
	    agent_hears(agent, DEADLINE_MS, &m) && ioctl(m.descriptor, SECCOMP_IOCTL_NOTIF_RECV, &asked) == 0) {
		kill((pid_t)o.ready_pid, SIGSTOP);
		said.id = asked.id;
		(void)ioctl(m.descriptor, SECCOMP_IOCTL_NOTIF_SEND, &said);
		await_bytes(d.output, 10000);
		check(!ended_within(pidfd_of((pid_t)o.ready_pid), 100),
		      "a limit waits until init has told of the command");
		kill((pid_t)o.ready_pid, SIGCONT);
	}
	driver_finish(&d, &o);
	if (!check(o.exited && o.signalled && o.value == SIGKILL && o.cause == CAUSE_OUTPUT && o.output_length == 10000,
		   "and ends it then, as the limit that it is"))
		show_outcome(&o);
	close(m.descriptor);
	close(agent);
	unlink(path);
}

static void check_no_agent(const struct target *t)
{
	static const char *const argv[] = { "/bin/true", NULL };
	struct container c = container_default(t->rootfs, argv);
	struct outcome o;

	c.host_steps = add_listener;
	c.command_steps = add_filter;
	run_to_end(t, &c, -1, &o);
	if (!check(o.failed && o.step == STEP_LISTENER && o.error == ENOENT && strcmp(o.object, path) == 0,
		   "an agent without a socket is told by its path"))
		show_outcome(&o);
	close(agent_listen(path));
	run_to_end(t, &c, -1, &o);
	unlink(path);
	if (!check(o.failed && o.step == STEP_LISTENER && o.error == ECONNREFUSED && strcmp(o.object, path) == 0,
		   "an agent that does not listen is told by its path"))
		show_outcome(&o);
}

/* ---- locks ---- */

static void add_lock(struct bytes *p) { put_step(p, STEP_LOCK, path, 77, 0); }

bool lockable(int fd, off_t offset)
{
	struct flock byte = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = offset, .l_len = 1 };

	return fcntl(fd, F_OFD_GETLK, &byte) == 0 && byte.l_type == F_UNLCK;
}

static void check_locks(const struct target *t)
{
	static const char *const argv[] = { "/bin/sh", "-c",
					    "for i in $(seq 50); do sleep 1000 & done; >/dev/shm/ready; wait", NULL };
	static const char *const brief[] = { "/bin/true", NULL };
	struct container c = container_default(t->rootfs, argv);
	struct flock byte = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 77, .l_len = 1 };
	int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	pid_t group;
	struct outcome o;
	struct driver d;

	c.host_steps = add_lock;
	if (!start_and_wait(t, &c, &d, &o))
		return;
	check(!lockable(file, 77) && lockable(file, 76) && lockable(file, 78),
	      "a container holds its byte, and no other");
	group = command_under((pid_t)o.ready_pid);
	if (!await_ready(group))
		check(false, "the command gets ready");
	kill(d.monitor, SIGKILL);
	driver_close_channel(&d);
	/* Whoever waits for the lock gets it when its last holder is gone. */
	(void)fcntl(file, F_OFD_SETLKW, &byte);
	check(group > 0 && kill(-group, 0) < 0 && errno == ESRCH,
	      "with monitor and channel gone, it is held until all its processes are gone");
	driver_finish(&d, &o);
	/* Init came to us, its subreaper. */
	(void)waitpid((pid_t)o.ready_pid, NULL, __WALL);
	c.argv = brief;
	run_to_end(t, &c, -1, &o);
	if (!check(o.failed && o.step == STEP_LOCK && o.error == EAGAIN && strcmp(o.object, path) == 0,
		   "a byte that somebody else has locked is told"))
		show_outcome(&o);
	close(file);
	unlink(path);
}

void check_agents(const struct target *t)
{
	if (!mkdtemp(directory))
		abort();
	(void)snprintf(path, sizeof(path), "%s/agent", directory);
	check_notified(t, true, 0, "with an init");
	check_notified(t, false, 0, "without an init");
	check_notified(t, true, CLONE_NEWPID, "without a pid namespace");
	check_unanswered(t, true);
	check_unanswered(t, false);
	check_late_init(t);
	check_no_agent(t);
	check_locks(t);
	rmdir(directory);
}
