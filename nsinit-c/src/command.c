#include "command.h"

#include "event.h"
#include "hands.h"
#include "trace.h"

volatile int command_reached_exec;

static struct {
	char **argv, **env, **paths;
	void *arena;
	size_t size;
} image;

static char **lay_out(char **at, struct reader list, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		*at++ = (char *)(uintptr_t)get_str(&list);
	*at++ = NULL;
	return at;
}

void command_prepare(void)
{
	const struct step *exec = run.plan->exec;
	size_t pointers = (size_t)exec->u.exec.argc + exec->u.exec.envc + exec->u.exec.candidates + 3;

	image.size = pointers * sizeof(char *);
	image.arena = mmap(NULL, image.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (image.arena == MAP_FAILED)
		fail("mmap", "%zu bytes", image.size);
	image.argv = image.arena;
	image.env = lay_out(image.argv, exec->u.exec.argv, exec->u.exec.argc);
	image.paths = lay_out(image.env, exec->u.exec.env, exec->u.exec.envc);
	lay_out(image.paths, exec->u.exec.paths, exec->u.exec.candidates);
}

void command_release(void) { munmap(image.arena, image.size); }

void step_session(const struct step *step)
{
	(void)step;
	/* EPERM: PID 1 of a pid namespace may lead a session already. */
	if (setsid() < 0 && getsid(0) != getpid())
		fail("setsid", "new session");
	if (run.own_pty && ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0)
		fail("TIOCSCTTY", "the container's pty");
}

void step_keyring(const struct step *step)
{
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && step->u.keyring)
		fail("KEYCTL_JOIN_SESSION_KEYRING", "new session keyring");
}

void step_workdir(const struct step *step)
{
	const char *path = step->u.text;
	char cwd[4096];

	must(chdir(path), path, "chdir");
	/* The bare call: the kernel marks a directory outside the root, and libc hides the mark. */
	must(syscall(SYS_getcwd, cwd, sizeof(cwd)), path, "getcwd");
	if (cwd[0] != '/')
		fail_errno(EPERM, path, "lies outside the root file system");
}

void step_rlimit(const struct step *step)
{
	struct rlimit limit = { .rlim_cur = step->u.rlimit.soft, .rlim_max = step->u.rlimit.hard };

	must(setrlimit((int)step->u.rlimit.resource, &limit), "setrlimit", "resource %u soft %llu hard %llu",
	     step->u.rlimit.resource, (unsigned long long)limit.rlim_cur, (unsigned long long)limit.rlim_max);
}

void step_umask(const struct step *step) { umask((mode_t)step->u.umask); }

void step_nice(const struct step *step)
{
	int nice = (int)step->u.nice;

	must(setpriority(PRIO_PROCESS, 0, nice), "setpriority", "nice %d", nice);
}

void step_affinity(const struct step *step)
{
	unsigned long mask[PLAN_MAX_CPUS / 8 / sizeof(long)] = { 0 };

	memcpy(mask, step->u.affinity.bytes, step->u.affinity.length);
	must(syscall(SYS_sched_setaffinity, 0, sizeof(mask), mask), "sched_setaffinity", "CPUs %#lx...", mask[0]);
}

/*
 * What the caller ignored or blocked is no business of the container's. The bare call: libc keeps
 * 32 to 34 from us, and posix_spawn of a JVM leaves two of them ignored.
 */
static void reset_signals(void)
{
	static const uint64_t by_default[4];
	sigset_t none;

	for (int signo = 1; signo < NSIG; signo++)
		syscall(SYS_rt_sigaction, signo, by_default, NULL, sizeof(uint64_t));
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void step_exec(const struct step *step)
{
	bool pid1 = !step->u.exec.init;
	int remembered = ENOENT;
	char **path;

	/* A change of ids has cleared it. */
	must(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0), "PR_SET_PDEATHSIG", "SIGKILL");
	if (pid1) {
		trace_flush();
		/* A monitor that died before that line hears nothing any more. */
		if (!event_pid(FRAME_EXECING, 0))
			_exit(125);
	}
	/* Nothing of the host but fds 0 to 2, whatever was left open above. */
	must(sys_close_range(3, ~0u, CLOSE_RANGE_CLOEXEC), "close_range", "3-");
	reset_signals();
	command_reached_exec = 1;
	for (path = image.paths; *path != NULL; path++) {
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
