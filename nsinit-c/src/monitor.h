#pragma once

#include "plan.h"

/* Carries out the HOST steps, clones init, and watches over it until it is gone. control is the
 * orchestrator's channel. */
_Noreturn void monitor_run(const struct plan *plan, int control);
