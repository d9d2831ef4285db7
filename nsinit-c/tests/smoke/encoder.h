#ifndef NSRUN_SMOKE_ENCODER_H
#define NSRUN_SMOKE_ENCODER_H

/* Plans, one function a step. */
#include "bytes.h"

/* The steps of a plan under construction, without its checksum and count. */
struct plan {
	struct bytes steps;
	uint16_t count;
};

/* The PLAN frame; its checksum is exclusive-ored with spoil, which is 0 for a plan that is to be believed. */
void put_plan(struct bytes *b, const struct plan *plan, uint32_t spoil);

#define PLAN_NEW_TMPFS 0xffff

struct id_range {
	uint32_t inside, outside, count;
};

struct option {
	const char *key, *value;
};

/* Any step by its number, with a payload of n bytes: for plans that nsinit must refuse. */
void plan_raw(struct plan *p, uint16_t id, const void *payload, uint32_t n);

/* Closes a step whose payload was gathered in b. */
void plan_add(struct plan *p, uint16_t id, struct bytes *b);

void plan_options(struct plan *p, uint32_t flags);
void plan_terminal(struct plan *p, uint16_t rows, uint16_t cols);
void plan_timeout(struct plan *p, uint64_t ms, uint32_t signo, uint64_t grace_ms);
/* id is STEP_HOST_TREE or STEP_BIND. */
void plan_tree(struct plan *p, uint16_t id, uint16_t detached, const char *path, bool recursive, uint64_t attr_set);
void plan_device(struct plan *p, uint16_t id, uint16_t detached, const char *path, uint32_t major, uint32_t minor);
/* Whose the user namespace is to be, and how many processes it may have: what plan_namespaces asks for. All ones: no
 * wish. */
extern uint32_t plan_owner;
extern uint64_t plan_processes;
/* What plan_uid_map runs in place of having the map written, with the map's file as its argument and the map as its
 * input; NULL: nothing. */
extern const char *plan_uid_program;
/* Whether plan_output asks for stdin too. */
extern bool plan_input;
void plan_output(struct plan *p, uint64_t bytes);
void plan_listener(struct plan *p, const char *path, uint16_t count, const char *const *parts);
void plan_lock(struct plan *p, const char *path, uint64_t offset);
void plan_seccomp(struct plan *p, uint32_t flags, const void *program, size_t size);
void plan_inject(struct plan *p, uint16_t detached, uint32_t mode, uint32_t uid, uint32_t gid, const char *content);
void plan_watch(struct plan *p, uint64_t memory_bytes, uint64_t cpu_ms, uint32_t processes, uint32_t period_ms);
void plan_affinity(struct plan *p, const void *mask, uint32_t n);
void plan_nice(struct plan *p, int nice);
void plan_landlock(struct plan *p, uint64_t handled_fs, uint16_t count, const char *const *paths,
		   const uint64_t *accesses);
void plan_namespaces(struct plan *p, uint64_t create, uint16_t joins, const uint64_t *types, const char *const *paths);
void plan_uid_map(struct plan *p, const struct id_range *range);
void plan_gid_map(struct plan *p, bool deny_setgroups, const struct id_range *range);
void plan_setup_ids(struct plan *p, uint32_t uid, uint32_t gid);
/* Maps of the same ids. */
void plan_nested_namespaces(struct plan *p, uint64_t create, const struct id_range *uids, const struct id_range *gids);
void plan_propagation(struct plan *p, uint64_t flags);
void plan_filesystem(struct plan *p, uint16_t detached, const char *type, uint64_t attrs, const struct option *options);
void plan_idmap_mount(struct plan *p, uint16_t detached);
/* What is written goes to a new tmpfs of that size where writes is PLAN_NEW_TMPFS. */
void plan_overlay(struct plan *p, uint16_t detached, uint16_t lower, uint16_t writes, uint64_t size);
void plan_pivot_root(struct plan *p, uint16_t detached);
void plan_mount(struct plan *p, uint16_t detached, const char *target, uint32_t flags);
void plan_mkdir(struct plan *p, const char *path, uint32_t mode);
void plan_symlink(struct plan *p, const char *target, const char *path);
void plan_mknod(struct plan *p, const char *path, uint32_t mode, uint32_t major, uint32_t minor);
void plan_mount_attributes(struct plan *p, const char *path, bool recursive, uint64_t set, uint64_t clear);
void plan_sysctl(struct plan *p, const char *key, const char *value);
/* A step that is one string: readonly_path, mask_path, hostname, domainname, console, workdir. */
void plan_text(struct plan *p, uint16_t id, const char *text);
/* A step that is nothing but its number: loopback, session, no_new_privs. */
void plan_plain(struct plan *p, uint16_t id);
void plan_keyring(struct plan *p, bool required);
void plan_rlimit(struct plan *p, uint32_t resource, uint64_t soft, uint64_t hard);
void plan_umask(struct plan *p, uint32_t mode);
void plan_bounding_set(struct plan *p, uint64_t capabilities);
void plan_user(struct plan *p, uint32_t uid, uint32_t gid, bool set_groups);
void plan_capabilities(struct plan *p, uint64_t effective, uint64_t permitted, uint64_t inheritable, uint64_t ambient);
/* The only candidate is argv[0]. */
void plan_exec(struct plan *p, bool init, const char *const *argv, const char *const *env);

#endif
