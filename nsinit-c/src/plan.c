#include "plan.h"

#include <linux/filter.h>
#include <stddef.h>

#define CLONE_NEWUSER_BIT 0x10000000u
#define CLONE_NEWPID_BIT  0x20000000u
#define CLONE_NEW_ALL	  (0x00000080u | 0x00020000u | 0x02000000u | 0x7c000000u)
#define SIGNAL_MAX	  64u

enum step_stage step_stage_of(uint16_t id)
{
#define STAGE_ENTRY(number, constant, name, stage) [number] = STAGE_##stage,
	static const uint8_t stages[STEP_START] = { NSRUN_STEPS(STAGE_ENTRY) };

	return id < STEP_START ? (enum step_stage)stages[id] : STAGE_NONE;
}

/* What a slot holds at this point of the plan. */
enum slot { EMPTY, OF_INIT, OF_HOST };

static const char *fill(uint8_t *slots, uint16_t slot, enum slot by)
{
	if (slot >= PLAN_SLOTS)
		return "slot out of range";
	if (slots[slot] != EMPTY)
		return "slot filled twice";
	slots[slot] = (uint8_t)by;
	return NULL;
}

static const char *drain(uint8_t *slots, uint16_t slot)
{
	if (slot >= PLAN_SLOTS)
		return "slot out of range";
	if (slots[slot] == EMPTY)
		return "slot used before it is filled";
	slots[slot] = EMPTY;
	return NULL;
}

/* ---- fields: what the payload of a step begins with, in order, and where it goes ---- */

struct field {
	uint8_t step;
	uint16_t offset;
	void (*get)(struct reader *r, void *to);
};

static void field_bool(struct reader *r, void *to)
{
	uint8_t flag = get_u8(r);

	r->bad |= flag > 1;
	*(bool *)to = flag == 1;
}

static void field_u8(struct reader *r, void *to) { *(uint8_t *)to = get_u8(r); }

static void field_u16(struct reader *r, void *to) { *(uint16_t *)to = get_u16(r); }

static void field_u32(struct reader *r, void *to) { *(uint32_t *)to = get_u32(r); }

static void field_u64(struct reader *r, void *to) { *(uint64_t *)to = get_u64(r); }

static void field_str(struct reader *r, void *to) { *(const char **)to = get_str(r); }

static void field_blob(struct reader *r, void *to) { *(struct blob *)to = get_blob(r); }

#define GETTER_OF(lvalue) \
	_Generic((lvalue), bool: field_bool, uint8_t: field_u8, uint16_t: field_u16, uint32_t: field_u32, \
		 uint64_t: field_u64, const char *: field_str, struct blob: field_blob)
#define F(id, member) \
	{ \
		STEP_##id, offsetof(struct step, u.member), GETTER_OF(((struct step *)NULL)->u.member) \
	}
