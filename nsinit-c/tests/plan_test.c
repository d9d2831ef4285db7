/* That a decoded plan has the values that were put. */
#include "proto/plan.h"

#include <linux/filter.h>
#include <string.h>

#include "check.h"
#include "decoded.h"
#include "encode.h"
#include "plans.h"

static struct bytes b;

/* The decoded step of that id; the plan must have one. */
static const struct step *step_of(uint16_t id)
{
	for (uint16_t i = 0; i < plan.count; i++)
		if (plan.steps[i].id == id)
			return &plan.steps[i];
	CHECK(!"the plan has such a step");
	return &plan.steps[0];
}

static void check_numbers(struct reader *r, const uint32_t *wanted, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		CHECK(get_u32(r) == wanted[i]);
	CHECK(!r->bad && r->at == r->end);
}

static void every_step_is_understood(void)
{
	plan_of_all_steps(&b);
	CHECK_TEXT(decode_built(&b), NULL);
	CHECK(plan.new_user_namespace);
	CHECK(plan.exec == &plan.steps[plan.count - 1].exec && plan.steps[plan.count - 1].id == STEP_EXEC);
#define FOUND(number, constant, name, stage, ...) CHECK(STAGE_##stage == STAGE_NONE || step_of(number)->id == (number));
	NSRUN_STEPS(FOUND)
#undef FOUND
}

static void host_fields_are_those_of_the_plan(void)
{
	struct reader r;

	plan_of_all_steps(&b);
	CHECK_TEXT(decode_built(&b), NULL);
	CHECK(step_of(STEP_OPTIONS)->options.flags == 3);
	CHECK(step_of(STEP_TERMINAL)->terminal.rows == 24 && step_of(STEP_TERMINAL)->terminal.cols == 80);
	CHECK(step_of(STEP_TIMEOUT)->timeout.ms == 5000 && step_of(STEP_TIMEOUT)->timeout.signo == 15);
	CHECK(step_of(STEP_TIMEOUT)->timeout.grace_ms == 1000);
	const source *tree = &step_of(STEP_HOST_TREE)->host_tree.source;
	CHECK(tree->detached == 1 && tree->recursive && tree->attr_set == 0x101 && tree->attr_clr == 0x202);
	CHECK(tree->propagation == 0x303 && tree->expect == EXPECT_CHARACTER_DEVICE);
	CHECK(tree->major == 1 && tree->minor == 3);
	CHECK_TEXT(tree->path, "/host/tree");
	CHECK(step_of(STEP_NAMESPACES)->namespaces.create == 0x10020000 &&
	      step_of(STEP_NAMESPACES)->namespaces.joins.count == 1);
	r = step_of(STEP_NAMESPACES)->namespaces.joins.entries;
	CHECK(get_u64(&r) == 0x40000000);
	CHECK_TEXT(get_str(&r), "/proc/1/ns/net");
	CHECK(!r.bad && r.at == r.end);
	r = step_of(STEP_UID_MAP)->uid_map.ranges.entries;
	CHECK(step_of(STEP_UID_MAP)->uid_map.ranges.count == 2);
	check_numbers(&r, (const uint32_t[]){ 0, 1000, 1, 1, 100000, 65536 }, 6);
	CHECK(!r.bad && r.at == r.end);
	CHECK(step_of(STEP_GID_MAP)->gid_map.deny_setgroups && step_of(STEP_GID_MAP)->gid_map.ranges.count == 1);
	CHECK(step_of(STEP_IDMAP_MOUNT)->idmap_mount.detached == 1);
	CHECK(step_of(STEP_OUTPUT)->output.bytes == 1 << 20 && step_of(STEP_OUTPUT)->output.input);
	CHECK_TEXT(step_of(STEP_LISTENER)->listener.path, "/run/agent.sock");
	r = step_of(STEP_LISTENER)->listener.parts.entries;
	CHECK_TEXT(get_str(&r), "{\"pid\":");
	CHECK_TEXT(get_str(&r), "}");
	CHECK(!r.bad && r.at == r.end);
	CHECK_TEXT(step_of(STEP_LOCK)->lock.path, "/run/lock");
	CHECK(step_of(STEP_LOCK)->lock.offset == 77 && step_of(STEP_LOCK)->lock.shared);
	CHECK_TEXT(step_of(STEP_DETACH)->detach.directory, "/run/c");
	CHECK(step_of(STEP_DETACH)->detach.remove && step_of(STEP_DETACH)->detach.log_bytes == 1 << 20);
	CHECK(step_of(STEP_DETACH)->detach.log_files == 3);
	CHECK(step_of(STEP_RESTART)->restart.after_success && step_of(STEP_RESTART)->restart.most == 3);
	CHECK(step_of(STEP_RESTART)->restart.first_ms == 100 && step_of(STEP_RESTART)->restart.last_ms == 60000);
	CHECK(step_of(STEP_RESTART)->restart.reset_ms == 10000);
	CHECK(step_of(STEP_NAMESPACES)->namespaces.owner == 1000);
	CHECK(step_of(STEP_NAMESPACES)->namespaces.processes == 64);
}

