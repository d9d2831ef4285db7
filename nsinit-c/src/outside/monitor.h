#pragma once

#include "proto/plan.h"

/*
 * Carries out the HOST steps, clones init, and watches over it until it is gone. control is the orchestrator's channel;
 * init is what the new process goes on with, which does not return: inner is its end of the socketpair with the
 * monitor.
 */
_Noreturn void monitor_run(const struct plan *plan, int control, void (*init)(int inner));
