#include "proto/wire.h"

#include <string.h>

#include "check.h"
#include "frames.h"

static struct reader reader_of(const void *bytes, size_t n)
{
	const uint8_t *at = at_the_edge(bytes, n);

	return (struct reader){ .at = at, .end = at + n };
}

static void numbers_are_little_endian(void)
{
	static const uint8_t bytes[] = { 0xf1, 0x02, 0xf1, 0x04, 0x03, 0x02, 0xf1, 8, 7, 6, 5, 4, 3, 2, 0xf1 };
	struct reader r = reader_of(bytes, sizeof(bytes));

	CHECK(get_u8(&r) == 0xf1);
	CHECK(get_u16(&r) == 0xf102);
	CHECK(get_u32(&r) == 0xf1020304);
	CHECK(get_u64(&r) == 0xf102030405060708);
	CHECK(!r.bad && r.at == r.end);
}

static uint64_t get_number(struct reader *r, size_t width)
{
	return width == 1 ? get_u8(r) : width == 2 ? get_u16(r) : width == 4 ? get_u32(r) : get_u64(r);
}

static void short_numbers_are_zero_and_bad(void)
{
	static const uint8_t ones[8] = { 255, 255, 255, 255, 255, 255, 255, 255 };

	for (size_t width = 1; width <= 8; width *= 2) {
		for (size_t n = 0; n < width; n++) {
			struct reader r = reader_of(ones, n);
			const uint8_t *at = r.at;

			CHECK(get_number(&r, width) == 0);
			CHECK(r.bad && r.at == at);
		}
		struct reader exact = reader_of(ones, width);

		CHECK(get_number(&exact, width) != 0);
		CHECK(!exact.bad && exact.at == exact.end);
	}
}

static void bad_readers_stay_bad(void)
{
	static const uint8_t bytes[] = { 1, 0, 0, 0, 'x', 0, 1, 0, 0, 0, 'x', 0 };
	struct reader r = reader_of(bytes, sizeof(bytes));
	const uint8_t *at = r.at;

	r.bad = true;
	CHECK(get_u8(&r) == 0 && get_u16(&r) == 0 && get_u32(&r) == 0 && get_u64(&r) == 0);
	CHECK_TEXT(get_str(&r), "");
	CHECK(get_blob(&r).length == 0);
	CHECK(get_sub(&r, 1).bad);
	CHECK(r.bad && r.at == at);
}

static void strings_lie_in_the_frame(void)
{
	static const uint8_t bytes[] = { 3, 0, 0, 0, 'a', 'b', 'c', 0, 0, 0, 0, 0, 0, 7 };
	struct reader r = reader_of(bytes, sizeof(bytes));
	const char *s = get_str(&r);

	CHECK_TEXT(s, "abc");
	CHECK((const uint8_t *)s == r.at - 4);
	CHECK_TEXT(get_str(&r), "");
	CHECK(!r.bad && get_u8(&r) == 7);
}

static void refuse_string(const void *bytes, size_t n)
{
	struct reader r = reader_of(bytes, n);

	CHECK_TEXT(get_str(&r), "");
	CHECK(r.bad);
}

static void malformed_strings_are_bad(void)
{
	refuse_string("\3\0\0\0abc", 7);	  /* no byte left for the NUL */
	refuse_string("\3\0\0\0abcd", 8);	  /* another byte in the NUL's place */
	refuse_string("\3\0\0\0a\0c\0", 8);	  /* a NUL inside */
	refuse_string("\3\0\0\0\0bc\0", 8);	  /* a NUL at its start */
	refuse_string("\3\0\0", 3);		  /* half a length */
	refuse_string("\0\0\0\0", 4);		  /* empty, and no NUL */
	refuse_string("\377\377\377\377ab\0", 7); /* a length whose NUL would lie at 2^32 */
	refuse_string("\376\377\377\377ab\0", 7);
	refuse_string("\0\0\0\200ab\0", 7);
}

static void blobs_end_where_they_say(void)
{
	static const uint8_t bytes[] = { 2, 0, 0, 0, 0, 0xff, 0, 0, 0, 0, 9 };
	struct reader r = reader_of(bytes, sizeof(bytes));
	struct blob b = get_blob(&r);

	CHECK(b.length == 2 && b.bytes[0] == 0 && b.bytes[1] == 0xff);
	CHECK(get_blob(&r).length == 0);
	CHECK(!r.bad && get_u8(&r) == 9);
	for (size_t n = 0; n < 6; n++) {
		struct reader cut = reader_of(bytes, n);

		b = get_blob(&cut);
		CHECK(cut.bad && b.length == 0 && b.bytes == NULL);
	}
}

static void sub_readers_are_bounded(void)
{
	static const uint8_t bytes[] = { 1, 2, 3, 4, 5 };
	struct reader r = reader_of(bytes, sizeof(bytes));
	struct reader sub = get_sub(&r, 2), rest;

	CHECK(get_u16(&sub) == 0x0201 && !sub.bad);
	CHECK(get_u8(&sub) == 0 && sub.bad);
	CHECK(!r.bad && get_u8(&r) == 3);
	CHECK(get_sub(&r, 3).bad && r.bad);
	r = reader_of(bytes, sizeof(bytes));
	rest = get_sub(&r, 5);
	CHECK(!rest.bad && r.at == r.end && rest.end == r.end);
	CHECK(!get_sub(&r, 0).bad && !r.bad);
	CHECK(get_sub(&r, UINT32_MAX).bad && r.bad);
}

