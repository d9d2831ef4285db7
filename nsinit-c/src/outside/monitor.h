#pragma once

#include <sys/uio.h>

#include "proto/plan.h"

/*
 * Carries out the HOST steps, clones init, and watches over it until it is gone. control is the orchestrator's channel;
 * init is what the new process goes on with, which does not return: inner is its end of the socketpair with the
 * monitor.
 */
_Noreturn void monitor_run(const struct plan *plan, int control, void (*init)(int inner));

/* The same in parts, for whoever has something to do in between. Each ends the process where it fails. */
void monitor_begin(const struct plan *plan, int control, void (*init)(int inner));
/* Another plan for what is left to be done. */
void monitor_replan(const struct plan *plan);
/* The steps of this side, as far as they are not done. */
void monitor_steps(void);
/* One message to init, with descriptors. */
void monitor_tell(struct iovec *message, const int *fds, size_t count);
/* Blocks until control has something to read; what init says meanwhile is passed on. Ends with the orchestrator or
 * init. */
void monitor_await(void);
_Noreturn void monitor_supervise(void);
