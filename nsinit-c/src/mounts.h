#ifndef NSRUN_MOUNTS_H
#define NSRUN_MOUNTS_H

#include "plan.h"

/*
 * Mounts are made detached, with all their attributes, and kept in a slot until they are attached:
 * nothing is ever visible half made, and what needs the host's view (host paths, a fresh procfs) is
 * made before the pivot, while what touches the container's paths happens after it.
 */
void mount_host_tree(const struct tree_step *tree, enum step_id step);
void mount_idmap(uint16_t slot, int user_namespace);
void mount_propagation(uint64_t flags);
void mount_filesystem(const struct step *step);
void mount_overlay(const struct step *step, bool in_user_namespace);
void mount_pivot_root(uint16_t slot);
void mount_attach(const struct step *step);
void mount_attributes(const struct step *step);
void mount_readonly_path(const char *path);
void mount_mask_path(const char *path);
/* A detached mount of type, with one option unless key is NULL; -1 and errno on failure. */
int mount_detached(const char *type, const char *key, const char *value, uint64_t attrs);

#endif
