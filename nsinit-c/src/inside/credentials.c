#include "inside/credentials.h"

#include "inside/command.h"
#include "proto/steps.h"

static int set_capabilities(uint64_t effective, uint64_t permitted, uint64_t inheritable)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ (uint32_t)effective, (uint32_t)permitted, (uint32_t)inheritable },
		{ (uint32_t)(effective >> 32), (uint32_t)(permitted >> 32), (uint32_t)(inheritable >> 32) },
	};

	return (int)syscall(SYS_capset, &header, data);
}

void step_bounding_set(const struct bounding_set_step *step)
{
	for (unsigned long cap = 0; cap < 64; cap++) {
		int dropped = step->capabilities >> cap & 1 ? 0 : prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);

		/* Beyond the capabilities that this kernel knows; any other error leaves one where it must not be. */
		if (dropped < 0 && errno == EINVAL)
			break;
		must(dropped, "PR_CAPBSET_DROP", "capability %lu", cap);
	}
}

static bool same_groups(const gid_t *wanted, unsigned count)
{
	gid_t groups[PLAN_MAX_GROUPS];
	int n = must(getgroups(PLAN_MAX_GROUPS, groups), "getgroups", "to compare");

	if ((unsigned)n != count)
		return false;
	/* The kernel sorts them. */
	for (unsigned i = 0; i < count; i++) {
		unsigned k = 0;

		while (k < count && groups[k] != wanted[i])
			k++;
		if (k == count)
			return false;
	}
	return true;
}

void credentials_change(uint32_t uid, uint32_t gid)
{
	must(sys_setresgid(gid), "setresgid", "gid=%u", gid);
	must(sys_setresuid(uid), "setresuid", "uid=%u", uid);
	must(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "PR_SET_DUMPABLE", "off");
	command_dies_with_parent();
}

void step_user(const struct user_step *step)
{
	struct reader list = step->groups.entries;
	unsigned count = step->groups.count;
	gid_t groups[PLAN_MAX_GROUPS];

	if (run.own_pty && fchown(STDIN_FILENO, step->uid, (gid_t)-1) < 0)
		fail("terminal", "chown to uid %u", step->uid);
	/* Else the change of uid away from 0 clears the capabilities that capset is about to shape.
	 */
	must(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), "PR_SET_KEEPCAPS", "on");
	if (step->set_groups) {
		for (unsigned i = 0; i < count; i++)
			groups[i] = get_u32(&list);
		must(syscall(SYS_setgroups, count, groups), "setgroups", "%u groups", count);
	}
	credentials_change(step->uid, step->gid);
	if (step->set_groups && !same_groups(groups, count))
		fail_errno(EPERM, "getgroups", "foreign groups remain");
}

void step_capabilities(const struct capabilities_step *step)
{
	must(set_capabilities(step->effective, step->permitted, step->inheritable), "capset", "permitted=%#llx",
	     (unsigned long long)step->permitted);
	must(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "PR_CAP_AMBIENT", "clear");
	for (unsigned long cap = 0; cap < 64; cap++) {
		if (step->ambient >> cap & 1)
			must(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0), "PR_CAP_AMBIENT",
			     "raise capability %lu", cap);
	}
}

void step_no_new_privs(const struct no_new_privs_step *step)
{
	(void)step;
	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS", "on");
}

void credentials_of_init(void)
{
	uint64_t kill = (uint64_t)1 << CAP_KILL;

	must(set_capabilities(kill, kill, 0), "capset", "of PID 1");
	step_no_new_privs(NULL);
}

void step_setup_ids(const struct setup_ids_step *step) { credentials_change(step->uid, step->gid); }
