#include "inside/command.h"

#include "base/signals.h"
#include "proto/ahead.h"
#include "proto/event.h"
#include "proto/steps.h"
#include "proto/trace.h"

/* Set, in memory shared with the parent, right before the first execve. */
static volatile int reached_exec;

static struct {
	char **argv, **env, **paths;
	size_t size;
} image;

void command_prepare(void)
{
	const struct exec_step *exec = run.plan->exec;
	size_t pointers = (size_t)exec->argv.count + exec->env.count + exec->paths.count + 3;

	image.size = pointers * sizeof(char *);
	/* The process of a spare may have neither the right nor the room to map anything. */
	image.argv = run.spare != NULL ? run.spare->image : must_map(image.size, MAP_PRIVATE);
	image.env = list_strings(image.argv, exec->argv);
	image.paths = list_strings(image.env, exec->env);
	list_strings(image.paths, exec->paths);
}

void command_release(void)
{
	if (run.spare == NULL)
		munmap(image.argv, image.size);
}

void command_expect(void)
{
	if (failed == FAILED_AND_REPORTED)
		fail_reported();
	if (failed)
		fail_errno(EPERM, "command", "its filter let it neither run nor tell why");
	if (!reached_exec)
		fail_errno(ECHILD, "command", "its process was killed during set-up");
}

void command_dies_with_parent(void)
{
	must(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0), "PR_SET_PDEATHSIG", "SIGKILL");
	/* It may be gone already, and we be the child of somebody who is not ours. */
	if (run.parent > 0 && getppid() != run.parent)
		fail_reported();
}

void step_session(const struct session_step *step)
{
	(void)step;
	/* EPERM: PID 1 of a pid namespace may lead a session already. */
	if (setsid() < 0 && getsid(0) != getpid())
		fail("setsid", "new session");
	if (run.own_pty && ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0)
		fail("TIOCSCTTY", "the container's pty");
}

static bool denied(long result) { return result < 0 && (errno == EPERM || errno == EACCES); }

/*
 * A filter around us may deny all calls about keys, as Docker's does. It is the command's filter too, so that no key is
 * in reach; what it lets through fails otherwise, as all of these name nothing.
 */
static bool keys_are_denied(void)
{
	return denied(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL)) &&
	       denied(syscall(SYS_keyctl, KEYCTL_READ, 0, NULL, 0)) &&
	       denied(syscall(SYS_add_key, NULL, NULL, NULL, 0, 0)) &&
	       denied(syscall(SYS_request_key, NULL, NULL, NULL, 0));
}

/* Where there are keyrings, the one that was inherited must not stay: used up quotas (EDQUOT) are no excuse. */
void step_keyring(const struct keyring_step *step)
{
	long serial = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	int error = errno;

	if (serial < 0 && (step->required || (error != ENOSYS && !keys_are_denied())))
		fail_errno(error, "KEYCTL_JOIN_SESSION_KEYRING", "new session keyring");
}

void step_workdir(const struct workdir_step *step)
{
	const char *path = step->path;
	char cwd[4096];

	must(chdir(path), path, "chdir");
	/* The bare call: the kernel marks a directory outside the root, and libc hides the mark. */
	must(syscall(SYS_getcwd, cwd, sizeof(cwd)), path, "getcwd");
	if (cwd[0] != '/')
		fail_errno(EPERM, path, "lies outside the root file system");
}

void step_rlimit(const struct rlimit_step *step)
{
	struct rlimit limit = { .rlim_cur = step->soft, .rlim_max = step->hard };

	must(setrlimit((int)step->resource, &limit), "setrlimit", "resource %u soft %llu hard %llu", step->resource,
	     (unsigned long long)limit.rlim_cur, (unsigned long long)limit.rlim_max);
}

void step_umask(const struct umask_step *step) { umask((mode_t)step->mode); }

void step_nice(const struct nice_step *step)
{
	int nice = (int)step->nice;

	must(setpriority(PRIO_PROCESS, 0, nice), "setpriority", "nice %d", nice);
}

void step_io_priority(const struct io_priority_step *step)
{
	int priority = step->class << IOPRIO_CLASS_SHIFT | step->level;

	must(syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, priority), "ioprio_set", "class %d, level %d", step->class,
	     step->level);
}

void step_affinity(const struct affinity_step *step)
{
	unsigned long mask[PLAN_MAX_CPUS / 8 / sizeof(long)] = { 0 };

	memcpy(mask, step->mask.bytes, step->mask.length);
	must(syscall(SYS_sched_setaffinity, 0, sizeof(mask), mask), "sched_setaffinity", "CPUs %#lx...", mask[0]);
}

void step_exec(const struct exec_step *step)
{
	bool pid1 = !step->init;
	int remembered = ENOENT;
	char **path;

	if (pid1) {
		trace_flush();
		/* A monitor that died before that line hears nothing any more. */
		if (!event_pid(FRAME_EXECING, 0))
			fail_reported();
	}
	/* Nothing of the host but fds 0 to 2, whatever was left open above. */
	must(sys_close_range(3, ~0u, CLOSE_RANGE_CLOEXEC), "close_range", "3-");
	must(signals_by_default(), "sigprocmask", "none blocked");
	reached_exec = 1;
	for (path = image.paths; *path != NULL; path++) {
		/* To find nothing takes execve several times as long. */
		if (path[1] != NULL && faccessat(AT_FDCWD, *path, F_OK, AT_EACCESS) < 0 && errno == ENOENT)
			continue;
		execve(*path, image.argv, image.env);
		if (errno == ENOENT && faccessat(AT_FDCWD, *path, F_OK, AT_EACCESS) == 0)
			fail_errno(ENOENT, *path, "the file is there; the interpreter or loader it names is not");
		/* As execvp: look on, but remember that something was there. */
		if (errno == EACCES)
			remembered = EACCES;
		else if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP && errno != ENAMETOOLONG)
			fail(*path, "execve");
		if (image.paths[1] == NULL)
			fail(*path, "execve");
	}
	fail_errno(remembered, image.argv[0], "in none of the directories of PATH");
}
