#include "proto/plan.h"

#include <string.h>

#include "check.h"
#include "decoded.h"
#include "encode.h"
#include "plans.h"

static struct bytes b;

static void begin_after_namespaces(void)
{
	begin_plan(&b);
	add_namespaces(&b, 0);
}

/* why is NULL for a plan that is to be taken. */
static void end_with_exec(const char *why)
{
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), why);
	CHECK(why == NULL || at == 1);
}

static void watch_of(uint64_t create, uint32_t period, const char *why)
{
	begin_plan(&b);
	add_namespaces(&b, create);
	put_step(&b, STEP_WATCH, 0, 0, 0, period);
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), why);
}

static void watches(void)
{
	watch_of(0x20000000, 5, NULL);
	watch_of(0x20000000, 1000, NULL);
	watch_of(0x20000000, 4, "period out of range");
	watch_of(0x20000000, 1001, "period out of range");
	watch_of(0x20000000, 0, "period out of range");
	watch_of(0, 50, "watch needs a new pid namespace");
	watch_of(0x10000000, 50, "watch needs a new pid namespace");
}

static void restart_of(uint32_t first, uint32_t last, const char *why)
{
	begin_plan(&b);
	put_step(&b, STEP_DETACH, "/run/c", 0, 1 << 20, 3);
	put_step(&b, STEP_RESTART, 0, 3, first, last, 10000);
	add_namespaces(&b, 0);
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), why);
}

static void restarts(void)
{
	restart_of(1, PLAN_MAX_PROGRAM_MS, NULL);
	restart_of(0, 60000, "delay of a restart out of range");
	restart_of(100, PLAN_MAX_PROGRAM_MS + 1, "delay of a restart out of range");
	begin_plan(&b);
	put_step(&b, STEP_RESTART, 0, 3, 100, 60000, 10000);
	add_namespaces(&b, 0);
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), "a restart for each detach step at most");
}

static void more_than_one(void)
{
	begin_plan(&b);
	for (int i = 0; i < 2; i++)
		put_step(&b, STEP_OUTPUT, 1, 0);
	add_namespaces(&b, 0);
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), "more than one output, watch or nested_namespaces step");
	begin_plan(&b);
	add_namespaces(&b, 0x20000000);
	for (int i = 0; i < 2; i++)
		put_step(&b, STEP_WATCH, 0, 0, 0, 50);
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), "more than one output, watch or nested_namespaces step");
}

static void owner_of(uint64_t create, const char *why)
{
	begin_plan(&b);
	put_step(&b, STEP_NAMESPACES, create, 1000, 20, LIST());
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), why);
}

static void owners(void)
{
	owner_of(0x10000000, NULL);
	owner_of(0x20000000, "an owner without a new user namespace");
}

static void masks(void)
{
	static const uint8_t bits[129];

	for (uint32_t n = 0; n <= sizeof(bits); n++) {
		begin_after_namespaces();
		put_step(&b, STEP_AFFINITY, BYTES(bits, n));
		end_with_exec(n == 0 || n > 128 ? "bad length of a CPU mask" : NULL);
	}
}

static void nice_values(void)
{
	for (int nice = -22; nice <= 21; nice++) {
		begin_after_namespaces();
		put_step(&b, STEP_NICE, nice);
		end_with_exec(nice < -20 || nice > 19 ? "no such nice value" : NULL);
	}
}

static void io_priorities(void)
{
	for (uint8_t class = 0; class <= 4; class ++) {
		for (uint8_t level = 6; level <= 8; level++) {
			begin_after_namespaces();
			put_step(&b, STEP_IO_PRIORITY, class, level);
			end_with_exec(class < 1 || class > 3 || level > 7 ? "no such I/O priority" : NULL);
		}
	}
}

static void too_many_rules(void)
{
	static struct value list[257 * 2 + 1];

	for (size_t rules = 256; rules <= 257; rules++) {
		begin_after_namespaces();
		for (size_t n = 0; n < 2 * rules; n += 2) {
			list[n] = VALUE("/");
			list[n + 1] = VALUE(1);
		}
		put_step(&b, STEP_LANDLOCK, 1, 0, 0, LIST_OF(list));
		end_with_exec(rules > 256 ? "too many entries in a list" : NULL);
	}
}

static void program_of(struct value argv, uint32_t timeout_ms, struct value input, const char *why)
{
	begin_after_namespaces();
	put_step(&b, STEP_RUN_PROGRAM, "/bin/program", argv, LIST("A=B"), timeout_ms, input);
	end_with_exec(why);
}