static void program_fields_are_those_of_the_plan(void)
{
	const struct run_program_step *s;
	struct reader r;

	plan_of_all_steps(&b);
	CHECK_TEXT(decode_built(&b), NULL);
	s = &step_of(STEP_RUN_PROGRAM)->run_program;
	CHECK_TEXT(s->program, "/usr/bin/newuidmap");
	CHECK(s->argv.count == 3 && s->env.count == 1 && s->timeout_ms == 5000);
	r = s->argv.entries;
	CHECK_TEXT(get_str(&r), "newuidmap");
	CHECK(!get_bool(&r) && *get_str(&r) == 0);
	CHECK_TEXT(get_str(&r), "--pid=");
	CHECK(get_bool(&r));
	CHECK_TEXT(get_str(&r), "!");
	CHECK_TEXT(get_str(&r), "0");
	CHECK(!get_bool(&r) && *get_str(&r) == 0);
	CHECK(!r.bad && r.at == r.end);
	r = s->env.entries;
	CHECK_TEXT(get_str(&r), "PATH=/bin");
	CHECK(!r.bad && r.at == r.end);
	CHECK(s->input.length == 6 && memcmp(s->input.bytes, "in\0put", 6) == 0);
}

static void mount_fields_are_those_of_the_plan(void)
{
	const struct step *s;
	struct reader r;

	plan_of_all_steps(&b);
	CHECK_TEXT(decode_built(&b), NULL);
	CHECK(step_of(STEP_SETUP_IDS)->setup_ids.uid == 11 && step_of(STEP_SETUP_IDS)->setup_ids.gid == 12);
	s = step_of(STEP_NESTED_NAMESPACES);
	CHECK(s->nested_namespaces.create == 0x30000000);
	CHECK(s->nested_namespaces.uids.count == 1 && s->nested_namespaces.gids.count == 2);
	r = s->nested_namespaces.gids.entries;
	for (uint32_t i = 0; i < 6; i++)
		CHECK(get_u32(&r) == 60 + i);
	CHECK(!r.bad && r.at == r.end);
	CHECK(step_of(STEP_PROPAGATION)->propagation.flags == 0x44000);
	CHECK(step_of(STEP_BIND)->bind.source.detached == 2 && !step_of(STEP_BIND)->bind.source.recursive);
	s = step_of(STEP_FILESYSTEM);
	CHECK(s->filesystem.detached == 255 && s->filesystem.attrs == 14 && s->filesystem.options.count == 2);
	CHECK_TEXT(s->filesystem.type, "tmpfs");
	CHECK_TEXT(s->filesystem.source, "source");
	r = s->filesystem.options.entries;
	CHECK_TEXT(get_str(&r), "mode");
	CHECK_TEXT(get_str(&r), "755");
	CHECK_TEXT(get_str(&r), "flag");
	CHECK_TEXT(get_str(&r), "");
	CHECK(!r.bad && r.at == r.end);
	s = step_of(STEP_OVERLAY);
	CHECK(s->overlay.detached == 3 && s->overlay.lower == 2 && s->overlay.size == 4096);
	CHECK(s->overlay.writes == PLAN_NO_MOUNT);
	CHECK(step_of(STEP_PIVOT_ROOT)->pivot_root.detached == 3);
	s = step_of(STEP_INJECT);
	CHECK(s->inject.detached == 4 && s->inject.mode == 0640 && s->inject.uid == 13 && s->inject.gid == 14);
	CHECK(s->inject.content.length == 3 && memcmp(s->inject.content.bytes, "a\0b", 3) == 0);
	s = step_of(STEP_WATCH);
	CHECK(s->watch.memory_bytes == 1 << 30 && s->watch.cpu_ms == 7000);
	CHECK(s->watch.processes == 99 && s->watch.period_ms == 50);
	CHECK(step_of(STEP_MOUNT)->mount.detached == 255 && step_of(STEP_MOUNT)->mount.flags == 5);
	CHECK_TEXT(step_of(STEP_MOUNT)->mount.target, "/proc");
	CHECK(step_of(STEP_MKDIR)->mkdir.mode == 0755);
	CHECK_TEXT(step_of(STEP_SYMLINK)->symlink.target, "pts/ptmx");
	CHECK_TEXT(step_of(STEP_SYMLINK)->symlink.path, "/dev/ptmx");
	s = step_of(STEP_MKNOD);
	CHECK(s->mknod.mode == 020666 && s->mknod.major == 1 && s->mknod.minor == 7);
	CHECK_TEXT(s->mknod.path, "/dev/full");
	s = step_of(STEP_MOUNT_ATTRIBUTES);
	CHECK(s->mount_attributes.recursive && s->mount_attributes.set == 1 && s->mount_attributes.clear == 2);
	CHECK_TEXT(step_of(STEP_HOSTNAME)->hostname.name, "box");
	CHECK_TEXT(step_of(STEP_SYSCTL)->sysctl.key, "net/ipv4/ip_forward");
	CHECK_TEXT(step_of(STEP_SYSCTL)->sysctl.value, "1");
	CHECK(step_of(STEP_SYSCTL)->sysctl.required);
	CHECK_TEXT(step_of(STEP_CONSOLE)->console.path, "/dev/console");
	CHECK(step_of(STEP_UNPACK)->unpack.directories == 1000);
	CHECK(step_of(STEP_UNPACK)->unpack.follow && !step_of(STEP_UNPACK)->unpack.keep);
	CHECK_TEXT(step_of(STEP_REMOVE)->remove.path, "/tree");
	CHECK_TEXT(step_of(STEP_PACK)->pack.path, "/srv");
	CHECK(!step_of(STEP_PACK)->pack.follow && step_of(STEP_PACK)->pack.one_mount);
}

