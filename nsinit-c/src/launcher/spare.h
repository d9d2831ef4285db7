#pragma once

#include "proto/plan.h"

/*
 * The life of a monitor whose guest is not known yet: carries out the steps of this plan, which are those that are
 * ahead (proto/steps.h) and an exec that is none; tells SPARED; waits on control for a START frame, with the pipes of
 * its set beside it; and goes on as the monitor of that plan, whose steps ahead must be these, to the byte.
 */
_Noreturn void spare_run(struct plan *made, int control, void (*init)(int inner));
