/* What a plan must be as a whole: its checksum, its steps' lengths, their order, and which there are. */
#include <string.h>

#include "check.h"
#include "decoded.h"
#include "plans.h"

static struct bytes b;

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
	put_step(&b, STEP_UNPACK, 1, 0, 0);
	CHECK_TEXT(decode_built(&b), NULL);
	CHECK(plan.exec == NULL && !plan.stays_init);
	begin_plan(&b);
	add_namespaces(&b, 0);
	put_step(&b, STEP_REMOVE, "/tree");
	CHECK_TEXT(decode_built(&b), NULL);
	CHECK(plan.exec == NULL);
	begin_plan(&b);
	add_namespaces(&b, 0);
	put_step(&b, STEP_PACK, "/", 0, 0, 1);
	CHECK_TEXT(decode_built(&b), NULL);
	CHECK(plan.exec == NULL);
}

int main(void)
{
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
	test("a plan may end with unpack, remove or pack, and has no command then", work_in_place_of_a_command);
	return tests_done();
}
