/*
 * libFuzzer against the plan decoder, and against the lists that are walked over a second time when a plan is carried
 * out. An input is a whole PLAN frame, as the golden files have it; its checksum is made to fit, since no fuzzer
 * guesses one.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "../tests/plans.h"

#define FRAME_HEADER 6u
#define STEP_HEADER  6u /* id, length */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct plan plan;
	uint8_t *exact;
	uint16_t at;

	if (size < FRAME_HEADER + PLAN_HEADER)
		return 0;
	size -= FRAME_HEADER;
	/* Of its very size, so that a byte beyond is a finding. */
	exact = malloc(size);
	if (exact == NULL)
		return 0;
	memcpy(exact, data + FRAME_HEADER, size);
	sum_plan(exact, size);
	/* What a plan leaves unset must not be read: let it be something that shows. */
	memset(&plan, 0xa5, offsetof(struct plan, steps[64]));
	if (plan_decode(&plan, exact, size, &at) == NULL && !plan_walks(&plan))
		abort();
	free(exact);
	return 0;
}

static uint32_t length_at(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* The place of one step, chosen by seed; 0 if there is none. */
static size_t choose_step(const uint8_t *data, size_t size, unsigned seed)
{
	size_t places[64];
	unsigned count = 0;

	for (size_t at = FRAME_HEADER + PLAN_HEADER; at + STEP_HEADER <= size && count < 64;) {
		uint32_t length = length_at(data + at + 2);

		if (length > size - at - STEP_HEADER)
			break;
		places[count++] = at;
		at += STEP_HEADER + length;
	}
	return count > 0 ? places[seed % count] : 0;
}

/* A change within one step that keeps its length honest: else nearly all changes end as "cut short". */
static size_t mutate_step(uint8_t *data, size_t size, size_t max_size, size_t at)
{
	uint8_t payload[4096];
	size_t length = length_at(data + at + 2);
	size_t end = at + STEP_HEADER + length;
	size_t room = max_size - (size - length);
	size_t n;

	if (length > sizeof(payload))
		return LLVMFuzzerMutate(data, size, max_size);
	memcpy(payload, data + at + STEP_HEADER, length);
	n = LLVMFuzzerMutate(payload, length, room < sizeof(payload) ? room : sizeof(payload));
	memmove(data + at + STEP_HEADER + n, data + end, size - end);
	memcpy(data + at + STEP_HEADER, payload, n);
	for (unsigned i = 0; i < 4; i++)
		data[at + 2 + i] = (uint8_t)(n >> (8 * i));
	return size - length + n;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	static struct bytes all;
	size_t at = seed & 1 ? choose_step(data, size, seed >> 1) : 0;

	if (size < FRAME_HEADER + PLAN_HEADER) {
		/* Nobody grows a plan out of nothing. */
		plan_of_all_steps(&all);
		end_plan(&all);
		if (all.length + FRAME_HEADER <= max_size) {
			memset(data, 0, FRAME_HEADER);
			memcpy(data + FRAME_HEADER, all.at, all.length);
			return all.length + FRAME_HEADER;
		}
	}
	return at > 0 ? mutate_step(data, size, max_size, at) : LLVMFuzzerMutate(data, size, max_size);
}
