#pragma once

#include <stdnoreturn.h>

/* In init: the connection to the agent is the monitor's alone. */
void listener_leave(void);
/* In the monitor: gives the agent the listener of the command's filter, and what the plan says beside it. */
void listener_pass(int fd);
/* In the monitor, when it was to wait no longer for a command whose start the agent may hold up. */
noreturn void listener_give_up(int error);
