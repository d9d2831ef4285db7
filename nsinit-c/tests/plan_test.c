#include "plan.h"

#include <dirent.h>
#include <linux/filter.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "frames.h"
#include "plans.h"

static struct plan plan;
static uint16_t at;

static const char *decode(const uint8_t *bytes, size_t n)
{
	at = 7777;
	return plan_decode(&plan, at_the_edge(bytes, n), n, &at);
}

static const char *decode_built(struct bytes *b)
{
	end_plan(b);
	return decode(b->at, b->length);
}

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

static struct bytes b;

static void every_step_is_understood(void)
{
	plan_of_all_steps(&b);
	CHECK_TEXT(decode_built(&b), NULL);
	CHECK(plan.new_user_namespace);
	CHECK(plan.exec == &plan.steps[plan.count - 1] && plan.exec->id == STEP_EXEC);
#define FOUND(number, constant, name, stage) CHECK(STAGE_##stage == STAGE_NONE || step_of(number)->id == (number));
	NSRUN_STEPS(FOUND)
#undef FOUND
}

static void host_fields_are_those_of_the_plan(void)
{
	struct reader r;

	plan_of_all_steps(&b);
	CHECK_TEXT(decode_built(&b), NULL);
	CHECK(step_of(STEP_OPTIONS)->u.options == 3);
	CHECK(step_of(STEP_TERMINAL)->u.terminal.rows == 24 && step_of(STEP_TERMINAL)->u.terminal.cols == 80);
	CHECK(step_of(STEP_TIMEOUT)->u.timeout.ms == 5000 && step_of(STEP_TIMEOUT)->u.timeout.signo == 15);
	CHECK(step_of(STEP_TIMEOUT)->u.timeout.grace_ms == 1000);
	const struct tree_step *tree = &step_of(STEP_HOST_TREE)->u.tree;
	CHECK(tree->slot == 1 && tree->recursive && tree->attr_set == 0x101 && tree->attr_clr == 0x202);
	CHECK(tree->propagation == 0x303 && tree->expect == EXPECT_CHARACTER_DEVICE);
	CHECK(tree->major == 1 && tree->minor == 3);
	CHECK_TEXT(tree->path, "/host/tree");
	CHECK(step_of(STEP_NAMESPACES)->u.namespaces.create == 0x30000000 && step_of(STEP_NAMESPACES)->count == 1);
	r = step_of(STEP_NAMESPACES)->list;
	CHECK(get_u64(&r) == 0x40000000);
	CHECK_TEXT(get_str(&r), "/proc/1/ns/net");
	CHECK(!r.bad && r.at == r.end);
	CHECK_TEXT(step_of(STEP_UID_MAP)->u.map.helper, "/usr/bin/newuidmap");
	r = step_of(STEP_UID_MAP)->list;
	CHECK(step_of(STEP_UID_MAP)->count == 2);
	check_numbers(&r, (const uint32_t[]){ 0, 1000, 1, 1, 100000, 65536 }, 6);
	CHECK(!r.bad && r.at == r.end);
	CHECK(step_of(STEP_GID_MAP)->u.map.deny_setgroups && step_of(STEP_GID_MAP)->count == 1);
	CHECK_TEXT(step_of(STEP_GID_MAP)->u.map.helper, "");
	CHECK(step_of(STEP_IDMAP_MOUNT)->u.slot == 1);
	CHECK(step_of(STEP_OUTPUT)->u.output == 1 << 20);
	CHECK(step_of(STEP_NAMESPACES)->u.namespaces.owner == 1000);
	CHECK(step_of(STEP_NAMESPACES)->u.namespaces.processes == 64);
}

