#include "proto/plan.h"

#include <linux/filter.h>

#include "check.h"
#include "decoded.h"
#include "encode.h"
#include "plans.h"

static struct bytes b;

/* A plan with such a step is refused for that reason; NULL: it is taken. */
#define REFUSE_ODD(id, why, ...) \
	do { \
		begin_odd(id); \
		put_step(&b, id, __VA_ARGS__); \
		end_odd(id, why); \
	} while (0)

static bool before_namespaces(uint16_t id) { return step_stage_of(id) == STAGE_HOST && id < STEP_NAMESPACES; }

static void begin_odd(uint16_t id)
{
	begin_plan(&b);
	if (!before_namespaces(id))
		add_namespaces(&b, 0);
}

static void end_odd(uint16_t id, const char *why)
{
	if (before_namespaces(id))
		add_namespaces(&b, 0);
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), why);
	CHECK(why == NULL || at == (before_namespaces(id) ? 0 : 1));
}

static void options_unknown(void)
{
	for (unsigned bit = 0; bit < 32; bit++)
		REFUSE_ODD(STEP_OPTIONS, bit < 4 ? NULL : "unknown option", 1u << bit);
}

static void timeout_of(uint64_t ms, uint32_t signo, uint64_t grace, const char *why)
{
	REFUSE_ODD(STEP_TIMEOUT, why, ms, signo, grace);
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
	struct value list[2 * 9 + 1] = { 0 };
	size_t n = 0;

	for (unsigned i = 0; i < joins; i++) {
		list[n++] = VALUE(type);
		list[n++] = VALUE("/proc/1/ns/net");
	}
	begin_plan(&b);
	put_step(&b, STEP_NAMESPACES, create, NO_OWNER, NO_LIMIT, LIST_OF(list));
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

/* An id map of so many entries; the last two are there at a time. */
static struct value ranges(size_t entries)
{
	static struct value maps[2][3 * (PLAN_MAX_MAP_ENTRIES + 1) + 1];
	static unsigned turn;
	struct value *list = maps[turn++ % 2];
	size_t n = 0;

	while (n < 3 * entries) {
		list[n] = VALUE(n);
		n++;
	}
	list[n] = (struct value){ .kind = VALUE_END };
	return LIST_OF(list);
}

static void add_nested(uint64_t create, uint16_t uids, uint16_t gids)
{
	put_step(&b, STEP_NESTED_NAMESPACES, create, ranges(uids), ranges(gids));
}

static void nested_in(uint64_t outer, uint64_t create, uint16_t uids, uint16_t gids, const char *why)
{
	begin_plan(&b);
	add_namespaces(&b, outer);
	add_nested(create, uids, gids);
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), why);
	CHECK(why == NULL || at == 1);
}

static void nesting_of_what_can_not_be(void)
{
	const char *flags = "unknown nested namespace flag, or none of users";

	nested_in(0x10020000, 0x7e000080, 1, 1, NULL);
	nested_in(0x10020000, 0x10000000, 340, 340, NULL);
	nested_in(0x10020000, 0x30020000, 1, 1, flags);
	nested_in(0x10020000, 0x20000000, 1, 1, flags);
	nested_in(0x10020000, 0x10000001, 1, 1, flags);
	nested_in(0x00020000, 0x10000000, 1, 1, "nothing to nest namespaces in");
	nested_in(0x10000000, 0x10000000, 1, 1, "nothing to nest namespaces in");
	nested_in(0x30020000, 0x10000000, 1, 1, "nothing to nest namespaces in");
	nested_in(0x10020000, 0x10000000, 0, 1, "an id map without entries");
	nested_in(0x10020000, 0x10000000, 1, 0, "an id map without entries");
	nested_in(0x10020000, 0x10000000, 1, 341, "too many entries in a list");
	begin_plan(&b);
	add_namespaces(&b, 0x10020000);
	add_nested(0x10000000, 1, 1);
	add_nested(0x10000000, 1, 1);
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), "more than one output, watch or nested_namespaces step");
}