static void command_fields_are_those_of_the_plan(void)
{
	const struct step *s;
	struct reader r;

	plan_of_all_steps(&b);
	CHECK_TEXT(decode_built(&b), NULL);
	CHECK(step_of(STEP_KEYRING)->keyring.required);
	s = step_of(STEP_RLIMIT);
	CHECK(s->rlimit.resource == 7 && s->rlimit.soft == 1024 && s->rlimit.hard == UINT64_MAX);
	CHECK(step_of(STEP_UMASK)->umask.mode == 022);
	CHECK(step_of(STEP_BOUNDING_SET)->bounding_set.capabilities == 0xa80425fb);
	s = step_of(STEP_USER);
	CHECK(s->user.uid == 1000 && s->user.gid == 1001 && s->user.set_groups && s->user.groups.count == 2);
	r = s->user.groups.entries;
	check_numbers(&r, (const uint32_t[]){ 1001, 27 }, 2);
	s = step_of(STEP_CAPABILITIES);
	CHECK(s->capabilities.effective == 1 && s->capabilities.permitted == 3);
	CHECK(s->capabilities.inheritable == 4 && s->capabilities.ambient == 8);
	CHECK_TEXT(step_of(STEP_WORKDIR)->workdir.path, "/srv");
	CHECK(step_of(STEP_AFFINITY)->affinity.mask.length == 1 && step_of(STEP_AFFINITY)->affinity.mask.bytes[0] == 5);
	CHECK((int)step_of(STEP_NICE)->nice.nice == -5);
	CHECK(step_of(STEP_IO_PRIORITY)->io_priority.class == 2 && step_of(STEP_IO_PRIORITY)->io_priority.level == 6);
	s = step_of(STEP_LANDLOCK);
	CHECK(s->landlock.handled_fs == 0x1fff && s->landlock.handled_net == 3 && s->landlock.scoped == 1);
	r = s->landlock.rules.entries;
	CHECK_TEXT(s->landlock.rules.count == 2 ? get_str(&r) : "", "/");
	CHECK(get_u64(&r) == 12);
	CHECK(step_of(STEP_SECCOMP)->seccomp.flags == 10);
	CHECK(step_of(STEP_SECCOMP)->seccomp.program.length == sizeof(struct sock_filter));
	s = step_of(STEP_EXEC);
	CHECK(s->exec.init && s->exec.argv.count == 2 && s->exec.env.count == 1 && s->exec.paths.count == 2);
	r = s->exec.argv.entries;
	CHECK_TEXT(get_str(&r), "sh");
	CHECK_TEXT(get_str(&r), "-l");
	CHECK(!r.bad && r.at == r.end);
	r = s->exec.env.entries;
	CHECK_TEXT(get_str(&r), "PATH=/bin");
	CHECK(!r.bad && r.at == r.end);
	r = s->exec.paths.entries;
	CHECK_TEXT(get_str(&r), "/usr/bin/sh");
	CHECK_TEXT(get_str(&r), "/bin/sh");
	CHECK(!r.bad && r.at == r.end);
}

static void joined_user_namespaces_count(void)
{
	begin_plan(&b);
	put_step(&b, STEP_NAMESPACES, 0, NO_OWNER, NO_LIMIT, LIST(0x10000000, "/proc/1/ns/user"));
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), NULL);
	CHECK(plan.new_user_namespace);
	begin_plan(&b);
	put_step(&b, STEP_NAMESPACES, 0x20000000, NO_OWNER, NO_LIMIT, LIST(0x40000000, "/proc/1/ns/net"));
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), NULL);
	CHECK(!plan.new_user_namespace);
}

int main(void)
{
	test("a plan with every step is understood", every_step_is_understood);
	test("the host's steps carry the plan's values", host_fields_are_those_of_the_plan);
	test("a program's step carries the plan's values", program_fields_are_those_of_the_plan);
	test("the mount and node steps carry the plan's values", mount_fields_are_those_of_the_plan);
	test("the command's steps carry the plan's values", command_fields_are_those_of_the_plan);
	test("a joined user namespace counts as one of our own", joined_user_namespaces_count);
	return tests_done();
}
