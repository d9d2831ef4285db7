/* Namespaces that are the host's, joined, or switched off. */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "observe.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

static const char *const sleeper[] = { "/bin/sleep", "1000", NULL };

static void stop(struct driver *d, struct outcome *o)
{
	driver_signal(d, SIGKILL);
	driver_finish(d, o);
}

static void check_shared(const struct target *t)
{
	struct container c = container_default(t->rootfs, sleeper);
	struct outcome o;
	struct driver d;
	pid_t command;

	c.create &= ~(uint64_t)(CLONE_NEWNET | CLONE_NEWUTS);
	c.sys = false; /* sysfs belongs to the owner of the network namespace */
	if (!start_and_wait(t, &c, &d, &o))
		return;
	command = command_under((pid_t)o.ready_pid);
	check(same_namespace(0, command, "net"), "without CLONE_NEWNET the network is the host's");
	check(same_namespace(0, command, "uts"), "without CLONE_NEWUTS the host name is the host's");
	check(different_namespace(0, command, "ipc"), "the others are still new");
	stop(&d, &o);
}

static void check_time(const struct target *t)
{
	struct container c = container_default(t->rootfs, sleeper);
	struct outcome o;
	struct driver d;

	c.create |= CLONE_NEWTIME;
	if (!start_and_wait(t, &c, &d, &o))
		return;
	check(different_namespace(0, command_under((pid_t)o.ready_pid), "time"), "a time namespace can be had");
	stop(&d, &o);
}

/* A second container in the user and network namespaces of the first. */
static void check_joined(const struct target *t)
{
	struct container first = container_default(t->rootfs, sleeper);
	struct container second = first;
	struct outcome o, p;
	struct driver d, e;
	char user[64], net[64];
	pid_t host, guest;

	if (!start_and_wait(t, &first, &d, &o))
		return;
	host = command_under((pid_t)o.ready_pid);
	(void)snprintf(user, sizeof(user), "/proc/%d/ns/user", host);
	(void)snprintf(net, sizeof(net), "/proc/%d/ns/net", host);
	second.create &= ~(uint64_t)(CLONE_NEWUSER | CLONE_NEWNET);
	second.joins = 2;
	second.join_types[0] = CLONE_NEWUSER;
	second.join_paths[0] = user;
	second.join_types[1] = CLONE_NEWNET;
	second.join_paths[1] = net;
	if (start_and_wait(t, &second, &e, &p)) {
		guest = command_under((pid_t)p.ready_pid);
		check((pid_t)p.started_pid == guest, "STARTED names the command of a container that joins namespaces");
		check(same_namespace(host, guest, "user"), "a container can join the user namespace of another");
		check(same_namespace(host, guest, "net"), "and its network");
		check(different_namespace(host, guest, "pid"), "while its processes are its own");
		check(strcmp(status_of(guest, "CapEff"), "00000000a80425fb") == 0,
		      "what joins has the plan's capabilities");
		stop(&e, &p);
	}
	stop(&d, &o);
}

static void check_command_as_pid_1(const struct target *t)
{
	struct container c = container_default(t->rootfs, sleeper);
	struct outcome o;
	struct driver d;
	pid_t command;

	c.init = false;
	if (!start_and_wait(t, &c, &d, &o))
		return;
	command = command_as((pid_t)o.ready_pid);
	check(strcmp(status_of(command, "Name"), "sleep") == 0, "without an init the command is pid 1");
	check((pid_t)o.started_pid == command, "and STARTED names it");
	check(children_of(command) == 0, "and alone");
	check(extra_descriptors(command) == 0, "and holds no file descriptor but 0, 1 and 2");
	stop(&d, &o);
	if (!check(o.exited && o.signalled && o.value == SIGKILL, "and its end is reported just so"))
		show_outcome(&o);
}

static void check_pid_of_nested(const struct target *t)
{
	struct container c = container_default(t->rootfs, sleeper);
	struct outcome o;
	struct driver d;

	c.nested = true;
	if (!start_and_wait(t, &c, &d, &o))
		return;
	check((pid_t)o.started_pid == command_under((pid_t)o.ready_pid),
	      "STARTED names a command in nested namespaces");
	stop(&d, &o);
}

/* Nobody could look for it any more. */
static void check_pid_of_brief(const struct target *t)
{
	static const char *const brief[] = { "/bin/true", NULL };
	struct container c = container_default(t->rootfs, brief);
	struct outcome o;

	run_to_end(t, &c, -1, &o);
	check(o.exited && o.started_pid > 0 && o.started_pid != o.ready_pid,
	      "STARTED names a command that has ended by then");
}

void check_namespaces(const struct target *t)
{
	check_pid_of_nested(t);
	check_pid_of_brief(t);
	check_shared(t);
	check_time(t);
	check_joined(t);
	check_command_as_pid_1(t);
}