static void mount_fields_are_those_of_the_plan(void)
{
	const struct step *s;
	struct reader r;

	plan_of_all_steps(&b);
	CHECK_TEXT(decode_built(&b), NULL);
	CHECK(step_of(STEP_SETUP_IDS)->u.ids.uid == 11 && step_of(STEP_SETUP_IDS)->u.ids.gid == 12);
	CHECK(step_of(STEP_PROPAGATION)->u.propagation == 0x44000);
	CHECK(step_of(STEP_BIND)->u.tree.slot == 2 && !step_of(STEP_BIND)->u.tree.recursive);
	s = step_of(STEP_FILESYSTEM);
	CHECK(s->u.filesystem.slot == 255 && s->u.filesystem.attrs == 14 && s->count == 2);
	CHECK_TEXT(s->u.filesystem.type, "tmpfs");
	CHECK_TEXT(s->u.filesystem.source, "source");
	r = s->list;
	CHECK_TEXT(get_str(&r), "mode");
	CHECK_TEXT(get_str(&r), "755");
	CHECK_TEXT(get_str(&r), "flag");
	CHECK_TEXT(get_str(&r), "");
	CHECK(!r.bad && r.at == r.end);
	s = step_of(STEP_OVERLAY);
	CHECK(s->u.overlay.slot == 3 && s->u.overlay.lower == 2 && s->u.overlay.size == 4096);
	CHECK(s->u.overlay.writes == PLAN_NO_SLOT);
	CHECK(step_of(STEP_PIVOT_ROOT)->u.slot == 3);
	CHECK(step_of(STEP_MOUNT)->u.mount.slot == 255 && step_of(STEP_MOUNT)->u.mount.flags == 5);
	CHECK_TEXT(step_of(STEP_MOUNT)->u.mount.target, "/proc");
	CHECK(step_of(STEP_MKDIR)->u.node.mode == 0755);
	CHECK_TEXT(step_of(STEP_SYMLINK)->u.symlink.target, "pts/ptmx");
	CHECK_TEXT(step_of(STEP_SYMLINK)->u.symlink.path, "/dev/ptmx");
	s = step_of(STEP_MKNOD);
	CHECK(s->u.node.mode == 020666 && s->u.node.major == 1 && s->u.node.minor == 7);
	CHECK_TEXT(s->u.node.path, "/dev/full");
	s = step_of(STEP_MOUNT_ATTRIBUTES);
	CHECK(s->u.attributes.recursive && s->u.attributes.set == 1 && s->u.attributes.clear == 2);
	CHECK_TEXT(step_of(STEP_HOSTNAME)->u.text, "box");
	CHECK_TEXT(step_of(STEP_SYSCTL)->u.sysctl.key, "net/ipv4/ip_forward");
	CHECK_TEXT(step_of(STEP_SYSCTL)->u.sysctl.value, "1");
	CHECK_TEXT(step_of(STEP_CONSOLE)->u.text, "/dev/console");
}

static void command_fields_are_those_of_the_plan(void)
{
	const struct step *s;
	struct reader r;

	plan_of_all_steps(&b);
	CHECK_TEXT(decode_built(&b), NULL);
	CHECK(step_of(STEP_KEYRING)->u.keyring);
	s = step_of(STEP_RLIMIT);
	CHECK(s->u.rlimit.resource == 7 && s->u.rlimit.soft == 1024 && s->u.rlimit.hard == UINT64_MAX);
	CHECK(step_of(STEP_UMASK)->u.umask == 022);
	CHECK(step_of(STEP_BOUNDING_SET)->u.bounding == 0xa80425fb);
	s = step_of(STEP_USER);
	CHECK(s->u.user.uid == 1000 && s->u.user.gid == 1001 && s->u.user.set_groups && s->count == 2);
	r = s->list;
	check_numbers(&r, (const uint32_t[]){ 1001, 27 }, 2);
	s = step_of(STEP_CAPABILITIES);
	CHECK(s->u.capabilities.effective == 1 && s->u.capabilities.permitted == 3);
	CHECK(s->u.capabilities.inheritable == 4 && s->u.capabilities.ambient == 8);
	CHECK_TEXT(step_of(STEP_WORKDIR)->u.text, "/srv");
	CHECK(step_of(STEP_SECCOMP)->u.seccomp.flags == 2);
	CHECK(step_of(STEP_SECCOMP)->u.seccomp.program.length == sizeof(struct sock_filter));
	s = step_of(STEP_EXEC);
	CHECK(s->u.exec.init && s->u.exec.argc == 2 && s->u.exec.envc == 1 && s->u.exec.candidates == 2);
	r = s->u.exec.argv;
	CHECK_TEXT(get_str(&r), "sh");
	CHECK_TEXT(get_str(&r), "-l");
	CHECK(!r.bad && r.at == r.end);
	r = s->u.exec.env;
	CHECK_TEXT(get_str(&r), "PATH=/bin");
	CHECK(!r.bad && r.at == r.end);
	r = s->u.exec.paths;
	CHECK_TEXT(get_str(&r), "/usr/bin/sh");
	CHECK_TEXT(get_str(&r), "/bin/sh");
	CHECK(!r.bad && r.at == r.end);
}