/* A line a step. */
/* clang-format off */
static const struct field fields[] = {
	F(OPTIONS, options),
	F(TERMINAL, terminal.rows), F(TERMINAL, terminal.cols),
	F(TIMEOUT, timeout.ms), F(TIMEOUT, timeout.signo), F(TIMEOUT, timeout.grace_ms),
#define TREE(id) F(id, tree.slot), F(id, tree.path), F(id, tree.recursive), F(id, tree.attr_set), F(id, tree.attr_clr), \
	F(id, tree.propagation), F(id, tree.expect), F(id, tree.major), F(id, tree.minor)
	TREE(HOST_TREE), TREE(BIND),
	F(NAMESPACES, namespaces.create), F(NAMESPACES, namespaces.owner), F(NAMESPACES, namespaces.processes),
	F(OUTPUT, output),
	F(UID_MAP, map.helper),
	F(GID_MAP, map.deny_setgroups), F(GID_MAP, map.helper),
	F(IDMAP_MOUNT, slot),
	F(SETUP_IDS, ids.uid), F(SETUP_IDS, ids.gid),
	F(PROPAGATION, propagation),
	F(FILESYSTEM, filesystem.slot), F(FILESYSTEM, filesystem.type), F(FILESYSTEM, filesystem.source),
	F(FILESYSTEM, filesystem.attrs),
	F(OVERLAY, overlay.slot), F(OVERLAY, overlay.lower), F(OVERLAY, overlay.writes), F(OVERLAY, overlay.size),
	F(PIVOT_ROOT, slot),
	F(MOUNT, mount.slot), F(MOUNT, mount.target), F(MOUNT, mount.flags),
	F(MKDIR, node.path), F(MKDIR, node.mode),
	F(SYMLINK, symlink.target), F(SYMLINK, symlink.path),
	F(MKNOD, node.path), F(MKNOD, node.mode), F(MKNOD, node.major), F(MKNOD, node.minor),
	F(MOUNT_ATTRIBUTES, attributes.path), F(MOUNT_ATTRIBUTES, attributes.recursive),
	F(MOUNT_ATTRIBUTES, attributes.set), F(MOUNT_ATTRIBUTES, attributes.clear),
	F(READONLY_PATH, text), F(MASK_PATH, text), F(HOSTNAME, text), F(DOMAINNAME, text), F(CONSOLE, text),
	F(SYSCTL, sysctl.key), F(SYSCTL, sysctl.value),
	F(INJECT, inject.slot), F(INJECT, inject.mode), F(INJECT, inject.uid), F(INJECT, inject.gid),
	F(INJECT, inject.content),
	F(WATCH, watch.memory_bytes), F(WATCH, watch.cpu_ms), F(WATCH, watch.processes), F(WATCH, watch.period_ms),
	F(KEYRING, keyring),
	F(RLIMIT, rlimit.resource), F(RLIMIT, rlimit.soft), F(RLIMIT, rlimit.hard),
	F(UMASK, umask),
	F(BOUNDING_SET, bounding),
	F(USER, user.uid), F(USER, user.gid), F(USER, user.set_groups),
	F(CAPABILITIES, capabilities.effective), F(CAPABILITIES, capabilities.permitted),
	F(CAPABILITIES, capabilities.inheritable), F(CAPABILITIES, capabilities.ambient),
	F(WORKDIR, text),
	F(SECCOMP, seccomp.flags), F(SECCOMP, seccomp.program),
	F(AFFINITY, affinity),
	F(NICE, nice),
	F(LANDLOCK, landlock.handled_fs), F(LANDLOCK, landlock.handled_net), F(LANDLOCK, landlock.scoped),
	F(EXEC, exec.init), F(EXEC, exec.argc),
};
/* clang-format on */

/* What comes after the fields of some: u16 count, then these fields each; 's' is a string, a digit a number of so many
 * bytes. */
static const struct {
	uint8_t step;
	uint16_t most;
	const char *entry;
} lists[] = {
	{ STEP_NAMESPACES, PLAN_MAX_JOINS, "8s" },     { STEP_UID_MAP, PLAN_MAX_MAP_ENTRIES, "444" },
	{ STEP_GID_MAP, PLAN_MAX_MAP_ENTRIES, "444" }, { STEP_FILESYSTEM, UINT16_MAX, "ss" },
	{ STEP_USER, PLAN_MAX_GROUPS, "4" },	       { STEP_LANDLOCK, PLAN_MAX_RULES, "s8" },
};

/* Walks over a list once, so that the second walk, when the step is carried out, can't fail. */
static struct reader get_list(struct reader *r, uint32_t count, const char *entry)
{
	struct reader list = *r;

	for (uint32_t i = 0; i < count && !r->bad; i++) {
		for (const char *field = entry; *field; field++) {
			if (*field == 's')
				get_str(r);
			else
				get_sub(r, (uint32_t)(*field - '0'));
		}
	}
	list.end = r->at;
	return list;
}

static const char *get_step(struct reader *r, struct step *step)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i].step == step->id)
			fields[i].get(r, (char *)step + fields[i].offset);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (lists[i].step != step->id)
			continue;
		step->count = get_u16(r);
		if (step->count > lists[i].most)
			return "too many entries in a list";
		step->list = get_list(r, step->count, lists[i].entry);
	}
	return NULL;
}

