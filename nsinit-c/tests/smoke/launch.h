#ifndef NSRUN_SMOKE_LAUNCH_H
#define NSRUN_SMOKE_LAUNCH_H

/* An nsinit that is a launcher, and the containers that it is told to start, by their numbers. */
#include <stdbool.h>

#include "container.h"
#include "driver.h"

struct target;

#define NO_SET 0xffff

enum { FROM_PIPE, FROM_NULL, FROM_CALLER, FROM_FILE, FROM_STDOUT };

/* Where a stream leads: kind, path, flags of open(2). */
#define TARGET "1s4"

/* Of the launcher that was started last. */
extern struct outcome containers[DRIVER_CONTAINERS + 1];
extern struct outcome launcher;

bool launch(const struct target *t, struct driver *d);
/* frame: whole. */
void send_of(struct driver *d, uint32_t container, const struct bytes *frame);
/* spoil: the checksum of its plan is wrong. */
void start_with(struct driver *d, uint32_t number, const struct container *c, uint16_t set, const struct bytes *streams,
		bool spoil);
/* With the launcher's own output. */
void start_default(struct driver *d, uint32_t number, const struct container *c);
void signal_of(struct driver *d, uint32_t number, uint32_t signo);
/* It ends when nobody tells it anything any more; what it says by then is heard. */
void finish(struct driver *d);

#endif
