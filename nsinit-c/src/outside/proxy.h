#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The terminal proxy, the monitor's part of an interactive session: bytes between its own fds 0 and 1 and the
 * container's pty.
 */

enum { PROXY_STDIN, PROXY_TYPED, PROXY_MASTER, PROXY_STDOUT, PROXY_FDS };

/* Sets fd 0 raw if it is a terminal and input is wanted, tells how it was, and finds the size of
 * the pty to come. In the background it does so once it is in the foreground. */
void proxy_start(uint16_t rows, uint16_t cols, bool input);
/* Where the container has the caller's terminal itself, its settings are put back at the end too. */
void proxy_remember(void);
void proxy_attach(int master, int slave);
/* The same between two other descriptors; rest: of struct stream; slave: -1, if the end of input is not to be typed. */
void proxy_join(int to, int from, int rest, int slave, size_t (*filter)(uint8_t *bytes, size_t n));
/* Fills in what to wait for, and deals with what came. */
void proxy_want(struct pollfd fds[PROXY_FDS]);
void proxy_step(const struct pollfd fds[PROXY_FDS]);
/* How long to wait at most before the next step; -1 = until something comes. */
int proxy_patience_ms(void);
/* The pty takes over the size of the caller's terminal. */
void proxy_resize(void);
/* Closes the pty: the session inside gets SIGHUP. */
void proxy_hang_up(void);
/* True while output of a container that has ended is still to be written. */
bool proxy_draining(void);
/* Nothing more comes. */
void proxy_end(void);
bool proxy_active(void);
/* Sets fd 0 raw, or back to how it was found. Neither blocks nor fails. */
void proxy_raw(void);
void proxy_restore(void);