/* ---- what values make sense ---- */

static const char *finish_namespaces(const struct step *step, struct plan *plan)
{
	struct reader joins = step->list;

	if (step->u.namespaces.create & ~(uint64_t)CLONE_NEW_ALL)
		return "unknown namespace flag";
	plan->new_user_namespace = (step->u.namespaces.create & CLONE_NEWUSER_BIT) != 0;
	if (step->u.namespaces.owner != NO_OWNER && !plan->new_user_namespace)
		return "an owner without a new user namespace";
	plan->new_pid_namespace = (step->u.namespaces.create & CLONE_NEWPID_BIT) != 0;
	for (uint16_t i = 0; i < step->count; i++) {
		uint64_t type = get_u64(&joins);

		get_str(&joins);
		if (type == 0 || (type & (type - 1)) != 0 || (type & ~(uint64_t)CLONE_NEW_ALL))
			return "unknown namespace type to join";
		plan->new_user_namespace |= type == CLONE_NEWUSER_BIT;
	}
	return NULL;
}

static const char *finish_exec(struct reader *r, struct step *step)
{
	step->u.exec.argv = get_list(r, step->u.exec.argc, "s");
	step->u.exec.envc = get_u32(r);
	step->u.exec.env = get_list(r, step->u.exec.envc, "s");
	step->u.exec.candidates = get_u16(r);
	step->u.exec.paths = get_list(r, step->u.exec.candidates, "s");
	return step->u.exec.argc == 0 || step->u.exec.candidates == 0 ? "nothing to execute" : NULL;
}

static const char *finish_seccomp(const struct step *step)
{
	uint32_t length = step->u.seccomp.program.length;
	size_t instructions = length / sizeof(struct sock_filter);

	return instructions == 0 || instructions > BPF_MAXINSNS || length % sizeof(struct sock_filter) != 0
		       ? "bad length of a seccomp program"
		       : NULL;
}

static const char *finish_watch(const struct step *step, const struct plan *plan)
{
	if (step->u.watch.period_ms < 5 || step->u.watch.period_ms > 1000)
		return "period out of range";
	/* What is to be seen in another pid namespace is not this container alone. */
	return plan->new_pid_namespace ? NULL : "watch needs a new pid namespace";
}

static const char *finish_tree(struct step *step, uint8_t *slots)
{
	if (step->u.tree.expect > EXPECT_CHARACTER_DEVICE)
		return "unknown expectation of a tree";
	return fill(slots, step->u.tree.slot, step->id == STEP_HOST_TREE ? OF_HOST : OF_INIT);
}

static const char *finish_timeout(const struct step *step)
{
	/* So that neither the sum nor its nanoseconds overflow: 10 years are enough. */
	uint64_t most = 315360000000u;

	if (step->u.timeout.signo == 0 || step->u.timeout.signo > SIGNAL_MAX)
		return "no such signal";
	return step->u.timeout.ms > most || step->u.timeout.grace_ms > most ? "timeout out of range" : NULL;
}

static const char *finish_overlay(struct step *step, uint8_t *slots)
{
	const char *wrong = drain(slots, step->u.overlay.lower);

	if (!wrong && step->u.overlay.writes != PLAN_NO_SLOT)
		wrong = drain(slots, step->u.overlay.writes);
	return wrong ? wrong : fill(slots, step->u.overlay.slot, OF_INIT);
}

