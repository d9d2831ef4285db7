#pragma once

/* A detached procfs of our own pid namespace. */
int mount_procfs(void);
/* The container's /dev/null; -1 if it has none. */
int own_null(void);
/*
 * Puts it where a stream is the host's, whose inode the root of a container may own: chmod through /proc/self/fd would
 * then be a chmod outside. Closes it.
 */
void take_own_null(int own);
/* Attaches a detached mount over path below target; path "": over target itself. object names it where the kernel
 * refuses. */
void mount_attach(int fd, int target, const char *path, const char *object);
