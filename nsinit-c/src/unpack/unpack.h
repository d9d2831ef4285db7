#pragma once

#include "proto/wire.h"

/*
 * The members of an archive, as frames that nsinit reads from its standard input (nsinit-c/README.md). What FILE,
 * DIRECTORY or SYMLINK names is the member at hand, which the frames after it are about.
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
	MEMBER_END
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
