#pragma once

#include <stdint.h>

/*
 * Opens path beneath root as if that were "/", with flags of open(2) and extra RESOLVE_* flags; a magic link of procfs
 * is never followed. Whoever made the file system is hostile. -1 and errno on failure.
 */
int open_beneath(int root, const char *path, uint64_t flags, uint64_t resolve);
