#pragma once

#include <stdbool.h>

/* What the service says. */

/* Reads what is there, unless something is pending. False: nothing comes any more. */
bool incoming_read(void);
/* Does what can be done of what was read. False: it makes no sense. */
bool incoming_take(void);
/* Bytes wait for nsinit to read them, and all else behind them. */
bool incoming_pending(void);
void incoming_pass(void);
