#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "step.h"
#include "wire.h"

#define PLAN_MAX_BYTES	     (32u << 20)
#define PLAN_MAX_STEPS	     1024u
#define PLAN_MAX_GROUPS	     256u
#define PLAN_MAX_MAP_ENTRIES 340u
#define PLAN_MAX_JOINS	     8u
#define PLAN_SLOTS	     256u
#define PLAN_NO_SLOT	     0xffffu
#define PLAN_MAX_RULES	     256u
#define PLAN_MAX_CPUS	     1024u

#define NO_LIMIT UINT64_MAX
#define NO_OWNER UINT32_MAX

#define OPTION_TRACE	  1u
#define OPTION_STDIN_NULL 2u

#define MOUNT_CREATE_DIRECTORY 1u
#define MOUNT_CREATE_FILE      2u
#define MOUNT_NO_SYMLINKS      4u

enum tree_expect { EXPECT_ANY, EXPECT_DIRECTORY, EXPECT_CHARACTER_DEVICE };

struct tree_step {
	uint16_t slot;
	const char *path;
	bool recursive;
	uint64_t attr_set, attr_clr, propagation;
	uint8_t expect; /* enum tree_expect */
	uint32_t major, minor;
};

/* One step, decoded. Strings and readers point into the plan's own bytes. */
struct step {
	uint16_t id;
	/* Where the step ends with a list: how many entries, and those. */
	uint16_t count;
	struct reader list;
	union {
		uint32_t options, umask;
		uint64_t propagation, bounding;
		bool keyring;  /* required */
		uint16_t slot; /* idmap_mount, pivot_root */
		struct {
			uint16_t rows, cols;
		} terminal;
		struct {
			uint64_t ms, grace_ms;
			uint32_t signo;
		} timeout;
		struct {
			uint64_t create, processes; /* NO_LIMIT: as the caller's */
			uint32_t owner;		    /* NO_OWNER: the caller */
		} namespaces;			    /* list: u64 type, str path */
		uint64_t output;		    /* bytes, or NO_LIMIT */
		struct {
			uint16_t slot;
			uint32_t mode, uid, gid;
			struct blob content;
		} inject;
		struct {
			uint64_t memory_bytes, cpu_ms; /* 0: no limit */
			uint32_t processes, period_ms;
		} watch;
		struct blob affinity; /* bits of a cpu_set_t */
		uint32_t nice;	      /* two's complement */
		struct {
			uint64_t handled_fs, handled_net, scoped;
		} landlock; /* list: str path, u64 access */
		struct {
			bool deny_setgroups;
			const char *helper;
		} map; /* list: u32 inside, u32 outside, u32 count */
		struct tree_step tree;
		struct {
			uint32_t uid, gid;
		} ids;
		struct {
			uint16_t slot;
			const char *type, *source;
			uint64_t attrs;
		} filesystem; /* list: str key, str value */
		struct {
			uint16_t slot, lower, writes; /* PLAN_NO_SLOT: a new tmpfs */
			uint64_t size;
		} overlay;
		struct {
			uint16_t slot;
			const char *target;
			uint32_t flags;
		} mount;
		struct {
			const char *path;
			uint32_t mode, major, minor;
		} node; /* mkdir, mknod */
		struct {
			const char *target, *path;
		} symlink;
		struct {
			const char *path;
			bool recursive;
			uint64_t set, clear;
		} attributes;
		const char *text; /* paths and names: all steps of a single string */
		struct {
			const char *key, *value;
		} sysctl;
		struct {
			uint32_t resource;
			uint64_t soft, hard;
		} rlimit;
		struct {
			uint32_t uid, gid;
			bool set_groups;
		} user; /* list: u32 group */
		struct {
			uint64_t effective, permitted, inheritable, ambient;
		} capabilities;
		struct {
			uint32_t flags;
			struct blob program;
		} seccomp;
		struct {
			bool init;
			uint32_t argc, envc;
			uint16_t candidates;
			struct reader argv, env, paths; /* str each */
		} exec;
	} u;
};

struct plan {
	uint16_t count;
	bool new_user_namespace; /* created or joined: capabilities are those of a user namespace */
	bool new_pid_namespace;	 /* created */
	const struct step *exec; /* the last step */
	struct step steps[PLAN_MAX_STEPS];
};

/*
 * Decodes the payload of a PLAN frame. Makes no system call and allocates nothing; the plan points
 * into bytes, which must stay where they are. Returns NULL, or what is wrong, with *at the index of
 * the offending step (0xffff: none).
 */
const char *plan_decode(struct plan *plan, const uint8_t *bytes, size_t length, uint16_t *at);

enum step_stage step_stage_of(uint16_t id);
