#ifndef NSRUN_SETUP_H
#define NSRUN_SETUP_H

#include "plan.h"

/* Carries out the INIT steps in the order of the plan; returns the index of the first COMMAND step.
 */
uint16_t setup_run(const struct plan *plan);

#endif
