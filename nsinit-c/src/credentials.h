#pragma once

/* PID 1 needs no more than to signal its children; what it does not have can't be taken from it. */
void credentials_of_init(void);
