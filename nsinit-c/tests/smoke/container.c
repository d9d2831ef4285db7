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

#define CHARACTER_DEVICE 2

#define CREATE_DIRECTORY 1u
#define CREATE_FILE	 2u
#define NO_SYMLINK	 4u

#define NEW_TMPFS 0xffff /* where an overlay writes */

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
		.owner = UINT32_MAX,
		.processes = UINT64_MAX,
	};
}

static uint16_t detached_rootfs(const struct container *c) { return c->overlay ? DETACHED_LOWER : DETACHED_ROOT; }

/* A privileged caller opens host paths as itself, an ordinary one as its container's root. */
static void add_trees(const struct container *c, struct bytes *p, uint16_t id)
{
	put_step(p, id, detached_rootfs(c), c->rootfs, true, MOUNT_ATTR_NODEV, 0, 0, 0, 0, 0);
	if (c->writes)
		put_step(p, id, DETACHED_WRITES, c->writes, true, MOUNT_ATTR_NODEV, 0, 0, 0, 0, 0);
	for (uint16_t i = 0; i < DEVICES; i++)
		put_step(p, id, DETACHED_DEVICE + i, devices[i].path, false, 0, 0, 0, CHARACTER_DEVICE,
			 devices[i].major, devices[i].minor);
}

static struct id_range uids_of(const struct container *c) { return c->ids.count ? c->ids : container_uids(); }

static struct id_range gids_of(const struct container *c) { return c->ids.count ? c->ids : container_gids(); }

static void add_namespaces(const struct container *c, struct bytes *p, uint64_t create)
{
	struct value joins[2 * sizeof(c->join_types) / sizeof(c->join_types[0]) + 1] = { 0 };
	size_t n = 0;

	for (uint16_t i = 0; i < c->joins; i++) {
		joins[n++] = VALUE(c->join_types[i]);
		joins[n++] = VALUE(c->join_paths[i]);
	}
	put_step(p, STEP_NAMESPACES, create, c->owner, c->processes, LIST_OF(joins));
}

static void add_maps(const struct container *c, struct bytes *p)
{
	struct id_range uids = uids_of(c), gids = gids_of(c);
	char map[64];

	if (c->uid_program) {
		(void)snprintf(map, sizeof(map), "%u %u %u\n", uids.inside, uids.outside, uids.count);
		put_step(p, STEP_RUN_PROGRAM, c->uid_program, LIST("program", 0, "", "/proc/", 1, "/uid_map"),
			 LIST("PATH=/bin:/usr/bin"), 60000, BYTES(map, strlen(map)));
	} else {
		put_step(p, STEP_UID_MAP, LIST(uids.inside, uids.outside, uids.count));
	}
	put_step(p, STEP_GID_MAP, !privileged(), LIST(gids.inside, gids.outside, gids.count));
}

static void add_host_steps(const struct container *c, struct bytes *p)
{
	const uint64_t outer = c->nested ? CLONE_NEWUSER | CLONE_NEWNS : UINT64_MAX;

	put_step(p, STEP_OPTIONS, c->options);
	if (c->terminal)
		put_step(p, STEP_TERMINAL, 33, 77);
	if (c->timeout_ms > 0)
		put_step(p, STEP_TIMEOUT, c->timeout_ms, SIGTERM, c->grace_ms);
	if (c->host_steps)
		c->host_steps(p);
	if (privileged())
		add_trees(c, p, STEP_HOST_TREE);
	add_namespaces(c, p, c->create & outer);
	if (c->create & CLONE_NEWUSER)
		add_maps(c, p);
	if (c->idmapped)
		put_step(p, STEP_IDMAP_MOUNT, detached_rootfs(c));
	if (c->idmapped && c->writes)
		put_step(p, STEP_IDMAP_MOUNT, DETACHED_WRITES);
}

static void add_filesystem(struct bytes *p, enum detached detached, const char *type, uint64_t attributes,
			   struct value options)
{
	put_step(p, STEP_FILESYSTEM, detached, type, type, attributes, options);
}

static void add_filesystems(const struct container *c, struct bytes *p)
{
	const uint64_t sealed = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

	/* A fresh procfs is for the owner of the pid namespace. */
	if (c->create & CLONE_NEWPID)
		add_filesystem(p, DETACHED_PROC, "proc", sealed, LIST());
	else
		put_step(p, STEP_BIND, DETACHED_PROC, "/proc", true, sealed, 0, 0, 0, 0, 0);
	if (c->sys)
		add_filesystem(p, DETACHED_SYS, "sysfs", sealed | MOUNT_ATTR_RDONLY, LIST());
	add_filesystem(p, DETACHED_DEV, "tmpfs", MOUNT_ATTR_NOSUID, LIST("mode", "755", "size", "64k"));
	add_filesystem(p, DETACHED_PTS, "devpts", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
		       LIST("newinstance", "", "ptmxmode", "0666", "mode", "620"));
	add_filesystem(p, DETACHED_SHM, "tmpfs", sealed, LIST("mode", "1777", "size", "64m"));
	add_filesystem(p, DETACHED_MQUEUE, "mqueue", sealed, LIST());
}