static void joined_user_namespaces_count(void)
{
	begin_plan(&b);
	add_namespaces(&b, 0, 1, 0x10000000);
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), NULL);
	CHECK(plan.new_user_namespace);
	begin_plan(&b);
	add_namespaces(&b, 0x20000000, 1, 0x40000000);
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), NULL);
	CHECK(!plan.new_user_namespace);
}

/* ---- what is refused ---- */

static void refuse(const char *why, uint16_t index)
{
	CHECK_TEXT(decode_built(&b), why);
	CHECK(at == index);
}

static void no_plan_at_all(void)
{
	static const uint8_t none[4] = { 0 };

	for (size_t n = 0; n < 4; n++)
		CHECK_TEXT(decode(none, n), "checksum does not match");
	/* The sum of nothing is right, and there is still no plan. */
	CHECK_TEXT(decode(none, 4), "bad number of steps");
	CHECK(at == UINT16_MAX);
	begin_plan(&b);
	refuse("bad number of steps", UINT16_MAX);
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
	add_namespaces(&b, 0, 0, 0);
	for (unsigned i = 0; i < PLAN_MAX_STEPS - 2; i++)
		add_plain(&b, STEP_LOOPBACK);
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), NULL);
	begin_plan(&b);
	add_namespaces(&b, 0, 0, 0);
	for (unsigned i = 0; i < PLAN_MAX_STEPS - 1; i++)
		add_plain(&b, STEP_LOOPBACK);
	add_exec(&b);
	refuse("bad number of steps", UINT16_MAX);
}

static void unknown_steps(void)
{
	bool known[300] = { false };

#define KNOWN(number, constant, name, stage) known[number] = STAGE_##stage != STAGE_NONE;
	NSRUN_STEPS(KNOWN)
#undef KNOWN
	for (unsigned id = 0; id < 300; id++) {
		if (known[id])
			continue;
		begin_plan(&b);
		add_namespaces(&b, 0, 0, 0);
		add_plain(&b, (uint16_t)id);
		add_exec(&b);
		refuse("unknown step", 1);
	}
	begin_plan(&b);
	add_plain(&b, UINT16_MAX);
	refuse("unknown step", 0);
}

static void half_a_session(void)
{
	for (unsigned terminals = 0; terminals < 3; terminals++) {
		for (unsigned consoles = 0; consoles < 3; consoles++) {
			begin_plan(&b);
			for (unsigned i = 0; i < terminals; i++) {
				begin_step(&b, STEP_TERMINAL);
				add32(&b, 0);
				end_step(&b);
			}
			add_namespaces(&b, 0, 0, 0);
			for (unsigned i = 0; i < consoles; i++)
				add_text(&b, STEP_CONSOLE, "");
			add_exec(&b);
			CHECK_TEXT(decode_built(&b),
				   terminals == consoles && terminals < 2 ? NULL : "terminal and console go together");
		}
	}
}

static void left_over_bytes(void)
{
	begin_plan(&b);
	add_namespaces(&b, 0, 0, 0);
	begin_step(&b, STEP_LOOPBACK);
	add8(&b, 0);
	end_step(&b);
	add_exec(&b);
	refuse("left-over bytes", 1);
	smallest_plan(&b);
	add8(&b, 0);
	refuse("left-over bytes after the last step", UINT16_MAX);
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
	add_namespaces(&b, 0, 0, 0);
	add_plain(&b, STEP_SESSION);
	add_plain(&b, STEP_LOOPBACK);
	add_exec(&b);
	refuse("step out of order", 2);
	begin_plan(&b);
	add_plain(&b, STEP_LOOPBACK);
	add_namespaces(&b, 0, 0, 0);
	add_exec(&b);
	refuse("step out of order", 1);
}

static void wrong_side_of_namespaces(void)
{
	begin_plan(&b);
	add_map(&b, STEP_UID_MAP, 1);
	add_namespaces(&b, 0, 0, 0);
	add_exec(&b);
	refuse("step out of order", 1);
	begin_plan(&b);
	add_namespaces(&b, 0, 0, 0);
	add_tree(&b, STEP_HOST_TREE, 1, 0);
	add_exec(&b);
	refuse("step out of order", 1);
}