static void maps_of_no_or_too_many_entries(void)
{
	static const uint16_t counts[] = { 0, 1, PLAN_MAX_MAP_ENTRIES, PLAN_MAX_MAP_ENTRIES + 1 };
	static const char *const whys[] = { "an id map without entries", NULL, NULL, "too many entries in a list" };

	for (unsigned i = 0; i < 4; i++) {
		REFUSE_ODD(STEP_UID_MAP, whys[i], ranges(counts[i]));
		REFUSE_ODD(STEP_GID_MAP, whys[i], 1, ranges(counts[i]));
	}
}

static void flags_that_are_neither_yes_nor_no(void)
{
	REFUSE_ODD(STEP_KEYRING, "cut short or malformed", 2);
	REFUSE_ODD(STEP_KEYRING, "cut short or malformed", 255);
	REFUSE_ODD(STEP_KEYRING, NULL, 0);
}

static void trees_of_unknown_kind(void)
{
	for (unsigned expect = 0; expect < 256; expect++) {
		begin_plan(&b);
		add_tree(&b, STEP_HOST_TREE, 0, (uint8_t)expect);
		add_namespaces(&b, 0);
		add_exec(&b);
		CHECK_TEXT(decode_built(&b), expect > 2 ? "unknown expectation of a tree" : NULL);
	}
}

static void mount_flags_unknown(void)
{
	for (unsigned bit = 0; bit < 32; bit++) {
		begin_plan(&b);
		add_namespaces(&b, 0);
		add_tree(&b, STEP_BIND, 9, 0);
		put_step(&b, STEP_MOUNT, 9, "/x", 1u << bit);
		add_exec(&b);
		CHECK_TEXT(decode_built(&b), bit > 3 ? "unknown mount flag" : NULL);
	}
}

static void too_many_groups(void)
{
	static struct value groups[PLAN_MAX_GROUPS + 2];

	for (unsigned i = 0; i < PLAN_MAX_GROUPS; i++)
		groups[i] = VALUE(i);
	REFUSE_ODD(STEP_USER, NULL, 0, 0, 1, LIST_OF(groups));
	groups[PLAN_MAX_GROUPS] = VALUE(0);
	REFUSE_ODD(STEP_USER, "too many entries in a list", 0, 0, 1, LIST_OF(groups));
}

static void seccomp_of(uint32_t length, const char *why)
{
	static const uint8_t program[8 * BPF_MAXINSNS + 8];

	REFUSE_ODD(STEP_SECCOMP, why, 0, BYTES(program, length));
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
	add_namespaces(&b, 0);
	add_tree(&b, STEP_BIND, 0, 0);
	add_tree(&b, STEP_BIND, 1, 0);
	put_step(&b, STEP_OVERLAY, 2, 0, writes, 0);
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), why);
}

static void overlays_writing_nowhere(void)
{
	overlay_writing_to(1, NULL);
	overlay_writing_to(PLAN_NO_MOUNT, NULL);
	overlay_writing_to(0, "detached mount used before it is made");
	overlay_writing_to(2, "detached mount used before it is made");
	overlay_writing_to(PLAN_MOUNTS, "detached mount out of range");
}

static void exec_of(struct value argv, struct value paths, const char *why)
{
	begin_plan(&b);
	add_namespaces(&b, 0);
	put_step(&b, STEP_EXEC, 1, argv, LIST(), paths);
	CHECK_TEXT(decode_built(&b), why);
	CHECK(why == NULL || at == 1);
}

/* With a number of arguments that is not theirs. */
static void exec_of_number(uint32_t argc)
{
	begin_plan(&b);
	add_namespaces(&b, 0);
	put_step_as(&b, STEP_EXEC, "14s 4(s) 2(s)", 1, argc, "x", LIST(), LIST("/x"));
	refuse(&b, "cut short or malformed", 1);
}

static void nothing_to_execute(void)
{
	exec_of(LIST("x"), LIST("/x"), NULL);
	exec_of(LIST(), LIST("/x"), "nothing to execute");
	exec_of(LIST("x"), LIST(), "nothing to execute");
	exec_of_number(UINT32_MAX);
	exec_of_number(2);
}

/* ---- detached mounts ---- */

