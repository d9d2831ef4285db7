#pragma once

/* A detached procfs of our own pid namespace. */
int mount_procfs(void);
/*
 * Puts the container's /dev/null where a stream is the host's, whose inode the root of a container may own: chmod
 * through /proc/self/fd would then be a chmod outside.
 */
void take_own_null(void);
/* Attaches a detached mount over path below target; path "": over target itself. object names it where the kernel
 * refuses. */
void mount_attach(int fd, int target, const char *path, const char *object);
