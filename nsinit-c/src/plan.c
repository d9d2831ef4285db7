#include "plan.h"

#include <linux/filter.h>
#include <string.h>

#define CLONE_NEWUSER_BIT 0x10000000u
#define CLONE_NEW_ALL	  (0x00000080u | 0x00020000u | 0x02000000u | 0x7c000000u)
#define SIGNAL_MAX	  64u

enum step_stage step_stage_of(uint16_t id)
{
	switch (id) {
#define STAGE_CASE(number, constant, name, stage) \
	case number: \
		return STAGE_##stage;
		NSRUN_STEPS(STAGE_CASE)
#undef STAGE_CASE
	default:
		return STAGE_NONE;
	}
}

/* Which slots hold a mount at this point of the plan. */
struct slots {
	bool full[PLAN_SLOTS];
	bool host[PLAN_SLOTS]; /* filled by the monitor */
};

static const char *fill(struct slots *slots, uint16_t slot, bool host)
{
	if (slot >= PLAN_SLOTS)
		return "slot out of range";
	if (slots->full[slot])
		return "slot filled twice";
	slots->full[slot] = true;
	slots->host[slot] = host;
	return NULL;
}

static const char *drain(struct slots *slots, uint16_t slot)
{
	if (slot >= PLAN_SLOTS)
		return "slot out of range";
	if (!slots->full[slot])
		return "slot used before it is filled";
	slots->full[slot] = false;
	return NULL;
}

static bool get_bool(struct reader *r)
{
	uint8_t v = get_u8(r);

	if (v > 1)
		r->bad = true;
	return v == 1;
}

/* Walks over a list once, so that the second walk, when the step is carried out, can't fail. */
static struct reader list_of_strings(struct reader *r, uint32_t count, unsigned each)
{
	struct reader list = *r;

	for (uint32_t i = 0; i < count && !r->bad; i++)
		for (unsigned k = 0; k < each; k++)
			get_str(r);
	list.end = r->at;
	return list;
}

static const char *decode_map(struct reader *r, struct map_step *map)
{
	map->helper = get_str(r);
	map->count = get_u16(r);
	if (map->count == 0 || map->count > PLAN_MAX_MAP_ENTRIES)
		return "bad number of id map entries";
	map->entries = get_sub(r, map->count * 12u);
	return NULL;
}

static const char *decode_tree(struct reader *r, struct tree_step *tree)
{
	uint8_t expect;

	tree->slot = get_u16(r);
	tree->path = get_str(r);
	tree->recursive = get_bool(r);
	tree->attr_set = get_u64(r);
	tree->attr_clr = get_u64(r);
	tree->propagation = get_u64(r);
	expect = get_u8(r);
	tree->major = get_u32(r);
	tree->minor = get_u32(r);
	if (expect > EXPECT_CHARACTER_DEVICE)
		return "unknown expectation of a tree";
	tree->expect = (enum tree_expect)expect;
	return NULL;
}

static const char *decode_namespaces(struct reader *r, struct step *step, struct plan *plan)
{
	step->u.namespaces.create = get_u64(r);
	step->u.namespaces.count = get_u16(r);
	step->u.namespaces.joins = *r;
	if (step->u.namespaces.create & ~(uint64_t)CLONE_NEW_ALL)
		return "unknown namespace flag";
	if (step->u.namespaces.count > 8)
		return "too many namespaces to join";
	plan->new_user_namespace = (step->u.namespaces.create & CLONE_NEWUSER_BIT) != 0;
	for (uint16_t i = 0; i < step->u.namespaces.count; i++) {
		uint64_t type = get_u64(r);

		get_str(r);
		if (type == 0 || (type & (type - 1)) != 0 || (type & ~(uint64_t)CLONE_NEW_ALL))
			return "unknown namespace type to join";
		if (type == CLONE_NEWUSER_BIT)
			plan->new_user_namespace = true;
	}
	step->u.namespaces.joins.end = r->at;
	return NULL;
}

static const char *decode_exec(struct reader *r, struct step *step)
{
	step->u.exec.init = get_bool(r);
	step->u.exec.argc = get_u32(r);
	if (step->u.exec.argc == 0)
		return "no argument to execute";
	step->u.exec.argv = list_of_strings(r, step->u.exec.argc, 1);
	step->u.exec.envc = get_u32(r);
	step->u.exec.env = list_of_strings(r, step->u.exec.envc, 1);
	step->u.exec.candidates = get_u16(r);
	if (step->u.exec.candidates == 0)
		return "no path to execute";
	step->u.exec.paths = list_of_strings(r, step->u.exec.candidates, 1);
	return NULL;
}

static const char *decode_host_step(struct reader *r, struct step *step, struct slots *slots,
				    struct plan *plan)
{
	const char *wrong;