static void not_one_namespaces_step(void)
{
	begin_plan(&b);
	add_exec(&b);
	refuse("not exactly one namespaces step", UINT16_MAX);
	begin_plan(&b);
	add_namespaces(&b, 0, 0, 0);
	add_namespaces(&b, 0, 0, 0);
	add_exec(&b);
	refuse("step out of order", 1);
}

static void not_one_exec_step(void)
{
	begin_plan(&b);
	add_namespaces(&b, 0, 0, 0);
	refuse("not exactly one exec step, as the last", UINT16_MAX);
	begin_plan(&b);
	add_namespaces(&b, 0, 0, 0);
	add_exec(&b);
	add_exec(&b);
	refuse("not exactly one exec step, as the last", UINT16_MAX);
	begin_plan(&b);
	add_namespaces(&b, 0, 0, 0);
	add_exec(&b);
	add_plain(&b, STEP_SESSION);
	refuse("not exactly one exec step, as the last", UINT16_MAX);
}

/* A plan with one step whose payload was just begun with begin_odd(). */
static uint16_t odd_at;

static void begin_odd(uint16_t id)
{
	begin_plan(&b);
	odd_at = step_stage_of(id) == STAGE_HOST && id < STEP_NAMESPACES ? 0 : 1;
	if (odd_at == 1)
		add_namespaces(&b, 0, 0, 0);
	begin_step(&b, id);
}

static void refuse_odd(const char *why)
{
	end_step(&b);
	if (odd_at == 0)
		add_namespaces(&b, 0, 0, 0);
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), why);
	CHECK(why == NULL || at == odd_at);
}

static void options_unknown(void)
{
	for (unsigned bit = 0; bit < 32; bit++) {
		begin_odd(STEP_OPTIONS);
		add32(&b, 1u << bit);
		refuse_odd(bit < 2 ? NULL : "unknown option");
	}
}

static void timeout_of(uint64_t ms, uint32_t signo, uint64_t grace, const char *why)
{
	begin_odd(STEP_TIMEOUT);
	add64(&b, ms);
	add32(&b, signo);
	add64(&b, grace);
	refuse_odd(why);
}

static void timeouts_out_of_range(void)
{
	timeout_of(1, 1, 0, NULL);
	timeout_of(1, 64, 0, NULL);
	timeout_of(1, 0, 0, "no such signal");
	timeout_of(1, 65, 0, "no such signal");
	timeout_of(1, UINT32_MAX, 0, "no such signal");
	timeout_of(315360000000, 15, 315360000000, NULL);
	timeout_of(315360000001, 15, 0, "timeout out of range");
	timeout_of(0, 15, 315360000001, "timeout out of range");
	timeout_of(UINT64_MAX, 15, UINT64_MAX, "timeout out of range");
}

static void namespaces_of(uint64_t create, uint16_t joins, uint64_t type, const char *why)
{
	begin_plan(&b);
	add_namespaces(&b, create, joins, type);
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), why);
	CHECK(why == NULL || at == 0);
}

static void namespaces_unknown(void)
{
	uint64_t all = 0x00000080 | 0x00020000 | 0x02000000 | 0x7c000000;

	namespaces_of(all, 0, 0, NULL);
	for (unsigned bit = 0; bit < 64; bit++) {
		bool known = (all >> bit & 1) != 0;

		namespaces_of((uint64_t)1 << bit, 0, 0, known ? NULL : "unknown namespace flag");
		namespaces_of(0, 1, (uint64_t)1 << bit, known ? NULL : "unknown namespace type to join");
	}
	namespaces_of(0, 1, 0, "unknown namespace type to join");
	namespaces_of(0, 1, 0x60000000, "unknown namespace type to join");
	namespaces_of(0, 8, 0x40000000, NULL);
	namespaces_of(0, 9, 0x40000000, "too many entries in a list");
}

static void maps_of_no_or_too_many_entries(void)
{
	for (unsigned wide = 0; wide < 2; wide++) {
		uint16_t id = wide ? STEP_UID_MAP : STEP_GID_MAP;
		static const uint16_t counts[] = { 0, 1, PLAN_MAX_MAP_ENTRIES, PLAN_MAX_MAP_ENTRIES + 1 };

		for (unsigned i = 0; i < 4; i++) {
			begin_plan(&b);
			add_namespaces(&b, 0, 0, 0);
			add_map(&b, id, counts[i]);
			add_exec(&b);
			CHECK_TEXT(decode_built(&b), i == 0   ? "an id map without entries"
						     : i == 3 ? "too many entries in a list"
							      : NULL);
		}
	}
}

