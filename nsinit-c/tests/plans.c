#include "plans.h"

#include <stddef.h>
#include <string.h>

void add_namespaces(struct bytes *b, uint64_t create, uint16_t joins, uint64_t type)
{
	begin_step(b, STEP_NAMESPACES);
	add64(b, create);
	add32(b, UINT32_MAX);
	add64(b, UINT64_MAX);
	add16(b, joins);
	for (uint16_t i = 0; i < joins; i++) {
		add64(b, type);
		add_str(b, "/proc/1/ns/net");
	}
	end_step(b);
}

void add_map(struct bytes *b, uint16_t id, uint16_t entries)
{
	begin_step(b, id);
	if (id == STEP_GID_MAP)
		add8(b, 1);
	add16(b, entries);
	for (uint16_t i = 0; i < entries; i++) {
		add32(b, i);
		add32(b, i == 0 ? 1000 : 100000);
		add32(b, i == 0 ? 1 : 65536);
	}
	end_step(b);
}

void begin_program(struct bytes *b, const char *program, uint16_t count, const char *const *argv)
{
	begin_step(b, STEP_RUN_PROGRAM);
	add_str(b, program);
	add16(b, count);
	for (uint16_t i = 0; i < count; i++) {
		const char *pid = strstr(argv[i], "PID");

		add32(b, (uint32_t)(pid ? pid - argv[i] : (ptrdiff_t)strlen(argv[i])));
		add(b, argv[i], pid ? (size_t)(pid - argv[i]) : strlen(argv[i]));
		add8(b, 0);
		add8(b, pid != NULL);
		add_str(b, pid ? pid + 3 : "");
	}
}

void end_program(struct bytes *b, const char *variable, uint32_t timeout_ms, const void *input, uint32_t n)
{
	add16(b, 1);
	add_str(b, variable);
	add32(b, timeout_ms);
	add32(b, n);
	add(b, input, n);
	end_step(b);
}

void add_tree(struct bytes *b, uint16_t id, uint16_t detached, uint8_t expect)
{
	begin_step(b, id);
	add16(b, detached);
	add_str(b, "/host/tree");
	add8(b, id == STEP_HOST_TREE);
	add64(b, 0x101);
	add64(b, 0x202);
	add64(b, 0x303);
	add8(b, expect);
	add32(b, 1);
	add32(b, 3);
	end_step(b);
}

void add_plain(struct bytes *b, uint16_t id)
{
	begin_step(b, id);
	end_step(b);
}

void add_text(struct bytes *b, uint16_t id, const char *text)
{
	begin_step(b, id);
	add_str(b, text);
	end_step(b);
}

void add_exec(struct bytes *b)
{
	begin_step(b, STEP_EXEC);
	add8(b, 1);
	add32(b, 2);
	add_str(b, "sh");
	add_str(b, "-l");
	add32(b, 1);
	add_str(b, "PATH=/bin");
	add16(b, 2);
	add_str(b, "/usr/bin/sh");
	add_str(b, "/bin/sh");
	end_step(b);
}

void smallest_plan(struct bytes *b)
{
	begin_plan(b);
	add_namespaces(b, 0, 0, 0);
	add_exec(b);
}

static void add_host_steps(struct bytes *b)
{
	begin_step(b, STEP_OPTIONS);
	add32(b, 3);
	end_step(b);
	begin_step(b, STEP_TERMINAL);
	add16(b, 24);
	add16(b, 80);
	end_step(b);
	begin_step(b, STEP_TIMEOUT);
	add64(b, 5000);
	add32(b, 15);
	add64(b, 1000);
	end_step(b);
	add_tree(b, STEP_HOST_TREE, 1, EXPECT_CHARACTER_DEVICE);
	begin_step(b, STEP_OUTPUT);
	add64(b, 1 << 20);
	add8(b, 1);
	end_step(b);
	begin_step(b, STEP_LISTENER);
	add_str(b, "/run/agent.sock");
	add16(b, 2);
	add_str(b, "{\"pid\":");
	add_str(b, "}");
	end_step(b);
	begin_step(b, STEP_LOCK);
	add_str(b, "/run/lock");
	add64(b, 77);
	end_step(b);
	begin_step(b, STEP_NAMESPACES);
	add64(b, 0x10020000);
	add32(b, 1000);
	add64(b, 64);
	add16(b, 1);
	add64(b, 0x40000000);
	add_str(b, "/proc/1/ns/net");
	end_step(b);
	add_map(b, STEP_UID_MAP, 2);
	add_map(b, STEP_GID_MAP, 1);
	begin_program(b, "/usr/bin/newuidmap", 3, (const char *const[]){ "newuidmap", "--pid=PID!", "0" });
	end_program(b, "PATH=/bin", 5000, "in\0put", 6);
	begin_step(b, STEP_IDMAP_MOUNT);
	add16(b, 1);
	end_step(b);
}

