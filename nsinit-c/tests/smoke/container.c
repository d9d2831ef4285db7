#include "container.h"

#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "../../src/proto/step.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

#define DEFAULT_CAPABILITIES 0xa80425fbull /* Docker's fourteen */

#define CREATE_DIRECTORY 1u
#define CREATE_FILE	 2u
#define NO_SYMLINK	 4u

enum detached {
	DETACHED_ROOT,
	DETACHED_LOWER,
	DETACHED_WRITES,
	DETACHED_PROC,
	DETACHED_SYS,
	DETACHED_DEV,
	DETACHED_PTS,
	DETACHED_SHM,
	DETACHED_MQUEUE,
	DETACHED_DEVICE
};

static const struct {
	const char *path;
	uint32_t major, minor;
} devices[] = {
	{ "/dev/null", 1, 3 },	 { "/dev/zero", 1, 5 },	   { "/dev/full", 1, 7 },
	{ "/dev/random", 1, 8 }, { "/dev/urandom", 1, 9 }, { "/dev/tty", 5, 0 },
};

#define DEVICES ((uint16_t)(sizeof(devices) / sizeof(devices[0])))

static bool privileged(void) { return geteuid() == 0; }

/* The first range of this user namespace, where it starts at 0: the checks also run inside a container. */
static struct id_range identity(const char *map, uint32_t own)
{
	struct id_range range = { 0, own, 1 };
	FILE *f = privileged() ? fopen(map, "re") : NULL;
	char line[64];

	if (f && fgets(line, sizeof(line), f)) {
		char *rest;
		unsigned long inside = strtoul(line, &rest, 10);
		unsigned long count;

		(void)strtoul(rest, &rest, 10);
		count = strtoul(rest, NULL, 10);
		if (inside == 0 && count > 0)
			range = (struct id_range){ 0, 0, count > 65536 ? 65536 : (uint32_t)count };
	}
	if (f)
		(void)fclose(f);
	return range;
}

struct id_range container_uids(void) { return identity("/proc/self/uid_map", geteuid()); }

struct id_range container_gids(void) { return identity("/proc/self/gid_map", getegid()); }

bool container_any_ids(void)
{
	FILE *f = privileged() ? fopen("/proc/self/uid_map", "re") : NULL;
	char line[64];
	bool any = f && fgets(line, sizeof(line), f) && strstr(line, "4294967295");

	if (f)
		(void)fclose(f);
	return any;
}

struct container container_default(const char *rootfs, const char *const *argv)
{
	return (struct container){
		.rootfs = rootfs,
		.argv = argv,
		.create = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET |
			  CLONE_NEWCGROUP,
		.init = true,
		.sys = true,
	};
}

static uint16_t detached_rootfs(const struct container *c) { return c->overlay ? DETACHED_LOWER : DETACHED_ROOT; }

/* A privileged caller opens host paths as itself, an ordinary one as its container's root. */
static void add_trees(const struct container *c, struct plan *p, uint16_t id)
{
	plan_tree(p, id, detached_rootfs(c), c->rootfs, true, MOUNT_ATTR_NODEV);
	if (c->writes)
		plan_tree(p, id, DETACHED_WRITES, c->writes, true, MOUNT_ATTR_NODEV);
	for (uint16_t i = 0; i < DEVICES; i++)
		plan_device(p, id, DETACHED_DEVICE + i, devices[i].path, devices[i].major, devices[i].minor);
}

static struct id_range uids_of(const struct container *c) { return c->ids.count ? c->ids : container_uids(); }

static struct id_range gids_of(const struct container *c) { return c->ids.count ? c->ids : container_gids(); }

static void add_host_steps(const struct container *c, struct plan *p)
{
	const uint64_t outer = c->nested ? CLONE_NEWUSER | CLONE_NEWNS : UINT64_MAX;
	struct id_range uids = uids_of(c);
	struct id_range gids = gids_of(c);

	plan_options(p, c->options);
	if (c->terminal)
		plan_terminal(p, 33, 77);
	if (c->timeout_ms > 0)
		plan_timeout(p, c->timeout_ms, SIGTERM, c->grace_ms);
	if (c->host_steps)
		c->host_steps(p);
	if (privileged())
		add_trees(c, p, STEP_HOST_TREE);
	plan_namespaces(p, c->create & outer, c->joins, c->join_types, c->join_paths);
	if (c->create & CLONE_NEWUSER) {
		plan_uid_map(p, &uids);
		plan_gid_map(p, !privileged(), &gids);
	}
	if (c->idmapped)
		plan_idmap_mount(p, detached_rootfs(c));
	if (c->idmapped && c->writes)
		plan_idmap_mount(p, DETACHED_WRITES);
}

static void add_filesystems(const struct container *c, struct plan *p)
{
	const uint64_t sealed = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
	const struct option dev[] = { { "mode", "755" }, { "size", "64k" }, { NULL, NULL } };
	const struct option pts[] = {
		{ "newinstance", "" }, { "ptmxmode", "0666" }, { "mode", "620" }, { NULL, NULL }
	};
	const struct option shm[] = { { "mode", "1777" }, { "size", "64m" }, { NULL, NULL } };

	/* A fresh procfs is for the owner of the pid namespace. */
	if (c->create & CLONE_NEWPID)
		plan_filesystem(p, DETACHED_PROC, "proc", sealed, NULL);
	else
		plan_tree(p, STEP_BIND, DETACHED_PROC, "/proc", true, sealed);
	if (c->sys)
		plan_filesystem(p, DETACHED_SYS, "sysfs", sealed | MOUNT_ATTR_RDONLY, NULL);
	plan_filesystem(p, DETACHED_DEV, "tmpfs", MOUNT_ATTR_NOSUID, dev);
	plan_filesystem(p, DETACHED_PTS, "devpts", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, pts);
	plan_filesystem(p, DETACHED_SHM, "tmpfs", sealed, shm);
	plan_filesystem(p, DETACHED_MQUEUE, "mqueue", sealed, NULL);
}

