#include "proto/plan.h"

#include <linux/filter.h>
#include <stdio.h>
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

/* ---- what is understood ---- */

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
	CHECK(step_of(STEP_LOCK)->lock.offset == 77);
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
	CHECK_TEXT(step_of(STEP_REMOVE)->remove.path, "/tree");
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

/* ---- what is refused ---- */

static void no_plan_at_all(void)
{
	static const uint8_t none[4] = { 0 };

	for (size_t n = 0; n < 4; n++)
		CHECK_TEXT(decode(none, n), "checksum does not match");
	/* The sum of nothing is right, and there is still no plan. */
	CHECK_TEXT(decode(none, 4), "bad number of steps");
	CHECK(at == UINT16_MAX);
	begin_plan(&b);
	refuse(&b, "bad number of steps", UINT16_MAX);
}

static void wrong_checksum(void)
{
	smallest_plan(&b);
	end_plan(&b);
	b.at[0] ^= 1;
	CHECK_TEXT(decode(b.at, b.length), "checksum does not match");
	CHECK(at == UINT16_MAX);
}

static void too_many_steps(void)
{
	begin_plan(&b);
	add_namespaces(&b, 0);
	for (unsigned i = 0; i < PLAN_MAX_STEPS - 2; i++)
		put_step(&b, STEP_LOOPBACK);
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), NULL);
	begin_plan(&b);
	add_namespaces(&b, 0);
	for (unsigned i = 0; i < PLAN_MAX_STEPS - 1; i++)
		put_step(&b, STEP_LOOPBACK);
	add_exec(&b);
	refuse(&b, "bad number of steps", UINT16_MAX);
}

static void unknown_steps(void)
{
	bool known[300] = { false };

#define KNOWN(number, constant, name, stage, ...) known[number] = STAGE_##stage != STAGE_NONE;
	NSRUN_STEPS(KNOWN)
#undef KNOWN
	for (unsigned id = 0; id < 300; id++) {
		if (known[id])
			continue;
		begin_plan(&b);
		add_namespaces(&b, 0);
		put_step_as(&b, (uint16_t)id, "");
		add_exec(&b);
		refuse(&b, "unknown step", 1);
	}
	begin_plan(&b);
	put_step_as(&b, UINT16_MAX, "");
	refuse(&b, "unknown step", 0);
}

static void half_a_session(void)
{
	for (unsigned terminals = 0; terminals < 3; terminals++) {
		for (unsigned consoles = 0; consoles < 3; consoles++) {
			begin_plan(&b);
			for (unsigned i = 0; i < terminals; i++)
				put_step(&b, STEP_TERMINAL, 0, 0);
			add_namespaces(&b, 0);
			for (unsigned i = 0; i < consoles; i++)
				put_step(&b, STEP_CONSOLE, "");
			add_exec(&b);
			CHECK_TEXT(decode_built(&b),
				   terminals == consoles && terminals < 2 ? NULL : "terminal and console go together");
		}
	}
}

static void left_over_bytes(void)
{
	begin_plan(&b);
	add_namespaces(&b, 0);
	put_step_as(&b, STEP_LOOPBACK, "1", 0);
	add_exec(&b);
	refuse(&b, "left-over bytes", 1);
	smallest_plan(&b);
	put(&b, "1", 0);
	refuse(&b, "left-over bytes after the last step", UINT16_MAX);
}

static void steps_longer_than_the_plan(void)
{
	smallest_plan(&b);
	end_plan(&b);
	memset(b.at + 6 + 2, 0xff, 4); /* the length of the first step */
	sum_plan(b.at, b.length);
	CHECK_TEXT(decode(b.at, b.length), "cut short");
	CHECK(at == 0);
}

static void every_step_one_byte_short(void)
{
	static struct bytes whole;
	size_t place = 6;

	plan_of_all_steps(&whole);
	end_plan(&whole);
	CHECK_TEXT(decode(whole.at, whole.length), NULL);
	for (uint16_t i = 0; i < plan.count; i++) {
		uint32_t length = whole.at[place + 2] | (uint32_t)whole.at[place + 3] << 8;
		size_t end = place + 6 + length;

		/* Each step loses its last byte in turn, and keeps an honest length. */
		if (length > 0) {
			b = whole;
			memmove(b.at + end - 1, b.at + end, b.length - end);
			b.length--;
			b.at[place + 2] = (uint8_t)(length - 1);
			b.at[place + 3] = (uint8_t)((length - 1) >> 8);
			sum_plan(b.at, b.length);
			CHECK_TEXT(decode(b.at, b.length), "cut short or malformed");
			CHECK(at == i);
		}
		place = end;
	}
	CHECK(place == whole.length);
}

