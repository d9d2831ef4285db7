#include "frames.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t step_at; /* of the step that is being written */
static uint16_t steps;

void add(struct bytes *b, const void *from, size_t n)
{
	if (n > sizeof(b->at) - b->length)
		abort();
	if (n > 0)
		memcpy(b->at + b->length, from, n);
	b->length += n;
}

static void store(uint8_t *to, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)(v >> (8 * i));
}

static void add_number(struct bytes *b, uint64_t v, size_t n)
{
	uint8_t le[8];

	store(le, v, n);
	add(b, le, n);
}

void add8(struct bytes *b, uint8_t v) { add_number(b, v, 1); }

void add16(struct bytes *b, uint16_t v) { add_number(b, v, 2); }

void add32(struct bytes *b, uint32_t v) { add_number(b, v, 4); }

void add64(struct bytes *b, uint64_t v) { add_number(b, v, 8); }

void add_str(struct bytes *b, const char *s)
{
	size_t n = strlen(s);

	add32(b, (uint32_t)n);
	add(b, s, n + 1);
}

void begin_plan(struct bytes *b)
{
	b->length = 0;
	add32(b, 0);
	add16(b, 0);
	steps = 0;
}

void begin_step(struct bytes *b, uint16_t id)
{
	add16(b, id);
	step_at = b->length;
	add32(b, 0);
	steps++;
}

void end_step(struct bytes *b) { store(b->at + step_at, b->length - step_at - 4, 4); }

void end_plan(struct bytes *b)
{
	store(b->at + 4, steps, 2);
	sum_plan(b->at, b->length);
}

/* IEEE 802.3, bit by bit, as the standard has it. */
void sum_plan(uint8_t *payload, size_t length)
{
	uint32_t crc = 0xffffffffu;

	for (size_t i = 4; i < length; i++) {
		crc ^= payload[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	store(payload, ~crc, 4);
}

uint8_t *at_the_edge(const void *from, size_t n)
{
	static uint8_t *pages;
	static size_t size;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t wanted = (n / page + 2) * page;

	if (pages == NULL || size != wanted) {
		if (pages != NULL)
			(void)munmap(pages, size);
		size = wanted;
		pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (pages == MAP_FAILED || mprotect(pages + size - page, page, PROT_NONE) < 0)
			abort();
	}
	if (n > 0)
		memcpy(pages + size - page - n, from, n);
	return pages + size - page - n;
}

static int digit(int c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c > 0 ? strchr(digits, c | ('A' ^ 'a')) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

bool read_hex(const char *path, struct bytes *b)
{
	FILE *file = fopen(path, "re");
	int c, high = -1;
	bool good = file != NULL;

	b->length = 0;
	while (good && (c = getc(file)) != EOF) {
		if (c == '#')
			while (c != '\n' && c != EOF)
				c = getc(file);
		if (c == EOF || c == ' ' || c == '\n' || c == '\r' || c == '\t')
			continue;
		good = digit(c) >= 0;
		if (high >= 0)
			add8(b, (uint8_t)(high << 4 | digit(c)));
		high = high >= 0 ? -1 : digit(c);
	}
	if (file != NULL)
		(void)fclose(file);
	return good && high < 0 && b->length > 0;
}
