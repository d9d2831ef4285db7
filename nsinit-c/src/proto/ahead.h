#pragma once

#include "proto/plan.h"

/* Whether a step of this id may be carried out before there is a guest: those of the command are its own. */
bool step_may_be_ahead(uint16_t id);
/*
 * Marks the steps of a guest's plan which are those of made, a spare's, that were carried out: each to the byte, in
 * their order, and none that changes the tree behind one that still will. Returns NULL, or what is wrong.
 */
const char *plan_mark_done(struct plan *plan, const struct plan *made);
