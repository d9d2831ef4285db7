#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Whoever has attached to a container that lives on, in the monitor: a client (lifecycle/clients.h) that has asked for
 * its streams. It gets a pipe for each stream of output, of which the monitor has the other end, and what it may write
 * to itself: the container's input, or the master of its terminal.
 *
 * Nobody who reads slowly, or not at all, holds up the container, its log or the others. What its pipe has no room for
 * waits in a file in memory, which the client has too, so that it is there when the monitor has ended. Once that is
 * full the rest is not for this client, and it is told how much that was (MISSED) when there is room again, or at the
 * end.
 *
 * Until whoever started the container has let go of it, what it writes waits for the first one to attach, so that
 * nothing of it is missed.
 */

enum { ATTACH_FDS = 17 };

/* In a STREAMS frame to us, and back. */
enum { STREAMS_INPUT = 1, STREAMS_TERMINAL = 2 };

/* What there is to write to: the other end of the container's fd 0, or its terminal. */
void attach_input(int fd);
void attach_terminal(int master, int slave);
/* In init: none of it is its business. */
void attach_leave(void);

/* What the container wrote: to the log, and to everybody. */
void attach_output(int fd, const uint8_t *bytes, size_t n);
/* Output waits from here on, at most until nobody has the other end of fd any more. It is closed then. */
void attach_await(int fd);
bool attach_awaited(void);
/* Fills in what to wait for, and deals with what came. */
void attach_want(struct pollfd fds[ATTACH_FDS]);
void attach_step(const struct pollfd fds[ATTACH_FDS]);

/* Gives a client the streams, and answers; NULL, or why not. flags: of STREAMS. */
const char *attach_client(int client, uint8_t flags);
/* Input has ended, for the container too once no client has it any more. */
const char *attach_end_input(void);
/* A client has gone. */
void attach_gone(int client);
/* There is no more output: everybody is told what was missed. */
void attach_end(void);
