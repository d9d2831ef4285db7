#pragma once

#include <sys/ioctl.h>

/* Size a new pty gets; set by the monitor before it clones init. */
extern struct winsize console_size;