static void putters_write_what_getters_read(void)
{
	static const uint8_t wanted[] = { 1, 3, 2, 7, 6, 5,   4,   15, 14, 13, 12, 11, 10,   9,
					  8, 2, 0, 0, 0, 'h', 'i', 0,  2,  0,  0,  0,  0xff, 0 };
	uint8_t bytes[sizeof(wanted)];
	struct writer w = { .at = bytes, .end = bytes + sizeof(bytes) };

	put_u8(&w, 1);
	put_u16(&w, 0x0203);
	put_u32(&w, 0x04050607);
	put_u64(&w, 0x08090a0b0c0d0e0f);
	put_str(&w, "hi", 100);
	put_blob(&w, "\377", 2);
	CHECK(!w.bad && w.at == w.end);
	CHECK(memcmp(bytes, wanted, sizeof(wanted)) == 0);
}

static void put_all(struct writer *w, unsigned which)
{
	switch (which) {
	case 0:
		return put_u8(w, 1);
	case 1:
		return put_u16(w, 1);
	case 2:
		return put_u32(w, 1);
	case 3:
		return put_u64(w, 1);
	case 4:
		return put_str(w, "abc", 8);
	default:
		return put_blob(w, "abc", 3);
	}
}

static void writers_stay_inside(void)
{
	static const size_t sizes[] = { 1, 2, 4, 8, 8, 7 };
	uint8_t blank[16];

	memset(blank, 0x5a, sizeof(blank));
	for (unsigned which = 0; which < 6; which++) {
		for (size_t room = 0; room <= sizes[which]; room++) {
			uint8_t *bytes = at_the_edge(blank, sizeof(blank));
			struct writer w = { .at = bytes, .end = bytes + room };

			put_all(&w, which);
			CHECK(w.bad == (room < sizes[which]));
			CHECK(memcmp(bytes + room, blank, sizeof(blank) - room) == 0);
			/* And never again. */
			w.end = bytes + sizeof(blank);
			if (w.bad) {
				const uint8_t *at = w.at;

				put_u8(&w, 1);
				CHECK(w.bad && w.at == at);
			}
		}
	}
}

static void long_strings_are_cut_at_the_limit(void)
{
	uint8_t bytes[16];
	struct writer w = { .at = bytes, .end = bytes + sizeof(bytes) };

	put_str(&w, "abcdef", 3);
	CHECK(!w.bad && w.at == bytes + 8);
	CHECK(memcmp(bytes, "\3\0\0\0abc", 8) == 0);
	w.at = bytes;
	put_str(&w, "", 0);
	CHECK(!w.bad && w.at == bytes + 5);
	/* What lies beyond the limit is not even read. */
	w.at = bytes;
	put_str(&w, (const char *)at_the_edge("ab", 2), 2);
	CHECK(!w.bad && memcmp(bytes, "\2\0\0\0ab", 7) == 0);
}

static uint32_t sum_of(const char *text) { return crc32((const uint8_t *)text, strlen(text)); }

static void checksums_are_those_of_the_standard(void)
{
	uint8_t block[32] = { 0 };

	CHECK(sum_of("") == 0);
	CHECK(sum_of("a") == 0xe8b7be43);
	CHECK(sum_of("123456789") == 0xcbf43926);
	CHECK(sum_of("The quick brown fox jumps over the lazy dog") == 0x414fa339);
	CHECK(crc32(block, sizeof(block)) == 0x190a55ad);
	memset(block, 0xff, sizeof(block));
	CHECK(crc32(block, sizeof(block)) == 0xff6cab0b);
	for (unsigned i = 0; i < sizeof(block); i++)
		block[i] = (uint8_t)i;
	CHECK(crc32(block, sizeof(block)) == 0x91267e8a);
}

int main(void)
{
	test("numbers are read little-endian", numbers_are_little_endian);
	test("a number that is cut short is zero and turns the reader bad", short_numbers_are_zero_and_bad);
	test("a bad reader stays bad and yields nothing", bad_readers_stay_bad);
	test("a string is read where it lies", strings_lie_in_the_frame);
	test("a string without its NUL, or with one inside, is bad", malformed_strings_are_bad);
	test("a blob ends where it says and not beyond the frame", blobs_end_where_they_say);
	test("a reader over a part never leaves that part", sub_readers_are_bounded);
	test("numbers, strings and blobs are written as they are read", putters_write_what_getters_read);
	test("nothing is written beyond the end of a buffer", writers_stay_inside);
	test("a string is cut at the limit", long_strings_are_cut_at_the_limit);
	test("the checksum is CRC-32 of IEEE 802.3", checksums_are_those_of_the_standard);
	return tests_done();
}
