#pragma once

#include <stdbool.h>

#include "proto/plan.h"

/*
 * Where the orchestrator finds its pipes, as /proc/PID/fd/N of ours; no other file has these numbers, before or after.
 * Opening one gives an end of its own, with whatever access it asks for.
 */
enum { CONTROL_IN = 10, CONTROL_OUT = 13 };

/* Connects to a Unix stream socket. Waits for ms milliseconds at most where a listener is slow to accept; 0: for ever.
 */
int control_dial(const char *path, unsigned ms);
/*
 * A descriptor on which the orchestrator is heard; events go to it from now on, a HELLO first. word: the pid of our
 * parent, who opens two pipes of ours; or the path of a socket, at which nobody but our own user may listen.
 */
int control_open(const char *word);
/*
 * Answers READ frames until the PLAN frame is there, and decodes it. Blocks. Ends the process if
 * the orchestrator is gone or talks another language. Returns PLAN; or what else we are to be, SERVE or ATTACH, with
 * its payload.
 */
uint16_t control_receive_plan(int control, struct plan *plan, struct reader *payload);
/* Ends the process if these bytes are no plan. */
void control_decode_plan(struct plan *plan, const uint8_t *bytes, uint32_t length);
/* Blocks until n bytes are there; ends quietly if the orchestrator went away. */
void control_receive(int control, uint8_t *bytes, size_t n);
/* The type of the next frame, and the length of its payload, which is still to be read. Blocks. */
uint16_t control_header(int control, uint32_t *length);
/* That payload, of at most 16 KiB. name: of the frame, should it be longer. */
struct reader control_payload(int control, const char *name, uint32_t length);
/*
 * Takes what the orchestrator sent, which poll(2) has announced: *signo is the next signal asked for, or 0 if there is
 * none yet. A frame that is not known, or makes no sense, is answered by REFUSED, and skipped. False if the
 * orchestrator is gone.
 */
bool control_signal(int control, int *signo);