static void flags_that_are_neither_yes_nor_no(void)
{
	begin_odd(STEP_KEYRING);
	add8(&b, 2);
	refuse_odd("cut short or malformed");
	begin_odd(STEP_KEYRING);
	add8(&b, 255);
	refuse_odd("cut short or malformed");
	begin_odd(STEP_KEYRING);
	add8(&b, 0);
	refuse_odd(NULL);
}

static void trees_of_unknown_kind(void)
{
	for (unsigned expect = 0; expect < 256; expect++) {
		begin_plan(&b);
		add_tree(&b, STEP_HOST_TREE, 0, (uint8_t)expect);
		add_namespaces(&b, 0, 0, 0);
		add_exec(&b);
		CHECK_TEXT(decode_built(&b), expect > 2 ? "unknown expectation of a tree" : NULL);
	}
}

static void mount_flags_unknown(void)
{
	for (unsigned bit = 0; bit < 32; bit++) {
		begin_plan(&b);
		add_namespaces(&b, 0, 0, 0);
		add_tree(&b, STEP_BIND, 9, 0);
		begin_step(&b, STEP_MOUNT);
		add16(&b, 9);
		add_str(&b, "/x");
		add32(&b, 1u << bit);
		end_step(&b);
		add_exec(&b);
		CHECK_TEXT(decode_built(&b), bit > 2 ? "unknown mount flag" : NULL);
	}
}

static void too_many_groups(void)
{
	for (unsigned i = 0; i < 2; i++) {
		begin_odd(STEP_USER);
		add32(&b, 0);
		add32(&b, 0);
		add8(&b, 1);
		add16(&b, (uint16_t)(PLAN_MAX_GROUPS + i));
		for (unsigned k = 0; k < PLAN_MAX_GROUPS + i; k++)
			add32(&b, k);
		refuse_odd(i ? "too many entries in a list" : NULL);
	}
}

static void seccomp_of(uint32_t length, const char *why)
{
	begin_odd(STEP_SECCOMP);
	add32(&b, 0);
	add32(&b, length);
	for (uint32_t i = 0; i < length; i++)
		add8(&b, 0);
	refuse_odd(why);
}

static void seccomp_of_odd_length(void)
{
	seccomp_of(0, "bad length of a seccomp program");
	seccomp_of(7, "bad length of a seccomp program");
	seccomp_of(8, NULL);
	seccomp_of(9, "bad length of a seccomp program");
	seccomp_of(8 * BPF_MAXINSNS, NULL);
	seccomp_of(8 * BPF_MAXINSNS + 8, "bad length of a seccomp program");
}

static void overlay_writing_to(uint16_t writes, const char *why)
{
	begin_plan(&b);
	add_namespaces(&b, 0, 0, 0);
	add_tree(&b, STEP_BIND, 0, 0);
	add_tree(&b, STEP_BIND, 1, 0);
	begin_step(&b, STEP_OVERLAY);
	add16(&b, 2);
	add16(&b, 0);
	add16(&b, writes);
	add64(&b, 0);
	end_step(&b);
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), why);
}

static void overlays_writing_nowhere(void)
{
	overlay_writing_to(1, NULL);
	overlay_writing_to(PLAN_NO_SLOT, NULL);
	overlay_writing_to(0, "slot used before it is filled");
	overlay_writing_to(2, "slot used before it is filled");
	overlay_writing_to(PLAN_SLOTS, "slot out of range");
}

static void exec_of(uint32_t argc, uint32_t arguments, uint16_t candidates, const char *why)
{
	begin_plan(&b);
	add_namespaces(&b, 0, 0, 0);
	begin_step(&b, STEP_EXEC);
	add8(&b, 1);
	add32(&b, argc);
	for (uint32_t i = 0; i < arguments; i++)
		add_str(&b, "x");
	add32(&b, 0);
	add16(&b, candidates);
	for (uint16_t i = 0; i < candidates; i++)
		add_str(&b, "/x");
	end_step(&b);
	CHECK_TEXT(decode_built(&b), why);
	CHECK(why == NULL || at == 1);
}

