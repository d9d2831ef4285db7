#pragma once

#include <poll.h>
#include <stdbool.h>

/*
 * The monitor's part of a container whose streams are relayed, or whose output is counted: bytes between pipes, which
 * are the container's fds 1 and 2, and 0 if that is relayed, and the caller's. Where the container has a pty, the
 * terminal proxy passes its bytes on.
 */

enum { OUTPUT_FDS = 6 };

/* In init: the pipes become its fds, and what is the monitor's is closed. In the monitor: the reverse. */
void output_enter(void);
void output_leave(void);
/* The container's three streams, pipes or not. */
void output_streams(int fds[3]);
/* Between the caller's stream of that number and our end of the container's; rest: of struct stream. */
void output_join(int fd, int end, int rest);
/* Fills in what to wait for, and deals with what came. */
void output_want(struct pollfd fds[OUTPUT_FDS]);
void output_step(const struct pollfd fds[OUTPUT_FDS]);
/* True while output of a container that has ended is still to be written. */
bool output_draining(void);
/* Nothing more comes. */
void output_end(void);
/* How long to wait at most before the next step; -1 = until something comes. */
int output_patience_ms(void);