	switch (step->id) {
	case STEP_OPTIONS:
		step->u.options.flags = get_u32(r);
		return step->u.options.flags & ~(OPTION_TRACE | OPTION_STDIN_NULL)
			       ? "unknown option"
			       : NULL;
	case STEP_TERMINAL:
		step->u.terminal.rows = get_u16(r);
		step->u.terminal.cols = get_u16(r);
		return NULL;
	case STEP_TIMEOUT:
		step->u.timeout.ms = get_u64(r);
		step->u.timeout.signo = get_u32(r);
		step->u.timeout.grace_ms = get_u64(r);
		if (step->u.timeout.signo == 0 || step->u.timeout.signo > SIGNAL_MAX)
			return "no such signal";
		/* So that neither the sum nor its nanoseconds overflow: 10 years are enough. */
		if (step->u.timeout.ms > 315360000000u || step->u.timeout.grace_ms > 315360000000u)
			return "timeout out of range";
		return NULL;
	case STEP_HOST_TREE:
		wrong = decode_tree(r, &step->u.tree);
		return wrong ? wrong : fill(slots, step->u.tree.slot, true);
	case STEP_NAMESPACES:
		return decode_namespaces(r, step, plan);
	case STEP_GID_MAP:
		step->u.map.deny_setgroups = get_bool(r);
		return decode_map(r, &step->u.map);
	case STEP_UID_MAP:
		return decode_map(r, &step->u.map);
	case STEP_IDMAP_MOUNT:
		step->u.slot.slot = get_u16(r);
		if (step->u.slot.slot >= PLAN_SLOTS || !slots->full[step->u.slot.slot] ||
		    !slots->host[step->u.slot.slot])
			return "slot was not filled by a host_tree";
		return NULL;
	default:
		return "unknown step";
	}
}

static const char *decode_mount_step(struct reader *r, struct step *step, struct slots *slots)
{
	const char *wrong;

	switch (step->id) {
	case STEP_BIND:
		wrong = decode_tree(r, &step->u.tree);
		return wrong ? wrong : fill(slots, step->u.tree.slot, false);
	case STEP_FILESYSTEM:
		step->u.filesystem.slot = get_u16(r);
		step->u.filesystem.type = get_str(r);
		step->u.filesystem.source = get_str(r);
		step->u.filesystem.attrs = get_u64(r);
		step->u.filesystem.count = get_u16(r);
		step->u.filesystem.options = list_of_strings(r, step->u.filesystem.count, 2);
		return fill(slots, step->u.filesystem.slot, false);
	case STEP_OVERLAY:
		step->u.overlay.slot = get_u16(r);
		step->u.overlay.lower = get_u16(r);
		step->u.overlay.upper = get_str(r);
		step->u.overlay.work = get_str(r);
		step->u.overlay.size = get_u64(r);
		if ((*step->u.overlay.upper == 0) != (*step->u.overlay.work == 0))
			return "upper and work go together";
		wrong = drain(slots, step->u.overlay.lower);
		return wrong ? wrong : fill(slots, step->u.overlay.slot, false);
	case STEP_PIVOT_ROOT:
		step->u.slot.slot = get_u16(r);
		return drain(slots, step->u.slot.slot);
	case STEP_MOUNT:
		step->u.mount.slot = get_u16(r);
		step->u.mount.target = get_str(r);
		step->u.mount.flags = get_u32(r);
		if (step->u.mount.flags &
		    ~(MOUNT_CREATE_DIRECTORY | MOUNT_CREATE_FILE | MOUNT_NO_SYMLINKS))
			return "unknown mount flag";
		return drain(slots, step->u.mount.slot);
	case STEP_MKNOD:
	case STEP_MKDIR:
		step->u.node.path = get_str(r);
		step->u.node.mode = get_u32(r);
		if (step->id == STEP_MKNOD) {
			step->u.node.major = get_u32(r);
			step->u.node.minor = get_u32(r);
		}
		return NULL;
	case STEP_SYMLINK:
		step->u.symlink.target = get_str(r);
		step->u.symlink.path = get_str(r);
		return NULL;
	case STEP_MOUNT_ATTRIBUTES:
		step->u.attributes.path = get_str(r);
		step->u.attributes.recursive = get_bool(r);
		step->u.attributes.set = get_u64(r);
		step->u.attributes.clear = get_u64(r);
		return NULL;
	default:
		return "unknown step";
	}
}

