#ifndef NSRUN_SMOKE_BYTES_H
#define NSRUN_SMOKE_BYTES_H

/*
 * Bytes of the control protocol (nsinit-c/README.md), written without any of nsinit's own code, so
 * that a mistake on one side is not made on both. Memory that runs out ends
 * the program.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_HELLO	1u
#define FRAME_READ	2u
#define FRAME_FILE	3u
#define FRAME_PLAN	4u
#define FRAME_SIGNAL	5u
#define FRAME_SERVE	6u
#define FRAME_CONTAINER 7u
#define FRAME_START	8u
#define FRAME_PIPES	9u
#define FRAME_SPARE	10u
#define FRAME_READY	16u
#define FRAME_STARTED	17u
#define FRAME_FAILED	18u
#define FRAME_EXITED	19u
#define FRAME_REFUSED	23u
#define FRAME_GONE	24u
#define FRAME_SPARED	25u

#define PROTOCOL_MAGIC	 0x4e52534eu
#define PROTOCOL_VERSION 3u

struct bytes {
	uint8_t *at;
	size_t length;
	size_t capacity;
};

void put_raw(struct bytes *b, const void *from, size_t n);
void put_u8(struct bytes *b, uint8_t v);
void put_u16(struct bytes *b, uint16_t v);
void put_u32(struct bytes *b, uint32_t v);
void put_u64(struct bytes *b, uint64_t v);
void put_str(struct bytes *b, const char *s);
void bytes_free(struct bytes *b);

/* length counts the payload alone, which the caller puts after it. */
void put_header(struct bytes *b, size_t length, uint16_t type);

/* Whole frames, as they go over the wire. */
void put_hello(struct bytes *b, uint32_t magic, uint16_t version);
void put_read(struct bytes *b, const char *root, const char *path, uint32_t limit);
void put_signal(struct bytes *b, uint32_t signo);

#endif