static void add_mount_steps(struct bytes *b)
{
	add_tree(b, STEP_BIND, 2, EXPECT_DIRECTORY);
	begin_step(b, STEP_FILESYSTEM);
	add16(b, 255);
	add_str(b, "tmpfs");
	add_str(b, "source");
	add64(b, 14);
	add16(b, 2);
	add_str(b, "mode");
	add_str(b, "755");
	add_str(b, "flag");
	add_str(b, "");
	end_step(b);
	begin_step(b, STEP_OVERLAY);
	add16(b, 3);
	add16(b, 2);
	add16(b, PLAN_NO_MOUNT);
	add64(b, 4096);
	end_step(b);
	begin_step(b, STEP_INJECT);
	add16(b, 4);
	add32(b, 0640);
	add32(b, 13);
	add32(b, 14);
	add32(b, 3);
	add(b, "a\0b", 3);
	end_step(b);
	begin_step(b, STEP_WATCH);
	add64(b, 1 << 30);
	add64(b, 7000);
	add32(b, 99);
	add32(b, 50);
	end_step(b);
	begin_step(b, STEP_PIVOT_ROOT);
	add16(b, 3);
	end_step(b);
	begin_step(b, STEP_MOUNT);
	add16(b, 255);
	add_str(b, "/proc");
	add32(b, MOUNT_CREATE_DIRECTORY | MOUNT_NO_SYMLINKS);
	end_step(b);
	begin_step(b, STEP_MOUNT_ATTRIBUTES);
	add_str(b, "/");
	add8(b, 1);
	add64(b, 1);
	add64(b, 2);
	end_step(b);
}

static void add_node_steps(struct bytes *b)
{
	begin_step(b, STEP_MKDIR);
	add_str(b, "/srv");
	add32(b, 0755);
	end_step(b);
	begin_step(b, STEP_SYMLINK);
	add_str(b, "pts/ptmx");
	add_str(b, "/dev/ptmx");
	end_step(b);
	begin_step(b, STEP_MKNOD);
	add_str(b, "/dev/full");
	add32(b, 020666);
	add32(b, 1);
	add32(b, 7);
	end_step(b);
}

static void add_init_steps(struct bytes *b)
{
	begin_step(b, STEP_SETUP_IDS);
	add32(b, 11);
	add32(b, 12);
	end_step(b);
	begin_step(b, STEP_NESTED_NAMESPACES);
	add64(b, 0x30000000);
	for (uint16_t count = 1; count <= 2; count++) {
		add16(b, count);
		for (uint32_t i = 0; i < 3u * count; i++)
			add32(b, 60 + i);
	}
	end_step(b);
	begin_step(b, STEP_PROPAGATION);
	add64(b, 0x44000);
	end_step(b);
	add_mount_steps(b);
	add_node_steps(b);
	add_text(b, STEP_READONLY_PATH, "/proc/sys");
	add_text(b, STEP_MASK_PATH, "/proc/kcore");
	add_text(b, STEP_HOSTNAME, "box");
	add_text(b, STEP_DOMAINNAME, "example");
	add_plain(b, STEP_LOOPBACK);
	begin_step(b, STEP_SYSCTL);
	add_str(b, "net/ipv4/ip_forward");
	add_str(b, "1");
	add8(b, 1);
	end_step(b);
	add_text(b, STEP_CONSOLE, "/dev/console");
	begin_step(b, STEP_UNPACK);
	add32(b, 1000);
	end_step(b);
	add_text(b, STEP_REMOVE, "/tree");
}