static const char *decode_init_step(struct reader *r, struct step *step, struct slots *slots)
{
	switch (step->id) {
	case STEP_SETUP_IDS:
		step->u.ids.uid = get_u32(r);
		step->u.ids.gid = get_u32(r);
		return NULL;
	case STEP_PROPAGATION:
		step->u.propagation.flags = get_u64(r);
		return NULL;
	case STEP_READONLY_PATH:
	case STEP_MASK_PATH:
	case STEP_HOSTNAME:
	case STEP_DOMAINNAME:
	case STEP_CONSOLE:
		step->u.text = get_str(r);
		return NULL;
	case STEP_LOOPBACK:
		return NULL;
	case STEP_SYSCTL:
		step->u.sysctl.key = get_str(r);
		step->u.sysctl.value = get_str(r);
		return NULL;
	default:
		return decode_mount_step(r, step, slots);
	}
}

static const char *decode_command_step(struct reader *r, struct step *step)
{
	switch (step->id) {
	case STEP_SESSION:
	case STEP_NO_NEW_PRIVS:
		return NULL;
	case STEP_KEYRING:
		step->u.keyring.required = get_bool(r);
		return NULL;
	case STEP_RLIMIT:
		step->u.rlimit.resource = get_u32(r);
		step->u.rlimit.soft = get_u64(r);
		step->u.rlimit.hard = get_u64(r);
		return NULL;
	case STEP_UMASK:
		step->u.umask.mode = get_u32(r);
		return NULL;
	case STEP_BOUNDING_SET:
		step->u.bounding.mask = get_u64(r);
		return NULL;
	case STEP_USER:
		step->u.user.uid = get_u32(r);
		step->u.user.gid = get_u32(r);
		step->u.user.set_groups = get_bool(r);
		step->u.user.count = get_u16(r);
		if (step->u.user.count > PLAN_MAX_GROUPS)
			return "too many groups";
		step->u.user.groups = get_sub(r, step->u.user.count * 4u);
		return NULL;
	case STEP_CAPABILITIES:
		step->u.capabilities.effective = get_u64(r);
		step->u.capabilities.permitted = get_u64(r);
		step->u.capabilities.inheritable = get_u64(r);
		step->u.capabilities.ambient = get_u64(r);
		return NULL;
	case STEP_WORKDIR:
		step->u.text = get_str(r);
		return NULL;
	case STEP_SECCOMP:
		step->u.seccomp.flags = get_u32(r);
		step->u.seccomp.program = get_blob(r);
		if (step->u.seccomp.program.length == 0 ||
		    step->u.seccomp.program.length % sizeof(struct sock_filter) != 0 ||
		    step->u.seccomp.program.length / sizeof(struct sock_filter) > BPF_MAXINSNS)
			return "bad length of a seccomp program";
		return NULL;
	case STEP_EXEC:
		return decode_exec(r, step);
	default:
		return "unknown step";
	}
}

static const char *decode_step(struct reader *r, struct step *step, struct slots *slots,
			       struct plan *plan)
{
	switch (step_stage_of(step->id)) {
	case STAGE_HOST:
		return decode_host_step(r, step, slots, plan);
	case STAGE_INIT:
		return decode_init_step(r, step, slots);
	case STAGE_COMMAND:
		return decode_command_step(r, step);
	default:
		return "unknown step";
	}
}

const char *plan_decode(struct plan *plan, const uint8_t *bytes, size_t length, uint16_t *at)
{
	struct reader r = { .at = bytes, .end = bytes + length };
	enum step_stage stage = STAGE_HOST;
	struct slots slots;
	unsigned namespaces = 0, execs = 0;
	uint32_t crc = get_u32(&r);

	*at = UINT16_MAX;
	if (r.bad || crc != crc32(r.at, (size_t)(r.end - r.at)))
		return "checksum does not match";
	memset(&slots, 0, sizeof(slots));
	plan->new_user_namespace = false;
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
		wrong = decode_step(&body, step, &slots, plan);
		/* A step cut short may look wrong in other ways; say the first cause. */
		if (body.bad)
			return "cut short or malformed";
		if (wrong != NULL)
			return wrong;
		if (body.at != body.end)
			return "left-over bytes";
		if (step_stage_of(step->id) < stage)
			return "step out of order";
		stage = step_stage_of(step->id);
		/* The maps need the namespace; all else on the host side must be there before the
		 * clone. */
		if (stage == STAGE_HOST && step->id != STEP_NAMESPACES &&
		    (namespaces > 0) != (step->id > STEP_NAMESPACES))
			return "step on the wrong side of namespaces";
		namespaces += step->id == STEP_NAMESPACES;
		execs += step->id == STEP_EXEC;
	}
	*at = UINT16_MAX;
	if (r.at != r.end)
		return "left-over bytes after the last step";
	if (namespaces != 1)
		return "not exactly one namespaces step";
	plan->exec = &plan->steps[plan->count - 1];
	if (execs != 1 || plan->exec->id != STEP_EXEC)
		return "not exactly one exec step, as the last";
	return NULL;
}
