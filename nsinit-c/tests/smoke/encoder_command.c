/* The steps of the process that becomes the command. */
#include "encoder.h"

#include "../../src/proto/step.h"

void plan_seccomp(struct plan *p, uint32_t flags, const void *program, size_t size)
{
	struct bytes b = { 0 };

	put_u32(&b, flags);
	put_u32(&b, (uint32_t)size);
	put_raw(&b, program, size);
	plan_add(p, STEP_SECCOMP, &b);
}

void plan_affinity(struct plan *p, const void *mask, uint32_t n)
{
	struct bytes b = { 0 };

	put_u32(&b, n);
	put_raw(&b, mask, n);
	plan_add(p, STEP_AFFINITY, &b);
}

void plan_nice(struct plan *p, int nice)
{
	struct bytes b = { 0 };

	put_u32(&b, (uint32_t)nice);
	plan_add(p, STEP_NICE, &b);
}

void plan_landlock(struct plan *p, uint64_t handled_fs, uint16_t count, const char *const *paths,
		   const uint64_t *accesses)
{
	struct bytes b = { 0 };

	put_u64(&b, handled_fs);
	put_u64(&b, 0);
	put_u64(&b, 0);
	put_u16(&b, count);
	for (uint16_t i = 0; i < count; i++) {
		put_str(&b, paths[i]);
		put_u64(&b, accesses[i]);
	}
	plan_add(p, STEP_LANDLOCK, &b);
}

void plan_keyring(struct plan *p, bool required)
{
	struct bytes b = { 0 };

	put_u8(&b, required);
	plan_add(p, STEP_KEYRING, &b);
}

void plan_rlimit(struct plan *p, uint32_t resource, uint64_t soft, uint64_t hard)
{
	struct bytes b = { 0 };

	put_u32(&b, resource);
	put_u64(&b, soft);
	put_u64(&b, hard);
	plan_add(p, STEP_RLIMIT, &b);
}

void plan_umask(struct plan *p, uint32_t mode)
{
	struct bytes b = { 0 };

	put_u32(&b, mode);
	plan_add(p, STEP_UMASK, &b);
}

void plan_bounding_set(struct plan *p, uint64_t capabilities)
{
	struct bytes b = { 0 };

	put_u64(&b, capabilities);
	plan_add(p, STEP_BOUNDING_SET, &b);
}

void plan_user(struct plan *p, uint32_t uid, uint32_t gid, bool set_groups)
{
	struct bytes b = { 0 };

	put_u32(&b, uid);
	put_u32(&b, gid);
	put_u8(&b, set_groups);
	put_u16(&b, 0);
	plan_add(p, STEP_USER, &b);
}

void plan_capabilities(struct plan *p, uint64_t effective, uint64_t permitted, uint64_t inheritable, uint64_t ambient)
{
	struct bytes b = { 0 };

	put_u64(&b, effective);
	put_u64(&b, permitted);
	put_u64(&b, inheritable);
	put_u64(&b, ambient);
	plan_add(p, STEP_CAPABILITIES, &b);
}

static void put_strings(struct bytes *b, const char *const *list)
{
	uint32_t n = 0;

	while (list[n])
		n++;
	put_u32(b, n);
	for (uint32_t i = 0; i < n; i++)
		put_str(b, list[i]);
}

void plan_exec(struct plan *p, bool init, const char *const *argv, const char *const *env)
{
	struct bytes b = { 0 };

	put_u8(&b, init);
	put_strings(&b, argv);
	put_strings(&b, env);
	put_u16(&b, 1);
	put_str(&b, argv[0]);
	plan_add(p, STEP_EXEC, &b);
}