static void programs(void)
{
	static const char *const out_of_range = "time limit of a program out of range";

	program_of(LIST("program", 0, ""), 1, BYTES("", 0), NULL);
	program_of(LIST("program", 0, ""), 86400000, BYTES("", 0), NULL);
	program_of(LIST(), 1, BYTES("", 0), "nothing to execute");
	program_of(LIST("program", 0, ""), 0, BYTES("", 0), out_of_range);
	program_of(LIST("program", 0, ""), 86400001, BYTES("", 0), out_of_range);
	program_of(LIST("program", 0, ""), UINT32_MAX, BYTES("", 0), out_of_range);
}

/* Counts of arguments and of variables. */
static void long_program(uint16_t argc, uint16_t variables, const char *why)
{
	static struct value argv[3 * 2049 + 1], env[2049 + 1];

	memset(argv, 0, sizeof(argv));
	memset(env, 0, sizeof(env));
	for (uint16_t i = 0; i < 3 * argc; i++)
		argv[i] = i % 3 == 1 ? VALUE(1) : VALUE("");
	for (uint16_t i = 0; i < variables; i++)
		env[i] = VALUE("");
	begin_after_namespaces();
	put_step(&b, STEP_RUN_PROGRAM, "/bin/program", LIST_OF(argv), LIST_OF(env), 1, BYTES("", 0));
	end_with_exec(why);
}

static void long_programs(void)
{
	long_program(2048, 2048, NULL);
	long_program(2049, 0, "too many entries in a list");
	long_program(1, 2049, "too many entries in a list");
}

static void odd_arguments(void)
{
	for (unsigned part = 0; part <= UINT8_MAX; part++) {
		program_of(LIST("a", 1, "b", "a", part, "b"), 1, BYTES("", 0),
			   part > 1 ? "unknown part of an argument" : NULL);
	}
}

static void inputs(void)
{
	static const uint8_t input[(128 << 10) + 1];

	program_of(LIST("program", 0, ""), 1, BYTES(input, sizeof(input) - 1), NULL);
	program_of(LIST("program", 0, ""), 1, BYTES(input, sizeof(input)), "too much input of a program");
}

static void listener_of(unsigned listeners, unsigned filters, uint32_t flags, size_t length, const char *why)
{
	static char part[70000];

	memset(part, 'x', length);
	part[length] = 0;
	begin_plan(&b);
	for (unsigned i = 0; i < listeners; i++)
		put_step(&b, STEP_LISTENER, "/s", LIST(part));
	add_namespaces(&b, 0);
	for (unsigned i = 0; i < filters; i++)
		put_step(&b, STEP_SECCOMP, flags, BYTES("\6\0\0\0\0\0\xff\x7f", 8));
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), why);
}

static void listeners(void)
{
	static const char *const together = "listener and a filter that tells one go together";

	listener_of(1, 1, 8, 1, NULL);
	listener_of(1, 1, 8 | 32, 1, NULL);
	listener_of(1, 0, 0, 1, together);
	listener_of(1, 1, 2, 1, together);
	listener_of(0, 1, 8, 1, together);
	listener_of(2, 2, 8, 1, together);
	listener_of(1, 1, 8 | 1, 1, "a listener for all threads");
	listener_of(1, 1, 8 | 16, 1, "a listener for all threads");
	listener_of(1, 1, 8, 0, "an empty message");
	listener_of(1, 1, 8, 65536 - 5, NULL);
	listener_of(1, 1, 8, 65536 - 4, "a message too long");
}

int main(void)
{
	test("a listener without a filter that tells one, or for all threads, is refused", listeners);
	test("a watch that looks too often, too seldom or at others is refused", watches);
	test("a restart whose delay is out of range, or of a container that does not live on, is refused", restarts);
	test("a second output or watch is refused", more_than_one);
	test("an owner without a user namespace to own is refused", owners);
	test("a CPU mask of none or more than 1024 CPUs is refused", masks);
	test("a nice value outside -20 to 19 is refused", nice_values);
	test("an I/O priority that no kernel has is refused", io_priorities);
	test("a program without arguments, or that has no time or more than a day, is refused", programs);
	test("more than 2048 arguments or variables of a program are refused", long_programs);
	test("an argument has a pid in it or none, and anything else is refused", odd_arguments);
	test("more than 128 KiB of input of a program are refused", inputs);
	test("more than 256 rules of Landlock are refused", too_many_rules);
	return tests_done();
}
