#include "hands.h"

#include <errno.h>

#include "fail.h"
#include "trace.h"

struct run run;

typedef void hand(const struct step *step);

static hand *hand_of(uint16_t id)
{
	switch (id) {
#define HAND_HOST(number, name) \
	case number: \
		return step_##name;
#define HAND_INIT    HAND_HOST
#define HAND_COMMAND HAND_HOST
#define HAND_NONE(number, name)
#define HAND_CASE(number, constant, name, stage) HAND_##stage(number, name)
		NSRUN_STEPS(HAND_CASE)
	default:
		/* The decoder lets no other id through. */
		fail_errno(STEP_PLAN, ENOSYS, "plan", "step %u has no hand", id);
	}
}

uint16_t run_stage(enum step_stage stage, uint16_t first)
{
	uint16_t i;

	for (i = first; i < run.plan->count && step_stage_of(run.plan->steps[i].id) == stage; i++) {
		const struct step *step = &run.plan->steps[i];

		fail_at(i);
		trace_begin();
		hand_of(step->id)(step);
		trace_end(step->id, i);
	}
	fail_at(UINT16_MAX);
	return i;
}

bool run_has(enum step_id id)
{
	for (uint16_t i = 0; i < run.plan->count; i++)
		if (run.plan->steps[i].id == id)
			return true;
	return false;
}
