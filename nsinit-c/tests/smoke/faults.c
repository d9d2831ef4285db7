/* Every system call of a set-up fails once: each time that is told, and nothing is left behind. */
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../src/proto/step.h"
#include "agent.h"
#include "fault.h"
#include "observe.h"
#include "sweep.h"

#define DETACHED_INJECTED  100
#define DETACHED_BOUND	   101
#define CREATE_DIRECTORY   1u
#define CREATE_FILE	   2u
#define NEW_LISTENER	   8u
#define OPTION_TRACE	   1u
#define OPTION_NO_INPUT	   2u
#define OPTION_DROP_GROUPS 4u
#define CAUSE_MEMORY	   3
#define LOCKED_BYTE	   77

/* Of all sweeps; and what each has of its own in there. */
static char base[] = "/tmp/nsinit-faults-XXXXXX";
static char directory[48], agent_path[64], lock_path[64], writes_path[64], program_path[64];
static int agent, lock_file;

static void path_in(char *path, size_t size, const char *name) { (void)snprintf(path, size, "%s/%s", directory, name); }

/* ---- with an init and limits ---- */

static void add_limits(struct bytes *p)
{
	put_step(p, STEP_TIMEOUT, 60000, SIGTERM, 1000);
	put_step(p, STEP_OUTPUT, 1 << 20, false);
	put_step(p, STEP_LOCK, lock_path, LOCKED_BYTE, 0);
}

static void add_watch(struct bytes *p)
{
	put_step(p, STEP_INJECT, DETACHED_INJECTED, 0400, 0, 0, BYTES("secret", 6));
	put_step(p, STEP_BIND, DETACHED_BOUND, directory, false, 0, 0, 0, 0, 0, 0);
	put_step(p, STEP_WATCH, 1 << 30, 60000, 100, 1000);
}

/* Nobody stays below that. */
static void add_tight_watch(struct bytes *p) { put_step(p, STEP_WATCH, 1, 0, 0, 5); }

static void add_nodes(struct bytes *p)
{
	put_step(p, STEP_MOUNT, DETACHED_INJECTED, "/dev/shm/secret", CREATE_FILE);
	put_step(p, STEP_MOUNT, DETACHED_BOUND, "/dev/shm/bound", CREATE_DIRECTORY);
	put_step(p, STEP_MKDIR, "/dev/shm/one/two", 0700);
	put_step(p, STEP_MKNOD, "/dev/shm/pipe", S_IFIFO | 0600, 0, 0);
	put_step(p, STEP_SYSCTL, "kernel/msgmax", "4096", true);
	put_step(p, STEP_DOMAINNAME, "faultless");
}

static void add_bounds(struct bytes *p)
{
	put_step(p, STEP_AFFINITY, BYTES("\1", 1));
	put_step(p, STEP_NICE, 19);
	put_step(p, STEP_IO_PRIORITY, 3, 0);
	put_step(p, STEP_LANDLOCK, 0x1fff, 0, 0, LIST("/", 0x1fff));
}

static bool lock_is_free(const struct outcome *o)
{
	(void)o;
	return lockable(lock_file, LOCKED_BYTE);
}

/* Each call fails, then each descriptor is one too many. */
static void sweep_both(const struct target *t, struct container c, const char *sentence)
{
	sweep(t, c, NULL, sentence);
	sweep_descriptors(t, c, 0, sentence);
}

static void sweep_limits(const struct target *t)
{
	struct container c = container_default(t->rootfs, NULL);

	c.options = OPTION_TRACE;
	c.host_steps = add_limits;
	c.early_steps = add_watch;
	c.init_steps = add_nodes;
	c.command_steps = add_bounds;
	sweep(t, c, lock_is_free, "with an init and limits");
	c.early_steps = add_tight_watch;
	c.init_steps = NULL;
	sweep_descriptors(t, c, CAUSE_MEMORY, "with an init and a limit of memory");
}

static void sweep_terminal(const struct target *t)
{
	struct container c = container_default(t->rootfs, NULL);

	c.init = false;
	c.terminal = true;
	c.overlay = true;
	c.read_only = true;
	sweep_both(t, c, "with a terminal, an overlay and no init");
}

