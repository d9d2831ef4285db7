#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * The caller's signals. Until a container is on its way they have the effect that they have on any program; then they
 * are for its command. What the caller has us ignore stays ignored.
 */

/* A reader that is gone is an error from here on; and a child that has ended waits for us. */
void signals_begin(void);
/* For the next program: as the caller gave them. Also right behind vfork(2), since the kernel shares no signals then.
 */
void signals_as_given(void);
/* Nothing interrupts us any more: they are read from a descriptor, and QUIT is nobody's (nsinit has its own). */
void signals_take(void);
/* They end this program again; what has come meanwhile was for a command that has ended. */
void signals_give_back(void);
/* Readable when one is there; -1 unless they are taken. */
int signals_fd(void);
/* The next one; 0 if there is none. */
int signals_next(void);
