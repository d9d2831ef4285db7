#include "frames.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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
			put(b, "1", high << 4 | digit(c));
		high = high >= 0 ? -1 : digit(c);
	}
	if (file != NULL)
		(void)fclose(file);
	return good && high < 0 && b->length > 0;
}
