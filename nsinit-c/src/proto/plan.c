#include "proto/plan.h"

#include <linux/filter.h>
#include <linux/seccomp.h>

#define CLONE_NEWNS_BIT	  0x00020000u
#define CLONE_NEWUSER_BIT 0x10000000u
#define CLONE_NEWPID_BIT  0x20000000u
#define CLONE_NEW_ALL	  (0x00000080u | 0x00020000u | 0x02000000u | 0x7c000000u)
#define SIGNAL_MAX	  64u
#define IO_CLASS_IDLE	  3 /* the last one of ioprio_set(2) */

enum step_stage step_stage_of(uint16_t id)
{
#define STAGE_ENTRY(number, constant, name, stage, ...) [number] = STAGE_##stage,
	static const uint8_t stages[STEP_START] = { NSRUN_STEPS(STAGE_ENTRY) };

	return id < STEP_START ? (enum step_stage)stages[id] : STAGE_NONE;
}

/* Of each detached mount, by its number: the stage of the step that made it, STAGE_NONE while there is none. */
static const char *fill(uint8_t *mounts, uint16_t detached, enum step_stage by)
{
	if (detached >= PLAN_MOUNTS)
		return "detached mount out of range";
	if ((mounts[detached] == STAGE_NONE) == (by == STAGE_NONE))
		return by == STAGE_NONE ? "detached mount used before it is made" : "detached mount made twice";
	mounts[detached] = (uint8_t)by;
	return NULL;
}

static const char *drain(uint8_t *mounts, uint16_t detached) { return fill(mounts, detached, STAGE_NONE); }

/* Walks over a list once, so that the second walk, when the step is carried out, can't fail. */
static struct list get_list(struct reader *r, uint32_t count, const char *entry)
{
	struct list list = { .count = count, .entries = *r };

	for (uint32_t i = 0; i < count && !r->bad; i++) {
		for (const char *field = entry; *field; field++) {
			if (*field == 's')
				get_str(r);
			else
				get_sub(r, (uint32_t)(*field - '0'));
		}
	}
	list.entries.end = r->at;
	return list;
}

#define F(type, member) to->member = get_##type(r);

static source get_source(struct reader *r)
{
	source s, *to = &s;

	NSRUN_SOURCE
	return s;
}

