#pragma once

#include <sys/ioctl.h>

/* Size a new pty gets; set by the monitor before it clones init. */
extern struct winsize console_size;

/* Receives the FRAME_CONSOLE message's descriptors out of a control buffer. */
struct msghdr;
void console_take(struct msghdr *message, int *master, int *slave);
