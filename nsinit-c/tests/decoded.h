#pragma once

#include <stddef.h>
#include <stdint.h>

#include "frames.h"
#include "proto/plan.h"

/* What the decoder made of the last plan: the plan if it took it, and the step it stopped at if not. */
extern struct plan plan;
extern uint16_t at;

/* Both give the reason of a refusal, or NULL. */
const char *decode(const uint8_t *bytes, size_t n);
/* Ends the plan first. */
const char *decode_built(struct bytes *b);
/* Checks that the plan, ended first, is refused for that reason at that step. */
void refuse(struct bytes *b, const char *why, uint16_t index);