static const char *get_step(struct reader *r, struct step *step)
{
#define L(type, member, most, entry) \
	to->member = get_list(r, get_##type(r), entry); \
	if (to->member.count > (most)) \
		return "too many entries in a list";
#define GET_PAYLOAD(number, constant, name, stage, ...) \
	case number: { \
		struct name##_step *to = &step->name; \
\
		(void)to; \
		__VA_ARGS__ \
		return NULL; \
	}
	switch (step->id) {
		NSRUN_STEPS(GET_PAYLOAD)
	default:
		return "unknown step";
	}
}

/* ---- what values make sense ---- */

static const char *check_namespaces(const struct namespaces_step *step, struct plan *plan)
{
	struct reader joins = step->joins.entries;

	if (step->create & ~(uint64_t)CLONE_NEW_ALL)
		return "unknown namespace flag";
	plan->created = step->create;
	plan->new_user_namespace = (step->create & CLONE_NEWUSER_BIT) != 0;
	if (step->owner != NO_OWNER && !plan->new_user_namespace)
		return "an owner without a new user namespace";
	plan->new_pid_namespace = (step->create & CLONE_NEWPID_BIT) != 0;
	for (uint32_t i = 0; i < step->joins.count; i++) {
		uint64_t type = get_u64(&joins);

		get_str(&joins);
		if (type == 0 || (type & (type - 1)) != 0 || (type & ~(uint64_t)CLONE_NEW_ALL))
			return "unknown namespace type to join";
		plan->new_user_namespace |= type == CLONE_NEWUSER_BIT;
	}
	return NULL;
}

static const char *check_nested(const struct nested_namespaces_step *step, struct plan *plan)
{
	const uint64_t outer = CLONE_NEWUSER_BIT | CLONE_NEWNS_BIT;

	if ((step->create & (CLONE_NEW_ALL & ~CLONE_NEWNS_BIT)) != step->create || !(step->create & CLONE_NEWUSER_BIT))
		return "unknown nested namespace flag, or none of users";
	/* Where PID 1 is there already, it can have no sibling. */
	if ((plan->created & (outer | CLONE_NEWPID_BIT)) != outer)
		return "nothing to nest namespaces in";
	plan->new_pid_namespace = (step->create & CLONE_NEWPID_BIT) != 0;
	return step->uids.count == 0 || step->gids.count == 0 ? "an id map without entries" : NULL;
}

static const char *check_seccomp(const struct seccomp_step *step, struct plan *plan)
{
	const uint32_t all_threads = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
	size_t instructions = step->program.length / sizeof(struct sock_filter);

	if (step->flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) {
		plan->listening++;
		/* It would hold the thread back, too, that hands the listener over. */
		if (step->flags & all_threads)
			return "a listener for all threads";
	}
	return instructions == 0 || instructions > BPF_MAXINSNS ||
			       step->program.length % sizeof(struct sock_filter) != 0
		       ? "bad length of a seccomp program"
		       : NULL;
}

static const char *check_listener(const struct listener_step *step)
{
	size_t size = (size_t)(step->parts.entries.end - step->parts.entries.at);

	/* No part, or one that is empty: nothing would be sent that takes the descriptor along. */
	if (size <= sizeof(uint32_t) + 1)
		return "an empty message";
	return size > PLAN_MAX_MESSAGE ? "a message too long" : NULL;
}

static const char *check_program(const struct run_program_step *step)
{
	struct list argv = step->argv;

	if (argv.count == 0)
		return "nothing to execute";
	for (uint32_t i = 0; i < argv.count; i++) {
		get_str(&argv.entries);
		if (get_u8(&argv.entries) > 1)
			return "unknown part of an argument";
		get_str(&argv.entries);
	}
	if (step->timeout_ms == 0 || step->timeout_ms > PLAN_MAX_PROGRAM_MS)
		return "time limit of a program out of range";
	return step->input.length > PLAN_MAX_INPUT ? "too much input of a program" : NULL;
}

static const char *check_watch(const struct watch_step *step, const struct plan *plan)
{
	if (step->period_ms < 5 || step->period_ms > 1000)
		return "period out of range";
	/* What is to be seen in another pid namespace is not this container alone. */
	return plan->new_pid_namespace ? NULL : "watch needs a new pid namespace";
}

static const char *check_source(const source *step, uint8_t *mounts, enum step_stage by)
{
	return step->expect > EXPECT_CHARACTER_DEVICE ? "unknown expectation of a tree"
						      : fill(mounts, step->detached, by);
}

static const char *check_timeout(const struct timeout_step *step)
{
	/* So that neither the sum nor its nanoseconds overflow: 10 years are enough. */
	uint64_t most = 315360000000u;

	if (step->signo == 0 || step->signo > SIGNAL_MAX)
		return "no such signal";
	return step->ms > most || step->grace_ms > most ? "timeout out of range" : NULL;
}

static const char *check_overlay(const struct overlay_step *step, uint8_t *mounts)
{
	const char *wrong = drain(mounts, step->lower);

	if (!wrong && step->writes != PLAN_NO_MOUNT)
		wrong = drain(mounts, step->writes);
	return wrong ? wrong : fill(mounts, step->detached, STAGE_INIT);
}

static const char *check_life(const struct step *step)
{
	if (step->id == STEP_DETACH && (step->detach.log_files > PLAN_MAX_LOG_FILES || step->detach.log_bytes == 0))
		return "size of a log out of range";
	if (step->id == STEP_RESTART && (step->restart.first_ms == 0 || step->restart.last_ms > PLAN_MAX_PROGRAM_MS))
		return "delay of a restart out of range";
	return NULL;
}

static const char *check_io_priority(const struct io_priority_step *step)
{
	return step->class == 0 || step->class > IO_CLASS_IDLE || step->level > 7 ? "no such I/O priority" : NULL;
}

static const char *check(const struct step *step, uint8_t *mounts, struct plan *plan)
{
	switch (step->id) {
	case STEP_OPTIONS:
		return step->options.flags >= 2 * OPTION_LIVES_ON ? "unknown option" : NULL;
	case STEP_TIMEOUT:
		return check_timeout(&step->timeout);
	case STEP_DETACH:
	case STEP_RESTART:
		return check_life(step);
	case STEP_HOST_TREE:
		return check_source(&step->host_tree.source, mounts, STAGE_HOST);
	case STEP_BIND:
		return check_source(&step->bind.source, mounts, STAGE_INIT);
	case STEP_NAMESPACES:
		return check_namespaces(&step->namespaces, plan);
	case STEP_UID_MAP:
		return step->uid_map.ranges.count == 0 ? "an id map without entries" : NULL;
	case STEP_GID_MAP:
		return step->gid_map.ranges.count == 0 ? "an id map without entries" : NULL;
	case STEP_RUN_PROGRAM:
		return check_program(&step->run_program);
	case STEP_IDMAP_MOUNT:
		return step->idmap_mount.detached >= PLAN_MOUNTS || mounts[step->idmap_mount.detached] != STAGE_HOST
			       ? "detached mount was not made by a host_tree"
			       : NULL;
	case STEP_NESTED_NAMESPACES:
		return check_nested(&step->nested_namespaces, plan);
	case STEP_FILESYSTEM:
		return fill(mounts, step->filesystem.detached, STAGE_INIT);
	case STEP_OVERLAY:
		return check_overlay(&step->overlay, mounts);
	case STEP_PIVOT_ROOT:
		return drain(mounts, step->pivot_root.detached);
	case STEP_MOUNT:
		if (step->mount.flags &
		    ~(MOUNT_CREATE_DIRECTORY | MOUNT_CREATE_FILE | MOUNT_NO_SYMLINKS | MOUNT_OPTIONAL))
			return "unknown mount flag";
		return drain(mounts, step->mount.detached);
	case STEP_SECCOMP:
		return check_seccomp(&step->seccomp, plan);
	case STEP_LISTENER:
		return check_listener(&step->listener);
	case STEP_INJECT:
		return fill(mounts, step->inject.detached, STAGE_INIT);
	case STEP_WATCH:
		return check_watch(&step->watch, plan);
	case STEP_AFFINITY:
		return step->affinity.mask.length == 0 || step->affinity.mask.length > PLAN_MAX_CPUS / 8
			       ? "bad length of a CPU mask"
			       : NULL;
	case STEP_NICE:
		return (int32_t)step->nice.nice < -20 || (int32_t)step->nice.nice > 19 ? "no such nice value" : NULL;
	case STEP_IO_PRIORITY:
		return check_io_priority(&step->io_priority);
	case STEP_EXEC:
		return step->exec.argv.count == 0 || step->exec.paths.count == 0 ? "nothing to execute" : NULL;
	default:
		return NULL;
	}
}

/* What steps ask of each other. */
static const char *check_together(const struct plan *plan, const struct step *last, const uint16_t count[])
{
	if (count[STEP_NAMESPACES] != 1)
		return "not exactly one namespaces step";
	/* Else there would be a pty that nobody relays, or a terminal set raw for nothing. */
	if (count[STEP_TERMINAL] != count[STEP_CONSOLE] || count[STEP_CONSOLE] > 1)
		return "terminal and console go together";
	if (count[STEP_DETACH] > 1)
		return "more than one detach step";
	if (count[STEP_RESTART] > count[STEP_DETACH])
		return "a restart for each detach step at most";
	if (count[STEP_OUTPUT] > 1 || count[STEP_WATCH] > 1 || count[STEP_NESTED_NAMESPACES] > 1)
		return "more than one output, watch or nested_namespaces step";
	/* Else nobody would answer, or somebody would wait for ever. */
	if (count[STEP_LISTENER] != plan->listening || plan->listening > 1)
		return "listener and a filter that tells one go together";
	bool without = last->id == STEP_UNPACK || last->id == STEP_REMOVE || last->id == STEP_PACK;
	return without || (count[STEP_EXEC] == 1 && last->id == STEP_EXEC) ? NULL
									   : "not exactly one exec step, as the last";
}

const char *plan_decode(struct plan *plan, const uint8_t *bytes, size_t length, uint16_t *at)
{
	struct reader r = { .at = bytes, .end = bytes + length };
	enum step_stage stage = STAGE_HOST;
	uint8_t mounts[PLAN_MOUNTS] = { STAGE_NONE };
	uint16_t count[STEP_START] = { 0 };
	uint32_t crc = get_u32(&r);
	const struct step *last;

	*at = UINT16_MAX;
	plan->bytes = (struct blob){ bytes, (uint32_t)length };
	if (r.bad || crc != crc32(r.at, (size_t)(r.end - r.at)))
		return "checksum does not match";
	plan->new_user_namespace = plan->new_pid_namespace = plan->command_ahead = false;
	plan->listening = 0;
	plan->count = get_u16(&r);
	if (r.bad || plan->count == 0 || plan->count > PLAN_MAX_STEPS)
		return "bad number of steps";
	for (uint16_t i = 0; i < plan->count; i++) {
		struct step *step = &plan->steps[i];
		const char *wrong;
		struct reader body;

		*at = i;
		step->id = get_u16(&r);
		step->done = false;
		body = get_sub(&r, get_u32(&r));
		if (r.bad)
			return "cut short";
		wrong = get_step(&body, step);
		if (wrong == NULL)
			wrong = check(step, mounts, plan);
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
	last = &plan->steps[plan->count - 1];
	plan->exec = last->id == STEP_EXEC ? &last->exec : NULL;
	plan->stays_init = plan->exec && plan->exec->init;
	return check_together(plan, last, count);
}
