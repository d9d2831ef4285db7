#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/detached.h"
#include "proto/step.h"
#include "proto/wire.h"

#define PLAN_MAX_BYTES	     (32u << 20)
#define PLAN_MAX_STEPS	     1024u
#define PLAN_MAX_GROUPS	     256u
#define PLAN_MAX_MAP_ENTRIES 340u
#define PLAN_MAX_JOINS	     8u
#define PLAN_MOUNTS	     DETACHED_MOUNTS
#define PLAN_NO_MOUNT	     0xffffu
#define PLAN_MAX_RULES	     256u
#define PLAN_MAX_CPUS	     1024u
#define PLAN_MAX_PARTS	     16u
#define PLAN_MAX_MESSAGE     (64u << 10) /* less than a socket takes at once */
#define PLAN_MAX_ARGUMENTS   2048u	 /* of a program, and as many variables */
#define PLAN_MAX_PROGRAM_MS  86400000u	 /* a day */
#define PLAN_MAX_LOG_FILES   100u
#define PLAN_MAX_INPUT	     (128u << 10)

#define NO_LIMIT UINT64_MAX /* of processes: as the caller's; of output: it is only counted */
#define NO_OWNER UINT32_MAX /* of a new user namespace: the caller */

#define OPTION_TRACE	   1u
#define OPTION_STDIN_NULL  2u
#define OPTION_DROP_GROUPS 4u
#define OPTION_LIVES_ON	   8u

#define MOUNT_CREATE_DIRECTORY 1u
#define MOUNT_CREATE_FILE      2u
#define MOUNT_NO_SYMLINKS      4u
#define MOUNT_OPTIONAL	       8u

struct list {
	uint32_t count;
	struct reader entries;
};

#define F(type, member)		     type member;
#define L(type, member, most, entry) struct list member;

typedef struct tree source;

/* One step, decoded: by its name, the members that step.h says. Strings and readers point into the plan's own bytes. */
struct step {
	uint16_t id;
	bool done; /* by a spare, before the plan was there */
	union {
#define STEP_STRUCT(id, constant, name, stage, ...) \
	struct name##_step { \
		__VA_ARGS__ \
	} name;
		NSRUN_STEPS(STEP_STRUCT)
	};
};
#undef F
#undef L

struct plan {
	struct blob bytes; /* that it was decoded from */
	uint16_t count;
	bool new_user_namespace;      /* created or joined: capabilities are those of a user namespace */
	bool new_pid_namespace;	      /* created, nested or not */
	uint64_t created;	      /* by the namespaces step */
	uint16_t listening;	      /* filters that tell a listener */
	bool stays_init;	      /* nsinit is PID 1 beside the command */
	bool command_ahead;	      /* of a spare's guest: a process has done all that comes before exec */
	const struct exec_step *exec; /* the last step; NULL of a plan that ends with unpack or remove */
	struct step steps[PLAN_MAX_STEPS];
};

/*
 * Decodes the payload of a PLAN frame. Makes no system call and allocates nothing; the plan points
 * into bytes, which must stay where they are. Returns NULL, or what is wrong, with *at the index of
 * the offending step (0xffff: none).
 */
const char *plan_decode(struct plan *plan, const uint8_t *bytes, size_t length, uint16_t *at);

enum step_stage step_stage_of(uint16_t id);
