#include "outside/namespaces.h"

#include "proto/steps.h"

struct join {
	uint64_t type;
	const char *path;
	int fd; /* -1 once entered */
};

/*
 * A new user namespace belongs to the user who makes it, and takes over the RLIMIT_NPROC of that moment as the limit of
 * all its processes together, whatever their ids; of root's it takes none (create_user_ns in kernel/user_namespace.c).
 * So we are the owner for the time of the clone. The saved uid stays the caller's, and brings its rights back.
 */
static void become_owner(const struct namespaces_step *step, struct rlimit *before)
{
	uint64_t processes = step->processes;
	uint32_t owner = step->owner;
	struct rlimit limit;

	must(getrlimit(RLIMIT_NPROC, before), "getrlimit", "RLIMIT_NPROC");
	if (processes != NO_LIMIT) {
		limit.rlim_cur = (rlim_t)processes;
		limit.rlim_max = before->rlim_max < limit.rlim_cur ? limit.rlim_cur : before->rlim_max;
		must(setrlimit(RLIMIT_NPROC, &limit), "setrlimit", "RLIMIT_NPROC %llu", (unsigned long long)processes);
	}
	if (owner != NO_OWNER) {
		/* With the capabilities that we have: Ubuntu's AppArmor, for one, takes the power of a user namespace
		 * away that somebody makes who lacks CAP_SYS_ADMIN. In the new one the bit is off again. */
		must(prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP), "prctl", "PR_SET_SECUREBITS");
		must(syscall(SYS_setresuid, owner, owner, -1), "setresuid", "the owner, uid=%u", owner);
		/* As for every other caller, until init has its maps: nobody else has that id. */
		must(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), "PR_SET_DUMPABLE", "on");
	}
}

static pid_t clone_now(const struct namespaces_step *step, uint64_t flags, uint64_t exit_signal, int *pidfd)
{
	struct clone_args args = {
		.flags = step->create | flags,
		.pidfd = (uint64_t)(uintptr_t)pidfd,
		.exit_signal = exit_signal,
	};
	uid_t caller = (uid_t)getauxval(AT_UID); /* no call that could fail */
	struct rlimit before;
	int pid, error;

	become_owner(step, &before);
	pid = (int)syscall(SYS_clone3, &args, sizeof(args));
	error = errno;
	if (pid == 0)
		return 0;
	/* An intermediate process ends now; the monitor goes on, and knows whom to take down if it can't. */
	if (pidfd != NULL) {
		run.init = pid;
		if (step->owner != NO_OWNER)
			must(sys_setresuid(caller), "setresuid", "back to uid=%u", caller);
		must(setrlimit(RLIMIT_NPROC, &before), "setrlimit", "RLIMIT_NPROC, back");
	}
	if (pid < 0)
		fail_errno(error, "clone3", "flags=%#llx", (unsigned long long)args.flags);
	return pid;
}

long namespaces_as_owner(bool on)
{
	uint32_t owner = run_step(STEP_NAMESPACES)->namespaces.owner;

	if (owner == NO_OWNER || run.nesting)
		return 0;
	/* Where another process made the clone the monitor has this not yet, and would lose its capabilities. */
	uid_t id = on ? owner : (uid_t)getauxval(AT_UID);
	return prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP) < 0 ? -1 : syscall(SYS_setresuid, -1, id, -1);
}

int namespaces_try(const char *path, int flags)
{
	must(namespaces_as_owner(true), "setresuid", "the owner, to open %s", path);
	int fd = open(path, flags | O_CLOEXEC), error = errno;
	must(namespaces_as_owner(false), "setresuid", "back, with %s open", path);
	errno = error;
	return fd;
}

int namespaces_open(const char *path, int flags) { return must(namespaces_try(path, flags), path, "open"); }

void namespaces_bound(const struct namespaces_step *step)
{
	struct rlimit hard = { (rlim_t)step->processes, (rlim_t)step->processes };

	must(step->processes == NO_LIMIT ? 0 : setrlimit(RLIMIT_NPROC, &hard), "setrlimit", "RLIMIT_NPROC, hard");
}

/*
 * Which namespace lets us into which depends on who owns them: some only while we are still the
 * caller, others only once we are inside the user namespace. So: all that let us in now, then the
 * user namespace, then the rest.
 */
static void enter_all(struct join *joins, unsigned count)
{
	enum { BEFORE, USER, AFTER };

	for (int pass = BEFORE; pass <= AFTER; pass++) {
		for (unsigned i = 0; i < count; i++) {
			if (joins[i].fd < 0 || (joins[i].type == CLONE_NEWUSER) != (pass == USER))
				continue;
			if (setns(joins[i].fd, (int)joins[i].type) < 0) {
				if (pass != BEFORE || errno != EPERM)
					fail(joins[i].path, "setns");
				continue;
			}
			close(joins[i].fd);
			joins[i].fd = -1;
		}
	}
}

/*
 * A pid namespace takes in only children born after setns, and the monitor must stay outside; so an
 * intermediate process enters, clones init as the monitor's own child (CLONE_PARENT), reports its
 * pid, and ends (proto/sync.h).
 */
static pid_t clone_through_intermediate(const struct namespaces_step *step, struct join *joins, unsigned count,
					int *pidfd)
{
	pid_t *init = must_map(sizeof(*init), MAP_SHARED);
	pid_t intermediate = must(fork(), "fork", "the intermediate process");
	int status;

	if (intermediate == 0) {
		/* The monitor's clean-up is not ours to do. */
		fail_hooks(NULL, NULL);
		/* Whoever is in there already must not reach the host through us (runc CVE-2016-9962). Only an
		 * unprivileged monitor that has id maps to write needs us open. */
		if (geteuid() == 0 || !(step->create & CLONE_NEWUSER))
			must(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "PR_SET_DUMPABLE", "off");
		/* While they can be: setgroups may be denied where we go, and a group of the host's opens its files. */
		const struct step *options = run_step(STEP_OPTIONS);
		if (options != NULL && options->options.flags & OPTION_DROP_GROUPS)
			must(syscall(SYS_setgroups, 0, NULL), "setgroups", "none, before a user namespace is entered");
		enter_all(joins, count);
		pid_t pid = clone_now(step, CLONE_PARENT, 0, NULL);
		if (pid == 0)
			return 0;
		*init = pid;
		_exit(0);
	}
	must(waitpid(intermediate, &status, 0), "intermediate process", "wait");
	/* It has reported its failure itself; a second report would only hide it. */
	if (*init == 0 && WIFEXITED(status))
		fail_reported();
	if (*init == 0)
		fail_errno(ECHILD, "intermediate process", "wait status %#x", (unsigned)status);
	for (unsigned i = 0; i < count; i++)
		close(joins[i].fd);
	run.init = *init;
	*pidfd = must(syscall(SYS_pidfd_open, *init, 0), "pidfd_open", "init");
	return *init;
}

pid_t namespaces_clone(const struct namespaces_step *step, int *pidfd)
{
	struct join joins[PLAN_MAX_JOINS];
	struct reader list = step->joins.entries;
	unsigned count = step->joins.count;

	if (count == 0)
		return clone_now(step, CLONE_PIDFD, SIGCHLD, pidfd);
	for (unsigned i = 0; i < count; i++) {
		joins[i].type = get_u64(&list);
		joins[i].path = get_str(&list);
		joins[i].fd = must(open(joins[i].path, O_RDONLY | O_CLOEXEC), joins[i].path, "open");
	}
	return clone_through_intermediate(step, joins, count, pidfd);
}
