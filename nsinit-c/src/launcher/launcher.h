#pragma once

#include "proto/plan.h"

/*
 * The role of a launcher, which a SERVE frame in place of a plan asks for: for as long as the orchestrator is there it
 * makes pipes and forks a monitor for each container, so that a start needs neither fork nor exec of a JVM. Events of
 * all containers go over the one pipe, each in a CONTAINER frame with its number.
 *
 * Returns only in a monitor, with its plan decoded, the container's streams as descriptors 0 to 2, and the descriptor
 * on which it hears the orchestrator: a pipe of its own, which the launcher writes to, and whose end ends it. In the
 * launcher the end of the orchestrator ends all containers, then the process.
 */
int launcher_run(int control, struct plan *plan);
