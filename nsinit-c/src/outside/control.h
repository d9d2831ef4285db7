#pragma once

#include <stdbool.h>

#include "proto/plan.h"

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
 * the orchestrator is gone or talks another language.
 */
void control_receive_plan(int control, struct plan *plan);
/*
 * Takes what the orchestrator sent, which poll(2) has announced: *signo is the next signal asked for, or 0 if there is
 * none yet. A frame that is not known, or makes no sense, is answered by REFUSED, and skipped. False if the
 * orchestrator is gone.
 */
bool control_signal(int control, int *signo);
