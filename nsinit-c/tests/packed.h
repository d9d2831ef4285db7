#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * What nsinit tells of a tree, read without its own code: the frames of step `pack`, one after the other. The tree is
 * "/tree" in the root of tree.h, which is "/" of the functions under test.
 */
enum { PACKED_LARGE = 8 << 20 };
extern uint8_t packed[2 * PACKED_LARGE];
extern size_t packed_length;
extern struct pack_step pack_wanted;

struct frame {
	unsigned type;
	const uint8_t *at, *end;
};

struct entry {
	const char *path, *target;
	uint32_t mode, uid, gid;
	uint64_t seconds, size, rdev, inode;
	uint8_t again;
	size_t next; /* the frame behind it */
};

/* Makes it, and goes there; leaves the test out where that takes root. */
void enter_tree(void);
void pack_it(void);

/* Little-endian, behind what was read of the frame before. */
uint64_t frame_number(struct frame *f, unsigned bytes);
/* A string, likewise; valid as long as the frames are. */
const char *frame_text(struct frame *f);
/* NULL as the path if nothing was told of it. */
struct entry packed_entry(const char *path);
/* All paths, with a space behind each; the next call reuses them. */
const char *packed_paths(void);
/* The n-th frame of a type that is about an entry; its type is 0 if there is none. */
struct frame packed_about(struct entry e, unsigned type, unsigned n);