static void nothing_to_execute(void)
{
	exec_of(1, 1, 1, NULL);
	exec_of(0, 0, 1, "nothing to execute");
	exec_of(1, 1, 0, "nothing to execute");
	exec_of(UINT32_MAX, 1, 1, "cut short or malformed");
	exec_of(2, 1, 1, "cut short or malformed");
}

/* ---- slots ---- */

static void mount_from(uint16_t slot)
{
	begin_step(&b, STEP_MOUNT);
	add16(&b, slot);
	add_str(&b, "/x");
	add32(&b, 0);
	end_step(&b);
}

static void slots_out_of_range(void)
{
	begin_plan(&b);
	add_namespaces(&b, 0, 0, 0);
	add_tree(&b, STEP_BIND, PLAN_SLOTS - 1, 0);
	mount_from(PLAN_SLOTS - 1);
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), NULL);
	begin_plan(&b);
	add_namespaces(&b, 0, 0, 0);
	add_tree(&b, STEP_BIND, PLAN_SLOTS, 0);
	add_exec(&b);
	refuse("slot out of range", 1);
	begin_plan(&b);
	add_namespaces(&b, 0, 0, 0);
	mount_from(UINT16_MAX);
	add_exec(&b);
	refuse("slot out of range", 1);
}

static void slots_filled_twice(void)
{
	begin_plan(&b);
	add_tree(&b, STEP_HOST_TREE, 4, 0);
	add_namespaces(&b, 0, 0, 0);
	add_tree(&b, STEP_BIND, 4, 0);
	add_exec(&b);
	refuse("slot filled twice", 2);
}

static void slots_used_while_empty(void)
{
	begin_plan(&b);
	add_namespaces(&b, 0, 0, 0);
	mount_from(4);
	add_exec(&b);
	refuse("slot used before it is filled", 1);
	begin_plan(&b);
	add_namespaces(&b, 0, 0, 0);
	add_tree(&b, STEP_BIND, 4, 0);
	mount_from(4);
	mount_from(4);
	add_exec(&b);
	refuse("slot used before it is filled", 3);
	/* Emptied, it may be filled again. */
	begin_plan(&b);
	add_namespaces(&b, 0, 0, 0);
	add_tree(&b, STEP_BIND, 4, 0);
	mount_from(4);
	add_tree(&b, STEP_BIND, 4, 0);
	mount_from(4);
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), NULL);
	begin_plan(&b);
	add_namespaces(&b, 0, 0, 0);
	begin_step(&b, STEP_PIVOT_ROOT);
	add16(&b, 0);
	end_step(&b);
	add_exec(&b);
	refuse("slot used before it is filled", 1);
}

static void idmap_of(uint16_t filled, uint16_t mapped, const char *why)
{
	begin_plan(&b);
	add_tree(&b, STEP_HOST_TREE, filled, 0);
	add_namespaces(&b, 0, 0, 0);
	begin_step(&b, STEP_IDMAP_MOUNT);
	add16(&b, mapped);
	end_step(&b);
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), why);
	CHECK(why == NULL || at == 2);
}

static void idmaps_of_what_is_not_there(void)
{
	idmap_of(0, 0, NULL);
	idmap_of(0, 1, "slot was not filled by a host_tree");
	idmap_of(0, PLAN_SLOTS, "slot was not filled by a host_tree");
	idmap_of(0, UINT16_MAX, "slot was not filled by a host_tree");
}

/* ---- whole plans ---- */

static void refuse_every_cut(const uint8_t *bytes, size_t n, const char *name)
{
	for (size_t cut = 0; cut < n; cut++) {
		if (decode(bytes, cut) == NULL) {
			printf("# %s cut to %zu bytes is taken for whole\n", name, cut);
			CHECK(!"a plan cut short is refused");
		}
	}
}

/* The same with a checksum that was made to fit. */
static void refuse_every_summed_cut(const uint8_t *bytes, size_t n, const char *name)
{
	static struct bytes copy;

	for (size_t cut = 4; cut < n; cut++) {
		copy.length = 0;
		add(&copy, bytes, cut);
		sum_plan(copy.at, cut);
		if (decode(copy.at, cut) == NULL) {
			printf("# %s cut to %zu bytes, with its sum, is taken for whole\n", name, cut);
			CHECK(!"a plan cut short is refused");
		}
	}
}

