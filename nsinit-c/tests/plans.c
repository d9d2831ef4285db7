#include "plans.h"

#include <string.h>

void add_namespaces(struct bytes *b, uint64_t create)
{
	put_step(b, STEP_NAMESPACES, create, NO_OWNER, NO_LIMIT, LIST());
}

void add_exec(struct bytes *b)
{
	put_step(b, STEP_EXEC, 1, LIST("sh", "-l"), LIST("PATH=/bin"), LIST("/usr/bin/sh", "/bin/sh"));
}

void add_tree(struct bytes *b, uint16_t id, uint16_t detached, uint8_t expect)
{
	put_step(b, id, detached, "/host/tree", id == STEP_HOST_TREE, 0x101, 0x202, 0x303, expect, 1, 3);
}

void smallest_plan(struct bytes *b)
{
	begin_plan(b);
	add_namespaces(b, 0);
	add_exec(b);
}

static void add_host_steps(struct bytes *b)
{
	put_step(b, STEP_OPTIONS, 3);
	put_step(b, STEP_TERMINAL, 24, 80);
	put_step(b, STEP_TIMEOUT, 5000, 15, 1000);
	add_tree(b, STEP_HOST_TREE, 1, EXPECT_CHARACTER_DEVICE);
	put_step(b, STEP_OUTPUT, 1 << 20, 1);
	put_step(b, STEP_LISTENER, "/run/agent.sock", LIST("{\"pid\":", "}"));
	put_step(b, STEP_LOCK, "/run/lock", 77, 1);
	put_step(b, STEP_DETACH, "/run/c", 1, 1 << 20, 3);
	put_step(b, STEP_RESTART, 1, 3, 100, 60000, 10000);
	put_step(b, STEP_NAMESPACES, 0x10020000, 1000, 64, LIST(0x40000000, "/proc/1/ns/net"));
	put_step(b, STEP_UID_MAP, LIST(0, 1000, 1, 1, 100000, 65536));
	put_step(b, STEP_GID_MAP, 1, LIST(0, 1000, 1));
	put_step(b, STEP_RUN_PROGRAM, "/usr/bin/newuidmap", LIST("newuidmap", 0, "", "--pid=", 1, "!", "0", 0, ""),
		 LIST("PATH=/bin"), 5000, BYTES("in\0put", 6));
	put_step(b, STEP_IDMAP_MOUNT, 1);
}

static void add_init_steps(struct bytes *b)
{
	put_step(b, STEP_SETUP_IDS, 11, 12);
	put_step(b, STEP_NESTED_NAMESPACES, 0x30000000, LIST(60, 61, 62), LIST(60, 61, 62, 63, 64, 65));
	put_step(b, STEP_PROPAGATION, 0x44000);
	add_tree(b, STEP_BIND, 2, EXPECT_DIRECTORY);
	put_step(b, STEP_FILESYSTEM, 255, "tmpfs", "source", 14, LIST("mode", "755", "flag", ""));
	put_step(b, STEP_OVERLAY, 3, 2, PLAN_NO_MOUNT, 4096);
	put_step(b, STEP_INJECT, 4, 0640, 13, 14, BYTES("a\0b", 3));
	put_step(b, STEP_WATCH, 1 << 30, 7000, 99, 50);
	put_step(b, STEP_PIVOT_ROOT, 3);
	put_step(b, STEP_MOUNT, 255, "/proc", MOUNT_CREATE_DIRECTORY | MOUNT_NO_SYMLINKS);
	put_step(b, STEP_MOUNT_ATTRIBUTES, "/", 1, 1, 2);
	put_step(b, STEP_MKDIR, "/srv", 0755);
	put_step(b, STEP_SYMLINK, "pts/ptmx", "/dev/ptmx");
	put_step(b, STEP_MKNOD, "/dev/full", 020666, 1, 7);
	put_step(b, STEP_READONLY_PATH, "/proc/sys");
	put_step(b, STEP_MASK_PATH, "/proc/kcore");
	put_step(b, STEP_HOSTNAME, "box");
	put_step(b, STEP_DOMAINNAME, "example");
	put_step(b, STEP_LOOPBACK);
	put_step(b, STEP_SYSCTL, "net/ipv4/ip_forward", "1", 1);
	put_step(b, STEP_CONSOLE, "/dev/console");
	put_step(b, STEP_UNPACK, 1000, 1, 0);
	put_step(b, STEP_REMOVE, "/tree");
	put_step(b, STEP_PACK, "/srv", 0, 1, 0);
}