static void add_mounts(const struct container *c, struct plan *p)
{
	plan_mount(p, DETACHED_PROC, "/proc", CREATE_DIRECTORY | NO_SYMLINK);
	if (c->sys)
		plan_mount(p, DETACHED_SYS, "/sys", CREATE_DIRECTORY | NO_SYMLINK);
	plan_mount(p, DETACHED_DEV, "/dev", CREATE_DIRECTORY | NO_SYMLINK);
	for (uint16_t i = 0; i < DEVICES; i++)
		plan_mount(p, DETACHED_DEVICE + i, devices[i].path, CREATE_FILE | NO_SYMLINK);
	plan_mount(p, DETACHED_PTS, "/dev/pts", CREATE_DIRECTORY | NO_SYMLINK);
	plan_mount(p, DETACHED_SHM, "/dev/shm", CREATE_DIRECTORY | NO_SYMLINK);
	plan_mount(p, DETACHED_MQUEUE, "/dev/mqueue", CREATE_DIRECTORY | NO_SYMLINK);
	plan_symlink(p, "pts/ptmx", "/dev/ptmx");
	plan_symlink(p, "/proc/self/fd", "/dev/fd");
}

static void add_covers(struct plan *p)
{
	static const char *const read_only[] = { "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
						 "/proc/sysrq-trigger" };
	static const char *const masked[] = { "/proc/kcore", "/proc/keys", "/proc/timer_list" };

	for (size_t i = 0; i < sizeof(read_only) / sizeof(read_only[0]); i++)
		plan_text(p, STEP_READONLY_PATH, read_only[i]);
	for (size_t i = 0; i < sizeof(masked) / sizeof(masked[0]); i++)
		plan_text(p, STEP_MASK_PATH, masked[i]);
}

static void add_init_steps(const struct container *c, struct plan *p)
{
	struct id_range uids = uids_of(c);
	struct id_range gids = gids_of(c);

	plan_setup_ids(p, 0, 0);
	if (c->nested)
		plan_nested_namespaces(p, c->create & ~(uint64_t)CLONE_NEWNS, &uids, &gids);
	plan_propagation(p, MS_REC | MS_PRIVATE);
	if (!privileged())
		add_trees(c, p, STEP_BIND);
	add_filesystems(c, p);
	if (c->early_steps)
		c->early_steps(p);
	if (c->overlay)
		plan_overlay(p, DETACHED_ROOT, DETACHED_LOWER, c->writes ? DETACHED_WRITES : PLAN_NEW_TMPFS, 1 << 20);
	plan_pivot_root(p, DETACHED_ROOT);
	add_mounts(c, p);
	if (c->init_steps)
		c->init_steps(p);
	add_covers(p);
	if (c->create & CLONE_NEWUTS)
		plan_text(p, STEP_HOSTNAME, CONTAINER_HOSTNAME);
	if (c->create & CLONE_NEWNET)
		plan_plain(p, STEP_LOOPBACK);
	if (c->terminal)
		plan_text(p, STEP_CONSOLE, "/dev/console");
	if (c->read_only)
		plan_mount_attributes(p, "/", false, MOUNT_ATTR_RDONLY, 0);
}

static void add_command_steps(const struct container *c, struct plan *p)
{
	static const char *const env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", NULL };

	plan_plain(p, STEP_SESSION);
	plan_keyring(p, false);
	plan_rlimit(p, 7, 200, 200); /* RLIMIT_NOFILE */
	plan_umask(p, 027);
	plan_bounding_set(p, DEFAULT_CAPABILITIES);
	plan_user(p, c->user, 0, privileged());
	plan_capabilities(p, DEFAULT_CAPABILITIES, DEFAULT_CAPABILITIES, 0, 0);
	plan_plain(p, STEP_NO_NEW_PRIVS);
	plan_text(p, STEP_WORKDIR, "/");
	if (c->command_steps)
		c->command_steps(p);
	plan_exec(p, c->init, c->argv, env);
}

void container_plan(const struct container *c, struct plan *p)
{
	*p = (struct plan){ 0 };
	add_host_steps(c, p);
	add_init_steps(c, p);
	add_command_steps(c, p);
}

const char *container_mount_points(void)
{
	static const char *const all[] = {
		"/",	      "/dev",	      "/dev/full",	     "/dev/mqueue",
		"/dev/null",  "/dev/pts",     "/dev/random",	     "/dev/shm",
		"/dev/tty",   "/dev/urandom", "/dev/zero",	     "/proc",
		"/proc/bus",  "/proc/fs",     "/proc/irq",	     "/proc/kcore",
		"/proc/keys", "/proc/sys",    "/proc/sysrq-trigger", "/proc/timer_list",
		"/sys",
	};
	static char text[1024];
	size_t at = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		/* What this kernel does not have below /proc was skipped. */
		if (strncmp(all[i], "/proc/", 6) != 0 || access(all[i], F_OK) == 0)
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s", i ? " " : "", all[i]);
	}
	return text;
}
