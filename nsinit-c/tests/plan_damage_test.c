#include "proto/plan.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "decoded.h"
#include "frames.h"
#include "plans.h"

static struct bytes b;

/* ---- whole plans ---- */

static void refuse_every_cut(const uint8_t *bytes, size_t n, const char *name)
{
	for (size_t cut = 0; cut < n; cut++) {
		if (decode(bytes, cut) == NULL) {
			printf("# %s cut to %zu bytes is taken for whole\n", name, cut);
			CHECK(!"a plan cut short is refused");
		}
	}
}

/* The same with a checksum that was made to fit. */
static void refuse_every_summed_cut(const uint8_t *bytes, size_t n, const char *name)
{
	static struct bytes copy;

	for (size_t cut = 4; cut < n; cut++) {
		copy.length = 0;
		put(&copy, "*", BYTES(bytes, cut));
		sum_plan(copy.at, cut);
		if (decode(copy.at, cut) == NULL) {
			printf("# %s cut to %zu bytes, with its sum, is taken for whole\n", name, cut);
			CHECK(!"a plan cut short is refused");
		}
	}
}

static void cut_plans(void)
{
	plan_of_all_steps(&b);
	end_plan(&b);
	refuse_every_cut(b.at, b.length, "the plan");
	refuse_every_summed_cut(b.at, b.length, "the plan");
}

static void flipped_bits(void)
{
	plan_of_all_steps(&b);
	end_plan(&b);
	for (size_t i = 0; i < b.length * 8; i++) {
		b.at[i / 8] ^= (uint8_t)(1u << i % 8);
		CHECK_TEXT(decode(b.at, b.length), "checksum does not match");
		b.at[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	CHECK_TEXT(decode(b.at, b.length), NULL);
}

/* Some flips make another good plan; none may lead the decoder or the walk over its lists astray. */
static void flipped_bits_with_their_sum(void)
{
	plan_of_all_steps(&b);
	end_plan(&b);
	for (size_t i = 32; i < b.length * 8; i++) {
		b.at[i / 8] ^= (uint8_t)(1u << i % 8);
		sum_plan(b.at, b.length);
		if (decode(b.at, b.length) == NULL)
			CHECK(plan_walks(&plan));
		b.at[i / 8] ^= (uint8_t)(1u << i % 8);
	}
}

static unsigned each_golden_plan(void (*look)(const uint8_t *bytes, size_t n, const char *name))
{
	DIR *directory = opendir(PROTOCOL_DIR);
	const struct dirent *entry;
	unsigned plans = 0;
	char path[4096];

	while (directory != NULL && (entry = readdir(directory)) != NULL) {
		if (strstr(entry->d_name, ".hex") == NULL)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", PROTOCOL_DIR, entry->d_name);
		if (!CHECK(read_hex(path, &b)) || !CHECK(b.length >= 6))
			continue;
		/* Frames of other types are the business of other tests. */
		if ((b.at[4] | b.at[5] << 8) != 4)
			continue;
		plans++;
		look(b.at + 6, b.length - 6, entry->d_name);
	}
	if (directory != NULL)
		(void)closedir(directory);
	return plans;
}

static void look_decodes(const uint8_t *bytes, size_t n, const char *name)
{
	const char *wrong = decode(bytes, n);

	if (wrong != NULL)
		printf("# %s: %s at step %u\n", name, wrong, at);
	CHECK_TEXT(wrong, NULL);
	CHECK(plan_walks(&plan));
	refuse_every_cut(bytes, n, name);
}

static void golden_plans(void)
{
	if (each_golden_plan(look_decodes) == 0)
		skip("no golden plan in " PROTOCOL_DIR);
}

int main(void)
{
	test("a plan cut short at any byte is refused", cut_plans);
	test("a plan with any one bit flipped is refused", flipped_bits);
	test("a flipped bit with a checksum to match leads nobody astray", flipped_bits_with_their_sum);
	test("every golden plan is understood, and refused when cut short", golden_plans);
	return tests_done();
}
