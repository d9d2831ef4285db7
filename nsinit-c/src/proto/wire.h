#pragma once

/*
 * Bounded getters and putters for the frames of the control protocol (nsinit-c/README.md).
 * Little-endian, byte by byte, so that neither alignment nor the host's byte order matters.
 *
 * A reader or writer that was asked for more than there is turns bad and stays bad: it yields
 * zeroes and empty strings, and the caller checks once at the end.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_HEADER 6u /* u32 length, u16 type */

struct reader {
	const uint8_t *at;
	const uint8_t *end;
	bool bad;
};

struct writer {
	uint8_t *at;
	uint8_t *end;
	bool bad;
};

struct blob {
	const uint8_t *bytes;
	uint32_t length;
};

/* What a frame is made of, by the names that nsinit-c/README.md has for it. */
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef const char *str;
typedef struct blob blob;

u8 get_u8(struct reader *r);
u16 get_u16(struct reader *r);
u32 get_u32(struct reader *r);
u64 get_u64(struct reader *r);
/* A byte that is 0 or 1. */
bool get_bool(struct reader *r);
/* The string lies in the frame itself and lives as long as it; never NULL. */
str get_str(struct reader *r);
blob get_blob(struct reader *r);
/* A reader over the next n bytes, which are skipped here. */
struct reader get_sub(struct reader *r, uint32_t n);

void put_u8(struct writer *w, uint8_t v);
void put_u16(struct writer *w, uint16_t v);
void put_u32(struct writer *w, uint32_t v);
void put_u64(struct writer *w, uint64_t v);
/* At most limit bytes of s are written. */
void put_str(struct writer *w, const char *s, size_t limit);
void put_blob(struct writer *w, const void *bytes, uint32_t n);

uint32_t crc32(const uint8_t *bytes, size_t n);
