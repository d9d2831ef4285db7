#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "frames.h"
#include "proto/plan.h"

/* Plans and steps to test with. Between begin_plan() and end_plan(). */

/* type is that of every namespace to join. */
void add_namespaces(struct bytes *b, uint64_t create, uint16_t joins, uint64_t type);
void add_map(struct bytes *b, uint16_t id, uint16_t entries);
/*
 * A run_program with its arguments, in which PID stands for the pid; then its only variable, and n bytes of input. What
 * is between the two calls is left out by a test.
 */
void begin_program(struct bytes *b, const char *program, uint16_t count, const char *const *argv);
void end_program(struct bytes *b, const char *variable, uint32_t timeout_ms, const void *input, uint32_t n);
/* id is STEP_HOST_TREE or STEP_BIND. */
void add_tree(struct bytes *b, uint16_t id, uint16_t detached, uint8_t expect);
/* A step that is nothing but its number. */
void add_plain(struct bytes *b, uint16_t id);
void add_text(struct bytes *b, uint16_t id, const char *text);
void add_exec(struct bytes *b);

/* These begin the plan, and leave it to be ended. */
void smallest_plan(struct bytes *b);
/* Every step there is, each value unlike the others. */
void plan_of_all_steps(struct bytes *b);

/* Walks over every list of a decoded plan as those do who carry it out. False if one of them has a hole. */
bool plan_walks(const struct plan *plan);