static const char *finish(struct reader *r, struct step *step, uint8_t *slots, struct plan *plan)
{
	switch (step->id) {
	case STEP_OPTIONS:
		return step->u.options & ~(OPTION_TRACE | OPTION_STDIN_NULL) ? "unknown option" : NULL;
	case STEP_TIMEOUT:
		return finish_timeout(step);
	case STEP_HOST_TREE:
	case STEP_BIND:
		return finish_tree(step, slots);
	case STEP_NAMESPACES:
		return finish_namespaces(step, plan);
	case STEP_UID_MAP:
	case STEP_GID_MAP:
		return step->count == 0 ? "an id map without entries" : NULL;
	case STEP_IDMAP_MOUNT:
		return step->u.slot >= PLAN_SLOTS || slots[step->u.slot] != OF_HOST
			       ? "slot was not filled by a host_tree"
			       : NULL;
	case STEP_FILESYSTEM:
		return fill(slots, step->u.filesystem.slot, OF_INIT);
	case STEP_OVERLAY:
		return finish_overlay(step, slots);
	case STEP_PIVOT_ROOT:
		return drain(slots, step->u.slot);
	case STEP_MOUNT:
		if (step->u.mount.flags & ~(MOUNT_CREATE_DIRECTORY | MOUNT_CREATE_FILE | MOUNT_NO_SYMLINKS))
			return "unknown mount flag";
		return drain(slots, step->u.mount.slot);
	case STEP_SECCOMP:
		return finish_seccomp(step);
	case STEP_INJECT:
		return fill(slots, step->u.inject.slot, OF_INIT);
	case STEP_WATCH:
		return finish_watch(step, plan);
	case STEP_AFFINITY:
		return step->u.affinity.length == 0 || step->u.affinity.length > PLAN_MAX_CPUS / 8
			       ? "bad length of a CPU mask"
			       : NULL;
	case STEP_NICE:
		return (int32_t)step->u.nice < -20 || (int32_t)step->u.nice > 19 ? "no such nice value" : NULL;
	case STEP_EXEC:
		return finish_exec(r, step);
	default:
		return step_stage_of(step->id) == STAGE_NONE ? "unknown step" : NULL;
	}
}

const char *plan_decode(struct plan *plan, const uint8_t *bytes, size_t length, uint16_t *at)
{
	struct reader r = { .at = bytes, .end = bytes + length };
	enum step_stage stage = STAGE_HOST;
	uint8_t slots[PLAN_SLOTS] = { EMPTY };
	uint16_t count[STEP_START] = { 0 };
	uint32_t crc = get_u32(&r);

	*at = UINT16_MAX;
	if (r.bad || crc != crc32(r.at, (size_t)(r.end - r.at)))
		return "checksum does not match";
	plan->new_user_namespace = plan->new_pid_namespace = false;
	plan->count = get_u16(&r);
	if (r.bad || plan->count == 0 || plan->count > PLAN_MAX_STEPS)
		return "bad number of steps";
	for (uint16_t i = 0; i < plan->count; i++) {
		struct step *step = &plan->steps[i];
		const char *wrong;
		struct reader body;

		*at = i;
		step->id = get_u16(&r);
		body = get_sub(&r, get_u32(&r));
		if (r.bad)
			return "cut short";
		wrong = get_step(&body, step);
		if (wrong == NULL)
			wrong = finish(&body, step, slots, plan);
		/* A step cut short may look wrong in other ways; say the first cause. */
		if (body.bad)
			return "cut short or malformed";
		if (wrong != NULL)
			return wrong;
		if (body.at != body.end)
			return "left-over bytes";
		if (step_stage_of(step->id) < stage)
			return "step out of order";
		/* All else on the host side must be there before the clone. */
		stage = step->id == STEP_NAMESPACES ? STAGE_MAPS : step_stage_of(step->id);
		count[step->id]++;
	}
	*at = UINT16_MAX;
	if (r.at != r.end)
		return "left-over bytes after the last step";
	if (count[STEP_NAMESPACES] != 1)
		return "not exactly one namespaces step";
	plan->exec = &plan->steps[plan->count - 1];
	/* Else there would be a pty that nobody relays, or a terminal set raw for nothing. */
	if (count[STEP_TERMINAL] != count[STEP_CONSOLE] || count[STEP_CONSOLE] > 1)
		return "terminal and console go together";
	if (count[STEP_OUTPUT] > 1 || count[STEP_WATCH] > 1)
		return "more than one output or watch step";
	if (count[STEP_EXEC] != 1 || plan->exec->id != STEP_EXEC)
		return "not exactly one exec step, as the last";
	return NULL;
}
