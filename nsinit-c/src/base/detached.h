#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mount_attr;

/*
 * Detached mounts: made by one step, kept under a number, and taken by another step. The monitor's are init's
 * too, which is its clone.
 */
#define DETACHED_MOUNTS 256u

/* A tree of the host's, which becomes one. */
struct tree {
	uint16_t detached;
	const char *path;
	bool recursive;
	uint64_t attr_set, attr_clr, propagation;
	uint8_t expect; /* enum tree_expect */
	uint32_t major, minor;
};

enum tree_expect { EXPECT_ANY, EXPECT_DIRECTORY, EXPECT_CHARACTER_DEVICE };

void detached_put(uint16_t number, int fd);
/* How many there are; their numbers and descriptors go to the arrays, at most as many as size says. */
size_t detached_list(uint16_t *numbers, int *fds, size_t size);
int detached_get(uint16_t number);
/* Nothing has the number then. */
int detached_take(uint16_t number);
/* Closes them all: another process uses them. */
void detached_forget(void);
void detached_tree(const struct tree *tree);

/* object names what is cloned, or changed, where the kernel refuses. */

/* A detached clone of what at is open on, with attributes unless attr is NULL. */
int mount_clone(int at, bool recursive, struct mount_attr *attr, const char *object);
void mount_attributes(int fd, bool recursive, struct mount_attr *attr, const char *object);