static void sweep_nested(const struct target *t)
{
	struct container c = container_default(t->rootfs, NULL);

	c.nested = true;
	c.options = OPTION_TRACE;
	c.terminal = true;
	c.overlay = true;
	c.early_steps = add_watch;
	c.init_steps = add_nodes;
	sweep_both(t, c, "with nested namespaces");
}

static void sweep_nested_without_pids(const struct target *t)
{
	struct container c = container_default(t->rootfs, NULL);

	c.nested = true;
	c.options = OPTION_TRACE;
	c.terminal = true;
	c.overlay = true;
	c.create &= ~(uint64_t)CLONE_NEWPID;
	c.init = false;
	sweep(t, c, NULL, "with nested namespaces, and without one of pids");
}

/* ---- with an agent ---- */

static void add_listener(struct bytes *p) { put_step(p, STEP_LISTENER, agent_path, LIST("<", ">")); }

/* The agent may be asked, and need not answer: nobody here makes this call. */
static void add_filter(struct bytes *p)
{
	static const struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_acct, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	put_step(p, STEP_SECCOMP, NEW_LISTENER, BYTES(program, sizeof(program)));
}

static void with_agent(struct container *c)
{
	c->host_steps = add_listener;
	c->command_steps = add_filter;
}

/* The agent's connection is closed, and the filter of which it has the listener has no process any more. */
static bool agent_is_free(const struct outcome *o)
{
	struct agent_message m;
	bool heard = agent_hears(agent, 0, &m), gone = true;

	if (heard) {
		struct pollfd p = { .fd = m.descriptor, .events = POLLIN };

		/* In a pid namespace of another, the kernel ends who has lost init, and nobody sees when. */
		gone = poll(&p, 1, DEADLINE_MS) == 1 && (p.revents & POLLHUP);
		close(m.descriptor);
	}
	return gone && (heard || !o->exited) && m.ended == m.connected;
}

static void sweep_host_pids(const struct target *t)
{
	struct container c = container_default(t->rootfs, NULL);

	c.create &= ~(uint64_t)CLONE_NEWPID;
	c.timeout_ms = 60000;
	with_agent(&c);
	sweep(t, c, agent_is_free, "with an agent, and without a pid namespace");
}

/* An agent that can't be told of the listener fails a start when the command's process is there already. */
static void check_orphan(const struct target *t, struct container c, pid_t first)
{
	static const char *const sleeper[] = { "/bin/sleep", "1000", NULL };
	struct outcome o;

	c.argv = sleeper;
	fail_once(t, &c, SYS_sendmsg, &o);
	for (int ms = 0; ms < DEADLINE_MS && children_of(first) > 1; ms++)
		usleep(1000);
	if (!check(o.failed && o.step == STEP_LISTENER && children_of(first) == 1,
		   "a start that fails leaves no command in the pid namespace of another"))
		show_outcome(&o);
	(void)agent_is_free(&o);
}

/* In the first of the namespaces of another container. */
static void sweep_joined(const struct target *t, uint16_t count, bool init, const char *sentence)
{
	static const char *const sleeper[] = { "/bin/sleep", "1000", NULL };
	static const struct {
		uint64_t type;
		const char *name;
	} joined[] = { { CLONE_NEWUSER, "user" }, { CLONE_NEWNET, "net" }, { CLONE_NEWPID, "pid" } };
	struct container first = container_default(t->rootfs, sleeper);
	struct container c = first;
	char paths[3][64];
	struct outcome o;
	struct driver d;
	pid_t command;

	if (!start_and_wait(t, &first, &d, &o))
		return;
	command = command_under((pid_t)o.ready_pid);
	for (c.joins = 0; c.joins < count; c.joins++) {
		(void)snprintf(paths[c.joins], sizeof(paths[0]), "/proc/%d/ns/%s", command, joined[c.joins].name);
		c.join_types[c.joins] = joined[c.joins].type;
		c.join_paths[c.joins] = paths[c.joins];
		c.create &= ~joined[c.joins].type;
	}
	with_agent(&c);
	/* As root of the host does it. */
	c.options = container_any_ids() ? OPTION_DROP_GROUPS : 0;
	c.init = init;
	sweep(t, c, agent_is_free, sentence);
	if (c.joins == 3)
		check_orphan(t, c, (pid_t)o.ready_pid);
	driver_signal(&d, SIGKILL);
	driver_finish(&d, &o);
}