static void mount_from(uint16_t detached) { put_step(&b, STEP_MOUNT, detached, "/x", 0); }

static void detached_out_of_range(void)
{
	begin_plan(&b);
	add_namespaces(&b, 0);
	add_tree(&b, STEP_BIND, PLAN_MOUNTS - 1, 0);
	mount_from(PLAN_MOUNTS - 1);
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), NULL);
	begin_plan(&b);
	add_namespaces(&b, 0);
	add_tree(&b, STEP_BIND, PLAN_MOUNTS, 0);
	add_exec(&b);
	refuse(&b, "detached mount out of range", 1);
	begin_plan(&b);
	add_namespaces(&b, 0);
	mount_from(UINT16_MAX);
	add_exec(&b);
	refuse(&b, "detached mount out of range", 1);
}

static void detached_made_twice(void)
{
	begin_plan(&b);
	add_tree(&b, STEP_HOST_TREE, 4, 0);
	add_namespaces(&b, 0);
	add_tree(&b, STEP_BIND, 4, 0);
	add_exec(&b);
	refuse(&b, "detached mount made twice", 2);
}

static void detached_used_before_made(void)
{
	begin_plan(&b);
	add_namespaces(&b, 0);
	mount_from(4);
	add_exec(&b);
	refuse(&b, "detached mount used before it is made", 1);
	begin_plan(&b);
	add_namespaces(&b, 0);
	add_tree(&b, STEP_BIND, 4, 0);
	mount_from(4);
	mount_from(4);
	add_exec(&b);
	refuse(&b, "detached mount used before it is made", 3);
	/* Emptied, it may be filled again. */
	begin_plan(&b);
	add_namespaces(&b, 0);
	add_tree(&b, STEP_BIND, 4, 0);
	mount_from(4);
	add_tree(&b, STEP_BIND, 4, 0);
	mount_from(4);
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), NULL);
	begin_plan(&b);
	add_namespaces(&b, 0);
	put_step(&b, STEP_PIVOT_ROOT, 0);
	add_exec(&b);
	refuse(&b, "detached mount used before it is made", 1);
}

static void idmap_of(uint16_t filled, uint16_t mapped, const char *why)
{
	begin_plan(&b);
	add_tree(&b, STEP_HOST_TREE, filled, 0);
	add_namespaces(&b, 0);
	put_step(&b, STEP_IDMAP_MOUNT, mapped);
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), why);
	CHECK(why == NULL || at == 2);
}

static void idmaps_of_what_is_not_there(void)
{
	idmap_of(0, 0, NULL);
	idmap_of(0, 1, "detached mount was not made by a host_tree");
	idmap_of(0, PLAN_MOUNTS, "detached mount was not made by a host_tree");
	idmap_of(0, UINT16_MAX, "detached mount was not made by a host_tree");
}

int main(void)
{
	test("an unknown option is refused", options_unknown);
	test("a timeout of no signal, or beyond ten years, is refused", timeouts_out_of_range);
	test("a namespace that does not exist is neither created nor joined", namespaces_unknown);
	test("namespaces are nested once, in new ones of users and mounts", nesting_of_what_can_not_be);
	test("an id map of no entry, or of more than 340, is refused", maps_of_no_or_too_many_entries);
	test("a flag that is neither 0 nor 1 is refused", flags_that_are_neither_yes_nor_no);
	test("a tree of unknown expectation is refused", trees_of_unknown_kind);
	test("an unknown mount flag is refused", mount_flags_unknown);
	test("more than 256 groups are refused", too_many_groups);
	test("a seccomp program of an impossible length is refused", seccomp_of_odd_length);
	test("an overlay that writes to a detached mount that was not made is refused", overlays_writing_nowhere);
	test("an exec of no argument or no path is refused", nothing_to_execute);
	test("the number of a detached mount above 255 is refused", detached_out_of_range);
	test("a detached mount made twice is refused", detached_made_twice);
	test("a detached mount used before it is made is refused", detached_used_before_made);
	test("an idmap_mount of anything but a host_tree is refused", idmaps_of_what_is_not_there);
	return tests_done();
}
