#include "namespaces.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "fail.h"
#include "sys.h"

struct join {
	uint64_t type;
	const char *path;
	int fd; /* -1 once entered */
};

static pid_t clone_now(uint64_t flags, uint64_t exit_signal, int *pidfd)
{
	struct clone_args args = {
		.flags = flags | (pidfd ? CLONE_PIDFD : 0),
		.pidfd = (uint64_t)(uintptr_t)pidfd,
		.exit_signal = exit_signal,
	};

	return must(sys_clone3(&args), "clone3", "flags=%#llx", (unsigned long long)flags);
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
 * A pid namespace takes in only children born after setns, and the monitor must stay outside; so a
 * process in between enters, clones init as the monitor's own child (CLONE_PARENT), tells its pid,
 * and ends.
 */
static pid_t clone_through_joiner(const struct step *step, struct join *joins, unsigned count, int *pidfd)
{
	int told[2], status;
	pid_t joiner, init = -1;

	must(pipe2(told, O_CLOEXEC), "pipe", "for the joiner");
	joiner = must(fork(), "fork", "the joiner");
	if (joiner == 0) {
		/* The monitor's clean-up is not ours to do. */
		fail_hook(NULL);
		/* Whoever is in there already must not reach the host through us (runc CVE-2016-9962). Only an
		 * unprivileged monitor that has id maps to write needs us open. */
		if (geteuid() == 0 || !(step->u.create & CLONE_NEWUSER))
			prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
		enter_all(joins, count);
		init = clone_now(step->u.create | CLONE_PARENT, 0, NULL);
		close(told[0]);
		if (init > 0)
			_exit(write(told[1], &init, sizeof(init)) == sizeof(init) ? 0 : 1);
		close(told[1]);
		return 0;
	}
	close(told[1]);
	if (read(told[0], &init, sizeof(init)) != sizeof(init))
		init = -1;
	close(told[0]);
	(void)waitpid(joiner, &status, 0);
	/* The joiner has told its failure itself; a second report would only hide it. */
	if (init < 0 && WIFEXITED(status))
		fail_told();
	if (init < 0)
		fail_errno(ECHILD, "joiner", "wait status %#x", (unsigned)status);
	for (unsigned i = 0; i < count; i++)
		close(joins[i].fd);
	*pidfd = must(sys_pidfd_open(init), "pidfd_open", "init");
	return init;
}

pid_t namespaces_clone(const struct step *step, int *pidfd)
{
	struct join joins[PLAN_MAX_JOINS];
	struct reader list = step->list;
	unsigned count = step->count;

	if (count == 0)
		return clone_now(step->u.create, SIGCHLD, pidfd);
	for (unsigned i = 0; i < count; i++) {
		joins[i].type = get_u64(&list);
		joins[i].path = get_str(&list);
		joins[i].fd = must(open(joins[i].path, O_RDONLY | O_CLOEXEC), joins[i].path, "open");
	}
	return clone_through_joiner(step, joins, count, pidfd);
}
