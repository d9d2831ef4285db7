#pragma once

#include <stdbool.h>

/*
 * A directory that stands for a hostile root file system, and beside it a victim outside, which nothing done inside may
 * touch. Both are removed when the process that made them ends.
 */
extern char tree_root[64];
extern char tree_outside[64];

/* Makes both anew; the victim holds one file, "secret". */
void make_tree(void);
/* The host's path of name inside the root; the next call reuses it. */
const char *tree_path(const char *name);
void tree_file(const char *name, const char *content);
void tree_link(const char *target, const char *name);
/* Whether the victim is what make_tree() made it. */
bool outside_untouched(void);
