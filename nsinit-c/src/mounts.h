#pragma once

#include <stdbool.h>

struct mount_attr;

/* Mounts by descriptor. object names them where the kernel refuses. */

/* A detached clone of what at is open on, with attributes unless attr is NULL. */
int mount_clone(int at, bool recursive, struct mount_attr *attr, const char *object);
/* A detached procfs of our own pid namespace. */
int mount_procfs(void);
/* Closes what is in the slots: another process uses them. */
void mounts_forget(void);
/* Attaches a detached mount over path below target; path "": over target itself. */
void mount_attach(int fd, int target, const char *path, const char *object);