/* ---- with a root that is kept ---- */

/* Does what newuidmap does, for a caller who may. */
static void write_program(void)
{
	static const char script[] = "#!/bin/sh\nread -r map && echo \"$map\" >\"$1\"\n";
	int fd = open(program_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);

	if (fd < 0 || write(fd, script, sizeof(script) - 1) < 0)
		abort();
	close(fd);
}

static void sweep_kept(const struct target *t)
{
	/* What overlayfs makes in work is work as well. */
	static const char *const names[] = { "writes", "writes/upper", "writes/work", "writes/work/work" };
	struct container c = container_default(t->rootfs, NULL);
	char path[64];

	for (int i = 0; i < 3; i++) {
		path_in(path, sizeof(path), names[i]);
		(void)mkdir(path, 0755);
	}
	if (container_any_ids()) {
		c.ids = CONTAINER_FREE_IDS;
		c.idmapped = true;
		c.owner = c.ids.outside;
	}
	c.processes = 1000;
	c.uid_program = program_path;
	c.options = OPTION_NO_INPUT;
	c.init = false;
	c.overlay = true;
	c.writes = writes_path;
	sweep(t, c, NULL, "with ids by a program, an owner, an overlay that is kept and no init");
	for (int i = 3; i >= 0; i--) {
		path_in(path, sizeof(path), names[i]);
		(void)rmdir(path);
	}
}

/* Each change of ids clears the parent-death signal. */
static void sweep_dead_monitors(const struct target *t, bool init, const char *sentence)
{
	struct container c = container_default(t->rootfs, NULL);

	if (container_any_ids()) {
		c.ids = CONTAINER_FREE_IDS;
		c.idmapped = true;
		c.user = 1000;
	}
	c.init = init;
	sweep_deaths(t, c, sentence);
}

static void sweep_deaths_with_init(const struct target *t) { sweep_dead_monitors(t, true, "with an init"); }

static void sweep_deaths_without(const struct target *t) { sweep_dead_monitors(t, false, "without one"); }

/* ---- all of them ---- */

static void sweep_joined_network(const struct target *t)
{
	sweep_joined(t, 2, false, "with an agent, in user and network namespace of another and no init");
}

static void sweep_joined_pids(const struct target *t)
{
	sweep_joined(t, 3, true, "with an agent, in user, network and pid namespace of another");
}

/* Those that take longest come first. */
static void (*const sweeps[])(const struct target *t) = {
	sweep_nested,	   sweep_limits,    sweep_terminal,	    sweep_kept,		  sweep_joined_network,
	sweep_joined_pids, sweep_host_pids, sweep_deaths_with_init, sweep_deaths_without, sweep_nested_without_pids,
};

static void sweep_in_directory(const struct target *t, size_t which)
{
	(void)snprintf(directory, sizeof(directory), "%s/%zu", base, which);
	if (mkdir(directory, 0755) < 0)
		abort();
	path_in(agent_path, sizeof(agent_path), "agent");
	path_in(lock_path, sizeof(lock_path), "lock");
	path_in(writes_path, sizeof(writes_path), "writes");
	path_in(program_path, sizeof(program_path), "program");
	write_program();
	agent = agent_listen(agent_path);
	lock_file = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	sweeps[which](t);
	close(lock_file);
	close(agent);
	unlink(program_path);
	unlink(lock_path);
	unlink(agent_path);
	(void)rmdir(directory);
}

void check_faults(const struct target *t)
{
	if (!fault_possible())
		return;
	if (!mkdtemp(base) || chmod(base, 0755) < 0)
		abort();
	begin_sweeps();
	check_beside(t, sizeof(sweeps) / sizeof(sweeps[0]), sweep_in_directory);
	check_swept();
	check(rmdir(base) == 0, "no file is left of them");
}
