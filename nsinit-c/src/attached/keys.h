#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The keys by which whoever has attached to a container leaves it. The first of them are held back until it is known
 * whether the others follow: then none of them is for the container, and else all.
 */

#define KEYS_MOST 16u

/* At most KEYS_MOST; none: nobody leaves so. */
void keys_set(const uint8_t *bytes, size_t n);
/* Of n bytes that were typed, and those that were held back, the ones that are for the container, and how many these
 * are. There is room for KEYS_MOST more. */
size_t keys_filter(uint8_t *bytes, size_t n);
/* All of them were typed; what was typed behind them is for nobody. */
bool keys_typed(void);