static void cut_plans(void)
{
	plan_of_all_steps(&b);
	end_plan(&b);
	refuse_every_cut(b.at, b.length, "the plan");
	refuse_every_summed_cut(b.at, b.length, "the plan");
}

static void flipped_bits(void)
{
	plan_of_all_steps(&b);
	end_plan(&b);
	for (size_t i = 0; i < b.length * 8; i++) {
		b.at[i / 8] ^= (uint8_t)(1u << i % 8);
		CHECK_TEXT(decode(b.at, b.length), "checksum does not match");
		b.at[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	CHECK_TEXT(decode(b.at, b.length), NULL);
}

/* Some flips make another good plan; none may lead the decoder or the walk over its lists astray. */
static void flipped_bits_with_their_sum(void)
{
	plan_of_all_steps(&b);
	end_plan(&b);
	for (size_t i = 32; i < b.length * 8; i++) {
		b.at[i / 8] ^= (uint8_t)(1u << i % 8);
		sum_plan(b.at, b.length);
		if (decode(b.at, b.length) == NULL)
			CHECK(plan_walks(&plan));
		b.at[i / 8] ^= (uint8_t)(1u << i % 8);
	}
}

static unsigned each_golden_plan(void (*look)(const uint8_t *bytes, size_t n, const char *name))
{
	DIR *directory = opendir(PROTOCOL_DIR);
	const struct dirent *entry;
	unsigned plans = 0;
	char path[4096];

	while (directory != NULL && (entry = readdir(directory)) != NULL) {
		if (strstr(entry->d_name, ".hex") == NULL)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", PROTOCOL_DIR, entry->d_name);
		if (!CHECK(read_hex(path, &b)) || !CHECK(b.length >= 6))
			continue;
		/* Frames of other types are the business of other tests. */
		if ((b.at[4] | b.at[5] << 8) != 4)
			continue;
		plans++;
		look(b.at + 6, b.length - 6, entry->d_name);
	}
	if (directory != NULL)
		(void)closedir(directory);
	return plans;
}

static void look_decodes(const uint8_t *bytes, size_t n, const char *name)
{
	const char *wrong = decode(bytes, n);

	if (wrong != NULL)
		printf("# %s: %s at step %u\n", name, wrong, at);
	CHECK_TEXT(wrong, NULL);
	CHECK(plan_walks(&plan));
	refuse_every_cut(bytes, n, name);
}

static void golden_plans(void)
{
	if (each_golden_plan(look_decodes) == 0)
		skip("no golden plan in " PROTOCOL_DIR);
}

int main(void)
{
	test("a plan with every step is understood", every_step_is_understood);
	test("the host's steps carry the plan's values", host_fields_are_those_of_the_plan);
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
	test("an unknown option is refused", options_unknown);
	test("a timeout of no signal, or beyond ten years, is refused", timeouts_out_of_range);
	test("a namespace that does not exist is neither created nor joined", namespaces_unknown);
	test("an id map of no entry, or of more than 340, is refused", maps_of_no_or_too_many_entries);
	test("a flag that is neither 0 nor 1 is refused", flags_that_are_neither_yes_nor_no);
	test("a tree of unknown expectation is refused", trees_of_unknown_kind);
	test("an unknown mount flag is refused", mount_flags_unknown);
	test("more than 256 groups are refused", too_many_groups);
	test("a seccomp program of an impossible length is refused", seccomp_of_odd_length);
	test("an overlay that writes to a slot that was not filled is refused", overlays_writing_nowhere);
	test("an exec of no argument or no path is refused", nothing_to_execute);
	test("a slot above 255 is refused", slots_out_of_range);
	test("a slot filled twice is refused", slots_filled_twice);
	test("a slot used before it is filled is refused", slots_used_while_empty);
	test("an idmap_mount of anything but a host_tree is refused", idmaps_of_what_is_not_there);
	test("a plan cut short at any byte is refused", cut_plans);
	test("a plan with any one bit flipped is refused", flipped_bits);
	test("a flipped bit with a checksum to match leads nobody astray", flipped_bits_with_their_sum);
	test("every golden plan is understood, and refused when cut short", golden_plans);
	return tests_done();
}
