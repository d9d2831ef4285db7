/* The encoder of these tests, which is a second one beside that of nsinit. */
#include "encode.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "proto/step.h"

static struct bytes b;

/* The row of a step in step.h, as a format. */
#define FORMAT_u8   "1"
#define FORMAT_bool "1"
#define FORMAT_u16  "2"
#define FORMAT_u32  "4"
#define FORMAT_u64  "8"
#define FORMAT_str  "s"
#define FORMAT_blob "b"

#define F(type, member) FORMAT_##type
static const char source[] = NSRUN_SOURCE;
#undef F

#define FORMAT_source			 source
#define F(type, member)			 end = stpcpy(end, FORMAT_##type);
#define L(number, member, most, entries) end = stpcpy(end, FORMAT_##number "(" entries ")");

static void formats_are_rows_of_the_schema(void)
{
	char row[100], *end;

#define CHECK_ROW(id, constant, name, stage, ...) \
	end = row; \
	*end = 0; \
	__VA_ARGS__ \
	CHECK_TEXT(step_format(id), row);
	NSRUN_STEPS(CHECK_ROW)
	CHECK(step_format(0) == NULL && step_format(999) == NULL);
}

static void check_bytes(const char *wanted, size_t n)
{
	CHECK(b.length == n && memcmp(b.at, wanted, n) == 0);
	b.length = 0;
}

static void formats_are_bytes(void)
{
	put(&b, "1248", 1, 0x203, 0x4050607, 0x8090a0b0c0d0e0f);
	check_bytes("\1\3\2\7\6\5\4\17\16\15\14\13\12\11\10", 15);
	put(&b, "4 1 8", -5, 255, UINT64_MAX);
	check_bytes("\373\377\377\377\377\377\377\377\377\377\377\377\377", 13);
	put(&b, "sb*", "hi", BYTES("a\0", 2), BYTES("x", 1));
	check_bytes("\2\0\0\0hi\0\2\0\0\0a\0x", 14);
	put(&b, "2(s1) 1(4)", LIST("a", 1, "", 2), LIST());
	check_bytes("\2\0\1\0\0\0a\0\1\0\0\0\0\0\2\0", 16);
	put(&b, "1(s)", STRINGS(((const char *const[]){ "a", "b", NULL })));
	check_bytes("\2\1\0\0\0a\0\1\0\0\0b\0", 13);
	put_frame(&b, 0x102, "2", 3);
	check_bytes("\2\0\0\0\2\1\3\0", 8);
	/* The crc32 of zlib. */
	begin_plan(&b);
	put_step(&b, STEP_UMASK, 022);
	put_step_as(&b, 999, "");
	end_plan(&b);
	check_bytes("\x1f\xb3\x98\x9f\2\0\65\0\4\0\0\0\22\0\0\0\347\3\0\0\0\0", 22);
}

/* ---- what does not fit ---- */

static void too_few(void) { put(&b, "11", 1); }

static void too_many(void) { put(&b, "1", 1, 1); }

static void too_large(void) { put(&b, "1", 256); }

static void too_small(void) { put(&b, "1", -129); }

static void no_string(void) { put(&b, "s", 1); }

static void no_number(void) { put(&b, "4", "1"); }

static void no_list(void) { put(&b, "2(s)", "x"); }

static void half_an_entry(void) { put(&b, "2(s1)", LIST("x", 1, "y")); }

static void too_long(void)
{
	static const uint8_t bytes[sizeof(b.at) + 1];

	put(&b, "*", BYTES(bytes, sizeof(bytes)));
}

static void no_step(void) { put_step(&b, 999); }

static void aborts(void (*body)(void))
{
	int status = status_of(body);

	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void misfits(void)
{
	void (*const bodies[])(void) = { too_few,   too_many, too_large,     too_small, no_string,
					 no_number, no_list,  half_an_entry, too_long,	no_step };

	/* What it says of each is for whoever has written it. */
	(void)close(STDERR_FILENO);
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		aborts(bodies[i]);
}

int main(void)
{
	test("a format is the row of its step in step.h, type by type", formats_are_rows_of_the_schema);
	test("values become the bytes that their format says", formats_are_bytes);
	test("values that do not fit end the program", misfits);
	return tests_done();
}
