#pragma once

#include <stdnoreturn.h>

#include "proto/wire.h"

/*
 * Whoever has attached to a container that lives on: an nsinit with the caller's streams, between these and the ones
 * that the container's monitor has given it (lifecycle/attach.h). It has no part in the container, which goes on
 * whatever becomes of it; nor does the orchestrator touch a byte.
 *
 *   orchestrator --- SIGNAL --->  this one  --- SIGNAL, END_INPUT ---> monitor
 *                <-- STARTED ---            <-- STREAMS, MISSED, EXITED ---
 *                <-- TERMINAL, MISSED; EXITED or DETACHED, last ---
 *
 * STARTED, of pid 0: from here on nothing that the container writes is missed.
 */

/* Of ATTACH: what is typed is for the container; its end is that of the container's input; a SIGQUIT that the terminal
 * sends is for it. */
enum { ATTACH_INPUT = 1, ATTACH_ENDS = 2, ATTACH_SIGNALS = 4 };
/* Of DETACHED: the keys were typed; nobody reads fd 1 any more; or the monitor has gone without a word. */
enum { DETACHED_KEYS, DETACHED_UNREAD, DETACHED_LOST };

/* r: payload of ATTACH. */
noreturn void attached_run(int control, struct reader r);