static void add_command_steps(struct bytes *b)
{
	put_step(b, STEP_SESSION);
	put_step(b, STEP_KEYRING, 1);
	put_step(b, STEP_RLIMIT, 7, 1024, UINT64_MAX);
	put_step(b, STEP_UMASK, 022);
	put_step(b, STEP_BOUNDING_SET, 0xa80425fb);
	put_step(b, STEP_USER, 1000, 1001, 1, LIST(1001, 27));
	put_step(b, STEP_CAPABILITIES, 1, 3, 4, 8);
	put_step(b, STEP_NO_NEW_PRIVS);
	put_step(b, STEP_AFFINITY, BYTES("\5", 1));
	put_step(b, STEP_NICE, -5);
	put_step(b, STEP_IO_PRIORITY, 2, 6);
	put_step(b, STEP_LANDLOCK, 0x1fff, 3, 1, LIST("/", 12, "/tmp", 0x1fff));
	put_step(b, STEP_WORKDIR, "/srv");
	put_step(b, STEP_SECCOMP, 2 | 8, BYTES("\6\0\0\0\0\0\xff\x7f", 8));
	add_exec(b);
}

void plan_of_all_steps(struct bytes *b)
{
	begin_plan(b);
	add_host_steps(b);
	add_init_steps(b);
	add_command_steps(b);
}

/* ---- as those do who carry a plan out ---- */

/* Its length and its NUL must agree, for some will trust the one and some the other. */
static bool walk_string(struct reader *list)
{
	struct reader peek = *list;
	uint32_t length = get_u32(&peek);

	return strlen(get_str(list)) == length;
}

/* Of each entry, what a letter or digit of step.h says. */
static bool walk_list(struct list list, const char *entry)
{
	bool whole = true;

	for (uint32_t i = 0; i < list.count; i++) {
		for (const char *field = entry; *field != 0; field++) {
			if (*field == 's')
				whole &= walk_string(&list.entries);
			else if (*field == '1')
				(void)get_u8(&list.entries);
			else
				(void)(*field == '8' ? get_u64(&list.entries) : get_u32(&list.entries));
		}
	}
	return whole && !list.entries.bad && list.entries.at == list.entries.end;
}

/* A number is there already; what a string, a blob or a list points at is read. */
static bool walk_step(const struct step *step)
{
	bool whole = true;

#define WALK_bool(v)
#define WALK_u8(v)
#define WALK_u16(v)
#define WALK_u32(v)
#define WALK_u64(v)
#define WALK_str(v)		     whole &= strlen(v) < PLAN_MAX_BYTES;
#define WALK_source(v)		     WALK_str((v).path)
#define WALK_blob(v)		     whole &= crc32((v).bytes, (v).length) != 1;
#define F(type, member)		     WALK_##type(of->member)
#define L(type, member, most, entry) whole &= walk_list(of->member, entry);
#define WALK_STEP(number, constant, name, stage, ...) \
	case number: { \
		const struct name##_step *of = &step->name; \
\
		(void)of; \
		__VA_ARGS__ \
		break; \
	}
	switch (step->id) {
		NSRUN_STEPS(WALK_STEP)
	default:
		return false;
	}
	return whole;
}

bool plan_walks(const struct plan *plan)
{
	bool whole = true;

	for (uint16_t i = 0; i < plan->count; i++)
		whole &= walk_step(&plan->steps[i]);
	return whole;
}
