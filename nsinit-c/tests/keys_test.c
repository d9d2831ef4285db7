/* The keys by which somebody leaves a container. */
#include "attached/keys.h"

#include <string.h>

#include "check.h"

static uint8_t bytes[64 + KEYS_MOST];
static char passed[256];

static void set(const char *keys)
{
	keys_set((const uint8_t *)keys, strlen(keys));
	passed[0] = 0;
}

/* Typed at once. */
static void type(const char *text)
{
	size_t n = 0, before = strlen(passed);

	for (; text[n] != 0; n++)
		bytes[n] = (uint8_t)text[n];
	n = keys_filter(bytes, n);
	memcpy(passed + before, bytes, n);
	passed[before + n] = 0;
}

static void type_each(const char *text)
{
	for (char one[2] = { *text }; *text != 0; one[0] = *++text)
		type(one);
}

static void whole(void)
{
	set("\020\021");
	type("some\020\021more");
	CHECK(keys_typed());
	CHECK_TEXT(passed, "some");
	type("still more");
	CHECK_TEXT(passed, "some");
	set("\020\021");
	CHECK(!keys_typed());
	type_each("a\020\021");
	CHECK(keys_typed());
	CHECK_TEXT(passed, "a");
}

static void held_back(void)
{
	set("\020\021");
	type("\020");
	CHECK_TEXT(passed, "");
	type("x");
	CHECK_TEXT(passed, "\020x");
	/* The first key again is the first one. */
	type("\020\020\020");
	CHECK_TEXT(passed, "\020x\020\020");
	CHECK(!keys_typed());
	type("\021");
	CHECK(keys_typed());
	CHECK_TEXT(passed, "\020x\020\020");
}

/* Whatever the keys and the pieces in which they come. */
static void within(const char *keys, const char *text, const char *wanted)
{
	set(keys);
	type_each(text);
	CHECK(keys_typed());
	CHECK_TEXT(passed, wanted);
	set(keys);
	type(text);
	CHECK(keys_typed());
	CHECK_TEXT(passed, wanted);
}

static void begins_within(void)
{
	within("aab", "aaab", "a");
	within("abab", "ababab", "");
	within("ababc", "abababc", "ab");
	within("aaaa", "aabaaaaa", "aab");
	within("x", "abcx", "abc");
}

static void none(void)
{
	set("");
	type("\020\021 and all else");
	CHECK(!keys_typed());
	CHECK_TEXT(passed, "\020\021 and all else");
}

/* As much as a read brings, with as much held back as there can be. */
static void room(void)
{
	set("aaaaaaaaaaaaaaab");
	type("aaaaaaaaaaaaaaa");
	CHECK_TEXT(passed, "");
	char much[65];

	memset(much, 'c', 64);
	much[64] = 0;
	type(much);
	CHECK(strlen(passed) == 15 + 64 && passed[14] == 'a' && passed[15] == 'c');
}

int main(void)
{
	test("the keys end it, and nothing behind them is passed on", whole);
	test("the first of them waits for the next", held_back);
	test("they may begin within what looked like them", begins_within);
	test("without keys all is passed on", none);
	test("what was held back and what was read find room together", room);
	return tests_done();
}