static void add_mounts(const struct container *c, struct bytes *p)
{
	put_step(p, STEP_MOUNT, DETACHED_PROC, "/proc", CREATE_DIRECTORY | NO_SYMLINK);
	if (c->sys)
		put_step(p, STEP_MOUNT, DETACHED_SYS, "/sys", CREATE_DIRECTORY | NO_SYMLINK);
	put_step(p, STEP_MOUNT, DETACHED_DEV, "/dev", CREATE_DIRECTORY | NO_SYMLINK);
	for (uint16_t i = 0; i < DEVICES; i++)
		put_step(p, STEP_MOUNT, DETACHED_DEVICE + i, devices[i].path, CREATE_FILE | NO_SYMLINK);
	put_step(p, STEP_MOUNT, DETACHED_PTS, "/dev/pts", CREATE_DIRECTORY | NO_SYMLINK);
	put_step(p, STEP_MOUNT, DETACHED_SHM, "/dev/shm", CREATE_DIRECTORY | NO_SYMLINK);
	put_step(p, STEP_MOUNT, DETACHED_MQUEUE, "/dev/mqueue", CREATE_DIRECTORY | NO_SYMLINK);
	put_step(p, STEP_SYMLINK, "pts/ptmx", "/dev/ptmx");
	put_step(p, STEP_SYMLINK, "/proc/self/fd", "/dev/fd");
}

static void add_covers(struct bytes *p)
{
	static const char *const read_only[] = { "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
						 "/proc/sysrq-trigger" };
	static const char *const masked[] = { "/proc/kcore", "/proc/keys", "/proc/timer_list" };

	for (size_t i = 0; i < sizeof(read_only) / sizeof(read_only[0]); i++)
		put_step(p, STEP_READONLY_PATH, read_only[i]);
	for (size_t i = 0; i < sizeof(masked) / sizeof(masked[0]); i++)
		put_step(p, STEP_MASK_PATH, masked[i]);
}

static void add_init_steps(const struct container *c, struct bytes *p)
{
	struct id_range uids = uids_of(c);
	struct id_range gids = gids_of(c);

	put_step(p, STEP_SETUP_IDS, 0, 0);
	/* Maps of the same ids. */
	if (c->nested)
		put_step(p, STEP_NESTED_NAMESPACES, c->create & ~(uint64_t)CLONE_NEWNS,
			 LIST(uids.inside, uids.inside, uids.count), LIST(gids.inside, gids.inside, gids.count));
	put_step(p, STEP_PROPAGATION, MS_REC | MS_PRIVATE);
	if (!privileged())
		add_trees(c, p, STEP_BIND);
	add_filesystems(c, p);
	if (c->early_steps)
		c->early_steps(p);
	if (c->overlay)
		put_step(p, STEP_OVERLAY, DETACHED_ROOT, DETACHED_LOWER, c->writes ? DETACHED_WRITES : NEW_TMPFS,
			 1 << 20);
	put_step(p, STEP_PIVOT_ROOT, DETACHED_ROOT);
	add_mounts(c, p);
	if (c->init_steps)
		c->init_steps(p);
	add_covers(p);
	if (c->create & CLONE_NEWUTS)
		put_step(p, STEP_HOSTNAME, CONTAINER_HOSTNAME);
	if (c->create & CLONE_NEWNET)
		put_step(p, STEP_LOOPBACK);
	if (c->terminal)
		put_step(p, STEP_CONSOLE, "/dev/console");
	if (c->read_only)
		put_step(p, STEP_MOUNT_ATTRIBUTES, "/", false, MOUNT_ATTR_RDONLY, 0);
}

static void add_command_steps(const struct container *c, struct bytes *p)
{
	static const char *const env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", NULL };

	put_step(p, STEP_SESSION);
	put_step(p, STEP_KEYRING, false);
	put_step(p, STEP_RLIMIT, 7, 200, 200); /* RLIMIT_NOFILE */
	put_step(p, STEP_UMASK, 027);
	put_step(p, STEP_BOUNDING_SET, DEFAULT_CAPABILITIES);
	put_step(p, STEP_USER, c->user, 0, privileged(), LIST());
	put_step(p, STEP_CAPABILITIES, DEFAULT_CAPABILITIES, DEFAULT_CAPABILITIES, 0, 0);
	put_step(p, STEP_NO_NEW_PRIVS);
	put_step(p, STEP_WORKDIR, "/");
	if (c->command_steps)
		c->command_steps(p);
	put_step(p, STEP_EXEC, c->init, STRINGS(c->argv), STRINGS(env), LIST(c->argv[0]));
}

void container_plan(const struct container *c, struct bytes *p)
{
	begin_plan(p);
	add_host_steps(c, p);
	add_init_steps(c, p);
	add_command_steps(c, p);
	end_plan(p);
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
