#pragma once

#include <stdint.h>
#include <sys/types.h>

/*
 * Paths inside the container's root file system. Whoever made that file system is hostile: a path
 * is resolved by the kernel as if the root were "/", and a magic link of procfs is never followed.
 */

/* From here on paths are resolved beneath what is "/" now. -1 and errno on failure. */
int root_set_current(void);

/* As open_beneath does (base/beneath.h). */
int root_open(const char *path, uint64_t flags, uint64_t resolve);
/* mkdir -p. What exists is left as it is; returns a descriptor of the directory, or -1 and errno.
 */
int root_mkdir(const char *path, mode_t mode);
/* Opens the directory that holds path, and points *name at path's last component (never empty,
 * never a slash). */
int root_open_parent(const char *path, const char **name);
/* Makes an empty regular file, and its parents; leaves what exists alone. -1 and errno on failure.
 */
int root_touch(const char *path);
