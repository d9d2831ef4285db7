#include "attached/keys.h"

#include <string.h>

static uint8_t keys[KEYS_MOST];
static size_t count, held;

void keys_set(const uint8_t *bytes, size_t n)
{
	memcpy(keys, bytes, n);
	count = n;
	held = 0;
}

bool keys_typed(void) { return count > 0 && held == count; }

/* How many of those that are held back may be the begin of the keys, if not all of them are. */
static size_t shorter(size_t n)
{
	do
		n--;
	while (n > 0 && memcmp(keys, keys + held - n, n) != 0);
	return n;
}

size_t keys_filter(uint8_t *bytes, size_t n)
{
	const uint8_t *typed = bytes + KEYS_MOST;
	size_t passed = 0;

	/* What was held back comes first. */
	memmove(bytes + KEYS_MOST, bytes, n);
	for (size_t i = 0; i < n && !keys_typed(); i++) {
		while (held > 0 && typed[i] != keys[held]) {
			size_t left = shorter(held);

			memcpy(bytes + passed, keys, held - left);
			passed += held - left;
			held = left;
		}
		if (count > 0 && typed[i] == keys[held])
			held++;
		else
			bytes[passed++] = typed[i];
	}
	return passed;
}
