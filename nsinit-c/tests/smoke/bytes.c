#include "bytes.h"

#include <stdlib.h>
#include <string.h>

void put_raw(struct bytes *b, const void *from, size_t n)
{
	if (b->length + n > b->capacity) {
		size_t capacity = (b->length + n) * 2;
		uint8_t *grown = realloc(b->at, capacity);

		if (!grown)
			abort();
		b->at = grown;
		b->capacity = capacity;
	}
	if (n > 0)
		memcpy(b->at + b->length, from, n);
	b->length += n;
}

static void put_little_endian(struct bytes *b, uint64_t v, size_t n)
{
	uint8_t out[8];

	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)(v >> (8 * i));
	put_raw(b, out, n);
}

void put_u8(struct bytes *b, uint8_t v) { put_little_endian(b, v, 1); }

void put_u16(struct bytes *b, uint16_t v) { put_little_endian(b, v, 2); }

void put_u32(struct bytes *b, uint32_t v) { put_little_endian(b, v, 4); }

void put_u64(struct bytes *b, uint64_t v) { put_little_endian(b, v, 8); }

void put_str(struct bytes *b, const char *s)
{
	size_t n = strlen(s);

	put_u32(b, (uint32_t)n);
	put_raw(b, s, n + 1);
}

void bytes_free(struct bytes *b)
{
	free(b->at);
	*b = (struct bytes){ 0 };
}

void put_header(struct bytes *b, size_t length, uint16_t type)
{
	put_u32(b, (uint32_t)length);
	put_u16(b, type);
}

void put_hello(struct bytes *b, uint32_t magic, uint16_t version)
{
	put_header(b, 6, FRAME_HELLO);
	put_u32(b, magic);
	put_u16(b, version);
}

void put_read(struct bytes *b, const char *root, const char *path, uint32_t limit)
{
	put_header(b, strlen(root) + 5 + strlen(path) + 5 + 4, FRAME_READ);
	put_str(b, root);
	put_str(b, path);
	put_u32(b, limit);
}

void put_signal(struct bytes *b, uint32_t signo)
{
	put_header(b, 4, FRAME_SIGNAL);
	put_u32(b, signo);
}