static void stages_out_of_order(void)
{
	begin_plan(&b);
	add_namespaces(&b, 0);
	put_step(&b, STEP_SESSION);
	put_step(&b, STEP_LOOPBACK);
	add_exec(&b);
	refuse(&b, "step out of order", 2);
	begin_plan(&b);
	put_step(&b, STEP_LOOPBACK);
	add_namespaces(&b, 0);
	add_exec(&b);
	refuse(&b, "step out of order", 1);
}

static void wrong_side_of_namespaces(void)
{
	begin_plan(&b);
	put_step(&b, STEP_UID_MAP, LIST(0, 1000, 1));
	add_namespaces(&b, 0);
	add_exec(&b);
	refuse(&b, "step out of order", 1);
	begin_plan(&b);
	add_namespaces(&b, 0);
	add_tree(&b, STEP_HOST_TREE, 1, 0);
	add_exec(&b);
	refuse(&b, "step out of order", 1);
}

static void not_one_namespaces_step(void)
{
	begin_plan(&b);
	add_exec(&b);
	refuse(&b, "not exactly one namespaces step", UINT16_MAX);
	begin_plan(&b);
	add_namespaces(&b, 0);
	add_namespaces(&b, 0);
	add_exec(&b);
	refuse(&b, "step out of order", 1);
}

static void not_one_exec_step(void)
{
	begin_plan(&b);
	add_namespaces(&b, 0);
	refuse(&b, "not exactly one exec step, as the last", UINT16_MAX);
	begin_plan(&b);
	add_namespaces(&b, 0);
	add_exec(&b);
	add_exec(&b);
	refuse(&b, "not exactly one exec step, as the last", UINT16_MAX);
	begin_plan(&b);
	add_namespaces(&b, 0);
	add_exec(&b);
	put_step(&b, STEP_SESSION);
	refuse(&b, "not exactly one exec step, as the last", UINT16_MAX);
}

static void work_in_place_of_a_command(void)
{
	begin_plan(&b);
	add_namespaces(&b, 0);
	put_step(&b, STEP_UNPACK, 1);
	CHECK_TEXT(decode_built(&b), NULL);
	CHECK(plan.exec == NULL && !plan.stays_init);
	begin_plan(&b);
	add_namespaces(&b, 0);
	put_step(&b, STEP_REMOVE, "/tree");
	CHECK_TEXT(decode_built(&b), NULL);
	CHECK(plan.exec == NULL);
}

int main(void)
{
	test("a plan with every step is understood", every_step_is_understood);
	test("the host's steps carry the plan's values", host_fields_are_those_of_the_plan);
	test("a program's step carries the plan's values", program_fields_are_those_of_the_plan);
	test("the mount and node steps carry the plan's values", mount_fields_are_those_of_the_plan);
	test("the command's steps carry the plan's values", command_fields_are_those_of_the_plan);
	test("a joined user namespace counts as one of our own", joined_user_namespaces_count);
	test("nothing, and a plan of no step, is refused", no_plan_at_all);
	test("a plan with a wrong checksum is refused", wrong_checksum);
	test("a plan of more than 1024 steps is refused", too_many_steps);
	test("an unknown step is refused", unknown_steps);
	test("a terminal without a console is refused, and the other way round", half_a_session);
	test("bytes left over in a step, or after the last, are refused", left_over_bytes);
	test("a step longer than the plan is refused", steps_longer_than_the_plan);
	test("every step is refused when it is one byte short", every_step_one_byte_short);
	test("a step of an earlier stage after a later one is refused", stages_out_of_order);
	test("a host step on the wrong side of namespaces is refused", wrong_side_of_namespaces);
	test("a plan without exactly one namespaces step is refused", not_one_namespaces_step);
	test("a plan without exactly one exec step, as its last, is refused", not_one_exec_step);
	test("a plan may end with unpack or remove, and has no command then", work_in_place_of_a_command);
	return tests_done();
}
