#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * What nsinit is told, and what it says: passed on as it is, and looked at as far as the front must know what becomes
 * of the container, should the service go away.
 */

/* With another nsinit. */
void talk_begin(void);

/* Looks at bytes that are on their way to nsinit. False if they make no sense. */
bool talk_look(const uint8_t *bytes, size_t n);
/* All that was looked at is whole frames: another one may follow. */
bool talk_between_frames(void);

/* More of what nsinit says, as read(2) returns it. */
ssize_t talk_hear(void);
/* The whole frames of that, which are looked at, and forgotten by the next call; NULL if it talks nonsense. */
const uint8_t *talk_frames(size_t *n);
