#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Bytes of the control protocol (nsinit-c/README.md), put together without any of nsinit's own code: a mistake on one
 * side must not be made on both. Of src/ it has the numbers of the steps alone.
 *
 * A format says what bytes values become:
 *   1 2 4 8   a number of so many bytes, little-endian
 *   s         a string: its length, its bytes, a NUL
 *   b         a blob: its length, its bytes
 *   *         bytes, without their length
 *   2(4s)     a list: the number of its entries, of 2 bytes here, and each entry, a number and a string here
 * Spaces mean nothing. Values that do not fit their format, or their buffer, end the program.
 */
struct bytes {
	size_t length;
	uint8_t at[256u << 10];
};

#define put(b, format, ...) put_values((b), (format), VALUES(__VA_ARGS__))

/* A frame is what is put between the two, and may be in another one; or, in one line, what a format says. */
size_t begin_frame(struct bytes *b, uint16_t type);
void end_frame(struct bytes *b, size_t frame);
#define put_frame(b, type, format, ...) put_frame_values((b), (type), (format), VALUES(__VA_ARGS__))

/*
 * The payload of a PLAN frame, from the buffer's first byte on: what is there is forgotten, steps are put, and the plan
 * is ended; after any change it may be ended again.
 */
#define PLAN_HEADER 6 /* checksum and number of steps */
void begin_plan(struct bytes *b);
#define put_step(b, id, ...)		put_step_values((b), (id), step_format(id), VALUES(__VA_ARGS__))
#define put_step_as(b, id, format, ...) put_step_values((b), (id), (format), VALUES(__VA_ARGS__))
void end_plan(struct bytes *b);
/* Sets the checksum of a payload of any origin. */
void sum_plan(uint8_t *payload, size_t length);

/* The format of the step of that number; NULL: there is none. */
const char *step_format(uint16_t id);

/* A number and a string are values as they are; and there are these. */
#define BYTES(bytes, n)	 ((struct value){ VALUE_BYTES, (n), (bytes) })
#define LIST(...)	 ((struct value){ VALUE_LIST, 0, VALUES(__VA_ARGS__) })
#define LIST_OF(values)	 ((struct value){ VALUE_LIST, 0, (values) })	 /* an array that ends with a value of zeroes */
#define STRINGS(strings) ((struct value){ VALUE_STRINGS, 0, (strings) }) /* an array that ends with NULL */
struct value {
	enum { VALUE_END, VALUE_NUMBER, VALUE_STRING, VALUE_BYTES, VALUE_LIST, VALUE_STRINGS } kind;
	uint64_t number; /* or of bytes */
	const void *at;
};

struct value value_of_number(uint64_t number);
struct value value_of_string(const char *string);
struct value value_of_value(struct value value);
#define VALUE(v) \
	_Generic((v), \
		char *: value_of_string, \
		const char *: value_of_string, \
		struct value: value_of_value, \
		default: value_of_number)(v)

/* Up to twelve of them, whatever they are, as an array that ends with one of zeroes. */
#define VALUES(...) \
	((const struct value[]){ __VA_OPT__( \
		VALUES_OF(__VA_ARGS__, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)(__VA_ARGS__)){ VALUE_END, 0, NULL } })
#define VALUES_OF(a, b, c, d, e, f, g, h, i, j, k, l, count, ...) VALUES_##count
#define VALUES_1(v)						  VALUE(v),
#define VALUES_2(v, ...)					  VALUE(v), VALUES_1(__VA_ARGS__)
#define VALUES_3(v, ...)					  VALUE(v), VALUES_2(__VA_ARGS__)
#define VALUES_4(v, ...)					  VALUE(v), VALUES_3(__VA_ARGS__)
#define VALUES_5(v, ...)					  VALUE(v), VALUES_4(__VA_ARGS__)
#define VALUES_6(v, ...)					  VALUE(v), VALUES_5(__VA_ARGS__)
#define VALUES_7(v, ...)					  VALUE(v), VALUES_6(__VA_ARGS__)
#define VALUES_8(v, ...)					  VALUE(v), VALUES_7(__VA_ARGS__)
#define VALUES_9(v, ...)					  VALUE(v), VALUES_8(__VA_ARGS__)
#define VALUES_10(v, ...)					  VALUE(v), VALUES_9(__VA_ARGS__)
#define VALUES_11(v, ...)					  VALUE(v), VALUES_10(__VA_ARGS__)
#define VALUES_12(v, ...)					  VALUE(v), VALUES_11(__VA_ARGS__)

void put_values(struct bytes *b, const char *format, const struct value *values);
void put_frame_values(struct bytes *b, uint16_t type, const char *format, const struct value *values);
void put_step_values(struct bytes *b, uint16_t id, const char *format, const struct value *values);
