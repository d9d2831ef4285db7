#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Bytes of the control protocol (nsinit-c/README.md), put together without any of nsinit's own code: a mistake on one
 * side must not be made on both. A buffer that is too small ends the program.
 */
struct bytes {
	uint8_t at[256u << 10];
	size_t length;
};

void add(struct bytes *b, const void *from, size_t n);
void add8(struct bytes *b, uint8_t v);
void add16(struct bytes *b, uint16_t v);
void add32(struct bytes *b, uint32_t v);
void add64(struct bytes *b, uint64_t v);
void add_str(struct bytes *b, const char *s);

/* The payload of a PLAN frame: begin, then each step between begin and end, then end. */
void begin_plan(struct bytes *b);
void begin_step(struct bytes *b, uint16_t id);
void end_step(struct bytes *b);
void end_plan(struct bytes *b);
/* Sets the checksum anew, after bytes were changed. */
void sum_plan(uint8_t *payload, size_t length);

/*
 * A copy of n bytes that ends where a page ends which may not be touched: whoever reads beyond it is caught in the act,
 * sanitizer or not. Only the last copy exists.
 */
uint8_t *at_the_edge(const void *from, size_t n);

/* The bytes of a hex text file: '#' starts a comment, white space is ignored. False if it is no such file. */
_Bool read_hex(const char *path, struct bytes *b);
