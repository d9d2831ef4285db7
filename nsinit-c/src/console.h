#ifndef NSRUN_CONSOLE_H
#define NSRUN_CONSOLE_H

#include <sys/ioctl.h>

/* Size a new pty gets; set by the monitor before it clones init. */
extern struct winsize console_size;

/*
 * A pty of the container's own devpts. The slave comes from the master itself (TIOCGPTPEER) and is
 * mounted over path unless that is empty, so no symlink in the image can lead either astray. Hands
 * both to the monitor; the slave becomes fds 0 to 2.
 */
void console_open(const char *path);
/* Receives the FRAME_CONSOLE message's descriptors out of a control buffer. */
struct msghdr;
void console_take(struct msghdr *message, int *master, int *slave);

#endif
