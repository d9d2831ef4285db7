#include "proto/ahead.h"

#include <string.h>

bool step_may_be_ahead(uint16_t id)
{
	switch (id) {
	case STEP_HOST_TREE:
	case STEP_NAMESPACES:
		return true;
	case STEP_NESTED_NAMESPACES:
	case STEP_CONSOLE:
	case STEP_WATCH:
	case STEP_UNPACK:
	case STEP_REMOVE:
		return false;
	default:
		return step_stage_of(id) == STAGE_MAPS || step_stage_of(id) == STAGE_INIT;
	}
}

/* Whether what such a step does depends on what those before it have attached or made. */
static bool is_about_tree(uint16_t id)
{
	switch (id) {
	case STEP_PIVOT_ROOT:
	case STEP_MOUNT:
	case STEP_MKDIR:
	case STEP_SYMLINK:
	case STEP_MKNOD:
	case STEP_MOUNT_ATTRIBUTES:
	case STEP_READONLY_PATH:
	case STEP_MASK_PATH:
	case STEP_SYSCTL:
		return true;
	default:
		return false;
	}
}

/* Of a plan that is decoded already: its next step with head and payload. */
static struct blob next_step(struct reader *r)
{
	const uint8_t *begin = r->at;

	get_u16(r);
	get_sub(r, get_u32(r));
	return (struct blob){ begin, (uint32_t)(r->at - begin) };
}

/* After checksum and count. */
static struct reader steps_of(const struct plan *plan)
{
	return (struct reader){ .at = plan->bytes.bytes + 6, .end = plan->bytes.bytes + plan->bytes.length };
}

const char *plan_mark_done(struct plan *plan, const struct plan *made)
{
	struct reader ours = steps_of(plan), theirs = steps_of(made);
	struct blob ahead = next_step(&theirs);
	uint16_t left = made->count - 1; /* the last one was not carried out */
	bool overtaken = false;

	for (uint16_t i = 0; i < plan->count; i++) {
		struct blob step = next_step(&ours);
		uint16_t id = plan->steps[i].id;

		if (left > 0 && step.length == ahead.length && memcmp(step.bytes, ahead.bytes, step.length) == 0 &&
		    !(overtaken && is_about_tree(id))) {
			plan->steps[i].done = true;
			ahead = next_step(&theirs);
			left--;
		} else {
			overtaken |= is_about_tree(id);
		}
	}
	return left == 0 ? NULL : "it was made for another plan";
}
