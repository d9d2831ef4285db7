#include "proto/ahead.h"

#include <string.h>
#include <sys/resource.h>

/* Below this a descriptor of the guest's streams may have no number left in the process that waits for them. */
#define LEAST_DESCRIPTORS 64u

bool step_may_be_ahead(const struct step *step)
{
	switch (step->id) {
	case STEP_HOST_TREE:
	case STEP_NAMESPACES:
		return true;
	case STEP_NESTED_NAMESPACES:
	case STEP_CONSOLE:
	case STEP_UNPACK:
	case STEP_REMOVE:
	case STEP_PACK:
	case STEP_EXEC:
		return false;
	case STEP_RLIMIT:
		return step->rlimit.resource != RLIMIT_NOFILE || step->rlimit.soft >= LEAST_DESCRIPTORS;
	default:
		return step_stage_of(step->id) >= STAGE_MAPS;
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

/* Whether it comes before the command, in the new namespaces or about them. */
static bool is_of_set_up(uint16_t id) { return step_stage_of(id) == STAGE_MAPS || step_stage_of(id) == STAGE_INIT; }

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
	uint16_t at = 0, last = made->count - 1; /* which was not carried out */
	uint16_t commands = 0, same = 0;
	bool overtaken = false, left = false;

	for (uint16_t i = 0; i < plan->count; i++) {
		struct blob step = next_step(&ours);
		uint16_t id = plan->steps[i].id;
		bool of_command = step_stage_of(id) == STAGE_COMMAND;

		commands += of_command;
		if (at < last && step.length == ahead.length && memcmp(step.bytes, ahead.bytes, step.length) == 0 &&
		    !(overtaken && is_about_tree(id)) && !(left && id == STEP_WATCH)) {
			plan->steps[i].done = !of_command;
			same += of_command;
			ahead = next_step(&theirs);
			at++;
		} else {
			overtaken |= is_about_tree(id);
			left |= is_of_set_up(id);
		}
	}
	plan->command_ahead = at == last && same > 0 && same == commands - 1 && !left && plan->stays_init;
	/* What was done for another command, whoever waits for one has alone. */
	return at == last || step_stage_of(made->steps[at].id) == STAGE_COMMAND ? NULL : "it was made for another plan";
}

void plan_share(struct plan *shared, const struct plan *plan)
{
	memcpy(shared, plan, offsetof(struct plan, steps) + plan->count * sizeof(plan->steps[0]));
	if (plan->exec != NULL)
		shared->exec = &shared->steps[plan->count - 1].exec;
}
