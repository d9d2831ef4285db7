#include "encoder.h"

#include <stdio.h>
#include <string.h>

#include "../../src/proto/step.h"

/* IEEE 802.3, bit by bit: a plan is a few kilobytes. */
static uint32_t crc32_of(const uint8_t *at, size_t n)
{
	uint32_t crc = 0xffffffffu;

	for (size_t i = 0; i < n; i++) {
		crc ^= at[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

void put_plan(struct bytes *b, const struct plan *plan, uint32_t spoil)
{
	struct bytes summed = { 0 };

	put_u16(&summed, plan->count);
	put_raw(&summed, plan->steps.at, plan->steps.length);
	put_header(b, 4 + summed.length, FRAME_PLAN);
	put_u32(b, crc32_of(summed.at, summed.length) ^ spoil);
	put_raw(b, summed.at, summed.length);
	bytes_free(&summed);
}

void plan_raw(struct plan *p, uint16_t id, const void *payload, uint32_t n)
{
	put_u16(&p->steps, id);
	put_u32(&p->steps, n);
	put_raw(&p->steps, payload, n);
	p->count++;
}

void plan_add(struct plan *p, uint16_t id, struct bytes *b)
{
	plan_raw(p, id, b->at, (uint32_t)b->length);
	bytes_free(b);
}

void plan_options(struct plan *p, uint32_t flags)
{
	struct bytes b = { 0 };

	put_u32(&b, flags);
	plan_add(p, STEP_OPTIONS, &b);
}

void plan_terminal(struct plan *p, uint16_t rows, uint16_t cols)
{
	struct bytes b = { 0 };

	put_u16(&b, rows);
	put_u16(&b, cols);
	plan_add(p, STEP_TERMINAL, &b);
}

void plan_timeout(struct plan *p, uint64_t ms, uint32_t signo, uint64_t grace_ms)
{
	struct bytes b = { 0 };

	put_u64(&b, ms);
	put_u32(&b, signo);
	put_u64(&b, grace_ms);
	plan_add(p, STEP_TIMEOUT, &b);
}

static void put_tree(struct bytes *b, uint16_t detached, const char *path, bool recursive, uint64_t attr_set)
{
	put_u16(b, detached);
	put_str(b, path);
	put_u8(b, recursive);
	put_u64(b, attr_set);
	put_u64(b, 0);
	put_u64(b, 0);
}

void plan_tree(struct plan *p, uint16_t id, uint16_t detached, const char *path, bool recursive, uint64_t attr_set)
{
	struct bytes b = { 0 };

	put_tree(&b, detached, path, recursive, attr_set);
	put_u8(&b, 0);
	put_u32(&b, 0);
	put_u32(&b, 0);
	plan_add(p, id, &b);
}

void plan_device(struct plan *p, uint16_t id, uint16_t detached, const char *path, uint32_t major, uint32_t minor)
{
	struct bytes b = { 0 };

	put_tree(&b, detached, path, false, 0);
	put_u8(&b, 2);
	put_u32(&b, major);
	put_u32(&b, minor);
	plan_add(p, id, &b);
}

uint32_t plan_owner = UINT32_MAX;
uint64_t plan_processes = UINT64_MAX;
const char *plan_uid_program = NULL;

void plan_namespaces(struct plan *p, uint64_t create, uint16_t joins, const uint64_t *types, const char *const *paths)
{
	struct bytes b = { 0 };

	put_u64(&b, create);
	put_u32(&b, plan_owner);
	put_u64(&b, plan_processes);
	put_u16(&b, joins);
	for (uint16_t i = 0; i < joins; i++) {
		put_u64(&b, types[i]);
		put_str(&b, paths[i]);
	}
	plan_add(p, STEP_NAMESPACES, &b);
}

static void put_map(struct bytes *b, const struct id_range *range)
{
	put_u16(b, 1);
	put_u32(b, range->inside);
	put_u32(b, range->outside);
	put_u32(b, range->count);
}

bool plan_input;

void plan_output(struct plan *p, uint64_t bytes)
{
	struct bytes b = { 0 };

	put_u64(&b, bytes);
	put_u8(&b, plan_input);
	plan_add(p, STEP_OUTPUT, &b);
}

void plan_listener(struct plan *p, const char *path, uint16_t count, const char *const *parts)
{
	struct bytes b = { 0 };

	put_str(&b, path);
	put_u16(&b, count);
	for (uint16_t i = 0; i < count; i++)
		put_str(&b, parts[i]);
	plan_add(p, STEP_LISTENER, &b);
}

void plan_lock(struct plan *p, const char *path, uint64_t offset)
{
	struct bytes b = { 0 };

	put_str(&b, path);
	put_u64(&b, offset);
	plan_add(p, STEP_LOCK, &b);
}

void plan_inject(struct plan *p, uint16_t detached, uint32_t mode, uint32_t uid, uint32_t gid, const char *content)
{
	struct bytes b = { 0 };

	put_u16(&b, detached);
	put_u32(&b, mode);
	put_u32(&b, uid);
	put_u32(&b, gid);
	put_u32(&b, (uint32_t)strlen(content));
	put_raw(&b, content, strlen(content));
	plan_add(p, STEP_INJECT, &b);
}

void plan_watch(struct plan *p, uint64_t memory_bytes, uint64_t cpu_ms, uint32_t processes, uint32_t period_ms)
{
	struct bytes b = { 0 };

	put_u64(&b, memory_bytes);
	put_u64(&b, cpu_ms);
	put_u32(&b, processes);
	put_u32(&b, period_ms);
	plan_add(p, STEP_WATCH, &b);
}

/* The pid is its only argument, and the map what it reads. */
static void plan_program(struct plan *p, const struct id_range *range)
{
	struct bytes b = { 0 };
	char line[64];
	int n = snprintf(line, sizeof(line), "%u %u %u\n", range->inside, range->outside, range->count);

	put_str(&b, plan_uid_program);
	put_u16(&b, 2);
	put_str(&b, "program");
	put_u8(&b, 0);
	put_str(&b, "");
	put_str(&b, "/proc/");
	put_u8(&b, 1);
	put_str(&b, "/uid_map");
	put_u16(&b, 1);
	put_str(&b, "PATH=/bin:/usr/bin");
	put_u32(&b, 60000);
	put_u32(&b, (uint32_t)n);
	put_raw(&b, line, (size_t)n);
	plan_add(p, STEP_RUN_PROGRAM, &b);
}

void plan_uid_map(struct plan *p, const struct id_range *range)
{
	struct bytes b = { 0 };

	if (plan_uid_program)
		return plan_program(p, range);
	put_map(&b, range);
	plan_add(p, STEP_UID_MAP, &b);
}

void plan_gid_map(struct plan *p, bool deny_setgroups, const struct id_range *range)
{
	struct bytes b = { 0 };

	put_u8(&b, deny_setgroups);
	put_map(&b, range);
	plan_add(p, STEP_GID_MAP, &b);
}

void plan_setup_ids(struct plan *p, uint32_t uid, uint32_t gid)
{
	struct bytes b = { 0 };

	put_u32(&b, uid);
	put_u32(&b, gid);
	plan_add(p, STEP_SETUP_IDS, &b);
}

void plan_nested_namespaces(struct plan *p, uint64_t create, const struct id_range *uids, const struct id_range *gids)
{
	const struct id_range *const ranges[] = { uids, gids };
	struct bytes b = { 0 };

	put_u64(&b, create);
	for (size_t i = 0; i < 2; i++) {
		put_u16(&b, 1);
		put_u32(&b, ranges[i]->inside);
		put_u32(&b, ranges[i]->inside);
		put_u32(&b, ranges[i]->count);
	}
	plan_add(p, STEP_NESTED_NAMESPACES, &b);
}

void plan_propagation(struct plan *p, uint64_t flags)
{
	struct bytes b = { 0 };

	put_u64(&b, flags);
	plan_add(p, STEP_PROPAGATION, &b);
}

void plan_filesystem(struct plan *p, uint16_t detached, const char *type, uint64_t attrs, const struct option *options)
{
	struct bytes b = { 0 };
	uint16_t count = 0;

	while (options && options[count].key)
		count++;
	put_u16(&b, detached);
	put_str(&b, type);
	put_str(&b, type);
	put_u64(&b, attrs);
	put_u16(&b, count);
	for (uint16_t i = 0; i < count; i++) {
		put_str(&b, options[i].key);
		put_str(&b, options[i].value);
	}
	plan_add(p, STEP_FILESYSTEM, &b);
}

void plan_idmap_mount(struct plan *p, uint16_t detached)
{
	struct bytes b = { 0 };

	put_u16(&b, detached);
	plan_add(p, STEP_IDMAP_MOUNT, &b);
}

void plan_overlay(struct plan *p, uint16_t detached, uint16_t lower, uint16_t writes, uint64_t size)
{
	struct bytes b = { 0 };

	put_u16(&b, detached);
	put_u16(&b, lower);
	put_u16(&b, writes);
	put_u64(&b, size);
	plan_add(p, STEP_OVERLAY, &b);
}

void plan_pivot_root(struct plan *p, uint16_t detached)
{
	struct bytes b = { 0 };

	put_u16(&b, detached);
	plan_add(p, STEP_PIVOT_ROOT, &b);
}

void plan_mount(struct plan *p, uint16_t detached, const char *target, uint32_t flags)
{
	struct bytes b = { 0 };

	put_u16(&b, detached);
	put_str(&b, target);
	put_u32(&b, flags);
	plan_add(p, STEP_MOUNT, &b);
}

void plan_mkdir(struct plan *p, const char *path, uint32_t mode)
{
	struct bytes b = { 0 };

	put_str(&b, path);
	put_u32(&b, mode);
	plan_add(p, STEP_MKDIR, &b);
}

void plan_symlink(struct plan *p, const char *target, const char *path)
{
	struct bytes b = { 0 };

	put_str(&b, target);
	put_str(&b, path);
	plan_add(p, STEP_SYMLINK, &b);
}

void plan_mknod(struct plan *p, const char *path, uint32_t mode, uint32_t major, uint32_t minor)
{
	struct bytes b = { 0 };

	put_str(&b, path);
	put_u32(&b, mode);
	put_u32(&b, major);
	put_u32(&b, minor);
	plan_add(p, STEP_MKNOD, &b);
}

void plan_sysctl(struct plan *p, const char *key, const char *value)
{
	struct bytes b = { 0 };

	put_str(&b, key);
	put_str(&b, value);
	put_u8(&b, 1);
	plan_add(p, STEP_SYSCTL, &b);
}

void plan_mount_attributes(struct plan *p, const char *path, bool recursive, uint64_t set, uint64_t clear)
{
	struct bytes b = { 0 };

	put_str(&b, path);
	put_u8(&b, recursive);
	put_u64(&b, set);
	put_u64(&b, clear);
	plan_add(p, STEP_MOUNT_ATTRIBUTES, &b);
}

void plan_text(struct plan *p, uint16_t id, const char *text)
{
	struct bytes b = { 0 };

	put_str(&b, text);
	plan_add(p, id, &b);
}

void plan_plain(struct plan *p, uint16_t id) { plan_raw(p, id, "", 0); }
