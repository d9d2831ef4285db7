#pragma once

#include <stdbool.h>

#include "encode.h"
#include "proto/plan.h"

/* Plans and steps to test with. */

/* The default of a test: nothing is joined, by nobody else. */
void add_namespaces(struct bytes *b, uint64_t create);
void add_exec(struct bytes *b);
/* id is STEP_HOST_TREE or STEP_BIND. */
void add_tree(struct bytes *b, uint16_t id, uint16_t detached, uint8_t expect);

/* These begin the plan, and leave it to be ended. */
void smallest_plan(struct bytes *b);
/* Every step there is, each value unlike the others. */
void plan_of_all_steps(struct bytes *b);

/* Walks over every list of a decoded plan as those do who carry it out. False if one of them has a hole. */
bool plan_walks(const struct plan *plan);