static void add_privilege_steps(struct bytes *b)
{
	begin_step(b, STEP_BOUNDING_SET);
	add64(b, 0xa80425fb);
	end_step(b);
	begin_step(b, STEP_USER);
	add32(b, 1000);
	add32(b, 1001);
	add8(b, 1);
	add16(b, 2);
	add32(b, 1001);
	add32(b, 27);
	end_step(b);
	begin_step(b, STEP_CAPABILITIES);
	add64(b, 1);
	add64(b, 3);
	add64(b, 4);
	add64(b, 8);
	end_step(b);
	add_plain(b, STEP_NO_NEW_PRIVS);
}

static void add_command_steps(struct bytes *b)
{
	static const uint8_t allow[8] = { 6, 0, 0, 0, 0, 0, 0xff, 0x7f };

	add_plain(b, STEP_SESSION);
	begin_step(b, STEP_KEYRING);
	add8(b, 1);
	end_step(b);
	begin_step(b, STEP_RLIMIT);
	add32(b, 7);
	add64(b, 1024);
	add64(b, UINT64_MAX);
	end_step(b);
	begin_step(b, STEP_UMASK);
	add32(b, 022);
	end_step(b);
	add_privilege_steps(b);
	begin_step(b, STEP_AFFINITY);
	add32(b, 1);
	add8(b, 5);
	end_step(b);
	begin_step(b, STEP_NICE);
	add32(b, (uint32_t)-5);
	end_step(b);
	begin_step(b, STEP_IO_PRIORITY);
	add8(b, 2);
	add8(b, 6);
	end_step(b);
	begin_step(b, STEP_LANDLOCK);
	add64(b, 0x1fff);
	add64(b, 3);
	add64(b, 1);
	add16(b, 2);
	add_str(b, "/");
	add64(b, 12);
	add_str(b, "/tmp");
	add64(b, 0x1fff);
	end_step(b);
	add_text(b, STEP_WORKDIR, "/srv");
	begin_step(b, STEP_SECCOMP);
	add32(b, 2 | 8);
	add32(b, sizeof(allow));
	add(b, allow, sizeof(allow));
	end_step(b);
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

static bool walk_blob(blob b) { return crc32(b.bytes, b.length) != 1; }

static bool walk_step(const struct step *step)
{
	switch (step->id) {
	case STEP_LANDLOCK:
		return walk_list(step->landlock.rules, "s8");
	case STEP_INJECT:
		return walk_blob(step->inject.content);
	case STEP_AFFINITY:
		return walk_blob(step->affinity.mask);
	case STEP_LISTENER:
		return walk_list(step->listener.parts, "s");
	case STEP_NAMESPACES:
		return walk_list(step->namespaces.joins, "8s");
	case STEP_UID_MAP:
		return walk_list(step->uid_map.ranges, "444");
	case STEP_NESTED_NAMESPACES:
		return walk_list(step->nested_namespaces.uids, "444") && walk_list(step->nested_namespaces.gids, "444");
	case STEP_GID_MAP:
		return walk_list(step->gid_map.ranges, "444");
	case STEP_RUN_PROGRAM:
		return walk_list(step->run_program.argv, "s1s") && walk_list(step->run_program.env, "s") &&
		       walk_blob(step->run_program.input);
	case STEP_FILESYSTEM:
		return walk_list(step->filesystem.options, "ss");
	case STEP_USER:
		return walk_list(step->user.groups, "4");
	case STEP_SECCOMP:
		return walk_blob(step->seccomp.program);
	case STEP_EXEC:
		return walk_list(step->exec.argv, "s") && walk_list(step->exec.env, "s") &&
		       walk_list(step->exec.paths, "s");
	default:
		return true;
	}
}

bool plan_walks(const struct plan *plan)
{
	bool whole = true;

	for (uint16_t i = 0; i < plan->count; i++)
		whole &= walk_step(&plan->steps[i]);
	return whole;
}
