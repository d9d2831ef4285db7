#include "hands.h"

#include "trace.h"

struct run run = { .proc = -1 };

static void carry_out(const struct step *step)
{
#define HAND_CASE(number, constant, name, stage, ...) \
	case number: \
		return step_##name(&step->name);
	switch (step->id) {
		NSRUN_STEPS(HAND_CASE)
	default: /* the decoder lets none through */
		break;
	}
}

uint16_t run_stage(enum step_stage stage, uint16_t first)
{
	uint16_t i;

	for (i = first; i < run.plan->count && step_stage_of(run.plan->steps[i].id) == stage; i++) {
		const struct step *step = &run.plan->steps[i];

		fail_at(step->id, i);
		trace_begin();
		carry_out(step);
		trace_end(step->id, i);
	}
	return i;
}

const struct step *run_step(enum step_id id)
{
	for (uint16_t i = 0; i < run.plan->count; i++)
		if (run.plan->steps[i].id == id)
			return &run.plan->steps[i];
	return NULL;
}

void drop_streams(void)
{
	for (int fd = 0; fd <= 2; fd++)
		must(dup2(run.null_fd, fd), "dup2", "/dev/null");
	close(run.null_fd);
}
