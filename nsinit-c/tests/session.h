#pragma once

#include <stdbool.h>

/* A terminal proxy between two pipes, or what stands in for them, and a session on a pty. */

/* The session's end of its pty, and the caller's ends of our fds 0 and 1. */
extern int session, typing, reading;

/* With these two ends as our fd 1, or a pipe of a page; input: what is typed is wanted. */
void session_start_on(int out[2], bool input);
void session_start(bool input);
/* The session's pty is left as it is: nothing is echoed, no line edited. */
void session_raw(void);
/* One round of the monitor's loop. False if there was nothing to do. */
bool session_turn(int timeout);
