#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

/* The monitor's part of an interactive session: bytes between its own fds 0 and 1 and the
 * container's pty. */

enum { RELAY_STDIN, RELAY_TYPED, RELAY_MASTER, RELAY_STDOUT, RELAY_FDS };

/* Sets fd 0 raw if it is a terminal and input is wanted, tells how it was, and finds the size of
 * the pty to come. In the background it does so once it is in the foreground. */
void relay_start(uint16_t rows, uint16_t cols, bool input);
/* Where the container has the caller's terminal itself, its settings are put back at the end too. */
void relay_remember(void);
void relay_attach(int master, int slave);
/* Fills in what to wait for, and deals with what came. */
void relay_want(struct pollfd fds[RELAY_FDS]);
void relay_step(const struct pollfd fds[RELAY_FDS]);
/* How long to wait at most before the next step; -1 = until something comes. */
int relay_patience_ms(void);
/* The pty takes over the size of the caller's terminal. */
void relay_resize(void);
/* Closes the pty: the session inside gets SIGHUP. */
void relay_hang_up(void);
/* True while output of a container that has ended is still to be written. */
bool relay_draining(void);
/* Nothing more comes. */
void relay_end(void);
bool relay_active(void);
/* Sets fd 0 raw, or back to how it was found. Neither blocks nor fails. */
void relay_raw(void);
void relay_restore(void);
/* For a monitor that died: termios as TERMINAL told it, each half of a byte as a letter from a to p. Returns an exit
 * code. */
int relay_restore_from(const char *letters);
