#pragma once

#include "proto/plan.h"

/* Bytes that the plan of a spare's guest may have. */
#define SPARE_PLAN_MAX (64u << 10)

/* What the monitor of a spare and its init share. */
struct spare {
	/* The guest's plan. Page-aligned, as it is given back alone. */
	uint8_t bytes[SPARE_PLAN_MAX];
	/* Decoded from it by the monitor, which keeps a copy of its own. */
	struct plan plan;
	/* What the command is executed with. A string takes 5 bytes in the plan, or more. */
	char *image[SPARE_PLAN_MAX / 5 + 3];
};

/* Whether a step may be carried out before there is a guest: not those that are one guest's alone, or its streams'. */
bool step_may_be_ahead(const struct step *step);
/*
 * Marks the steps of a guest's plan which are those of made, a spare's, that were carried out: each to the byte, in
 * their order, and none that changes the tree behind one that still will, nor a watch, which sees what is mounted by
 * then, before all is. Steps of the command are never marked; where
 * made has the very same, and all before them is done, the plan's command is ahead. Returns NULL, or what is wrong.
 */
const char *plan_mark_done(struct plan *plan, const struct plan *made);
/* The copy that init finds. */
void plan_share(struct plan *shared, const struct plan *plan);
