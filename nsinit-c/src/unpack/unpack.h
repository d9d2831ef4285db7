#pragma once

#include <dirent.h>

#include "proto/wire.h"

/*
 * The members of an archive, as frames that nsinit reads from its standard input (nsinit-c/README.md). What FILE,
 * DIRECTORY or SYMLINK names is the member at hand, which the frames after it are about. And what a tree is made of, as
 * frames that nsinit writes to its standard output: there ENTRY names what is at hand.
 */
enum member_type {
	MEMBER_FILE = 1,
	MEMBER_DATA,
	MEMBER_SIZE,
	MEMBER_DIRECTORY,
	MEMBER_SYMLINK,
	MEMBER_LINK,
	MEMBER_ATTRIBUTES,
	MEMBER_XATTR,
	MEMBER_END,
	MEMBER_LOOK,
	/* Only out of a tree, as XATTR, DATA and END are too. */
	MEMBER_ENTRY,
	MEMBER_PIECE,
	MEMBER_CHANGED
};

#define MEMBER_MAX (256u << 10) /* bytes of a frame's payload */

struct member {
	uint16_t type;
	const char *path, *target; /* the target of a link, or the name of an extended attribute */
	uint64_t offset, seconds;
	uint32_t uid, gid, mode, nanoseconds;
	struct blob bytes;
};

/*
 * Decodes the payload of one frame, which m points into; makes no system call. NULL, or what is wrong. A path has plain
 * components alone, so that none of it leads upwards; only a directory's may be empty, and is the root then.
 */
const char *member_decode(struct member *m, uint16_t type, struct reader r);
/* Tells a number on our standard output, which is the orchestrator's. */
void report(uint64_t number);

/* Over a directory that an open descriptor becomes part of; and its next entry, NULL at its end. */
DIR *directory_list(int directory);
const char *directory_next(DIR *entries);
