#include "base/signals.h"
#include "proto/steps.h"

/*
 * A program of the host's that does a part of the set-up, since it may or can what we don't: newuidmap(1) for one. It
 * gets the arguments, variables and input of the plan, and of ours no more than this:
 *
 *   fd 0     its input, or /dev/null
 *   fd 1, 2  the caller's stderr: what it says is about the set-up, and no output of the container's
 *   signals  all as a program expects them. In a session of its own it gets none that is typed at the caller's
 *            terminal: those are for the command, and would end the set-up in its middle
 *   death    with the monitor. From a program that is set-uid, set-gid or has file capabilities the kernel takes that
 *            back at execve (PR_SET_PDEATHSIG in prctl(2)): such a one that hangs outlives a monitor that is killed
 *
 * At its time limit, or when the orchestrator is gone, it is killed, and all that it has started and that is still in
 * its process group. One that has taken on ids of others can't be killed by an ordinary user: it is waited for, with
 * the failure reported.
 */
struct image {
	char **argv, **env;
	size_t size;
	int input; /* -1: none */
};

static struct image put_together(const struct run_program_step *step)
{
	size_t pointers = (size_t)step->argv.count + step->env.count + 2;
	/* Entries take no less room in the plan than the arguments that become of them. */
	size_t text = (size_t)(step->argv.entries.end - step->argv.entries.at);
	struct image image = { .size = pointers * sizeof(char *) + text, .input = -1 };

	image.argv = must_map(image.size, MAP_PRIVATE);
	image.env = list_arguments(image.argv, (char *)(image.argv + pointers), step->argv, run.init);
	list_strings(image.env, step->env);
	if (step->input.length == 0)
		return image;
	/* In memory, so that nobody has to wait for a program that does not read it. */
	image.input = must(memfd_create("input", MFD_CLOEXEC), step->program, "memory for its input");
	int n = must(pwrite(image.input, step->input.bytes, step->input.length, 0), step->program, "its input");
	if ((uint32_t)n != step->input.length)
		fail_errno(EFBIG, step->program, "%d of %u bytes of its input; see ulimit -f", n, step->input.length);
	return image;
}

/* In the child, whose memory is ours. Returns the errno of what went wrong. */
static int become(const struct run_program_step *step, const struct image *image, pid_t monitor)
{
	bool other_owner = run_step(STEP_NAMESPACES)->namespaces.owner != NO_OWNER;

	if (setsid() >= 0 && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) >= 0 &&
	    /* It may be gone already. */
	    getppid() == monitor &&
	    /* A change of ids takes no power from us any more (namespaces.c); from a program it has to. */
	    (!other_owner || prctl(PR_SET_SECUREBITS, 0) >= 0) &&
	    dup2(image->input < 0 ? run.null_fd : image->input, STDIN_FILENO) >= 0 &&
	    dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 && sys_close_range(3, ~0u, CLOSE_RANGE_CLOEXEC) >= 0 &&
	    signals_by_default() >= 0)
		execve(step->program, image->argv, image->env);
	return errno;
}

/* *error is an errno if nothing could be executed. */
static pid_t start(const struct run_program_step *step, const struct image *image, volatile int *error)
{
	pid_t monitor = getpid(), child = vfork();

	if (child == 0) {
		*error = become(step, image, monitor);
		_exit(126);
	}
	return must(child, step->program, "fork");
}

/* Waits for it, and returns its wait status. */
static int end_of(pid_t child, const struct run_program_step *step)
{
	scoped_fd end = (int)syscall(SYS_pidfd_open, child, 0);
	/* Without events it still hears that nobody is there any more who could end this. */
	struct pollfd p[2] = { { end, POLLIN, 0 }, { run.control, 0, 0 } };
	/* All signals are blocked: nothing interrupts this. */
	int ended = end < 0 ? -1 : poll(p, 2, (int)step->timeout_ms), error = errno, status;

	if (ended <= 0 || p[0].revents == 0) {
		kill(-child, SIGKILL);
		/* Which waits for it to be gone. */
		fail_errno(ended == 0 ? ETIMEDOUT : error, step->program, "time limit of %u ms; killed",
			   step->timeout_ms);
	}
	must(waitpid(child, &status, 0), step->program, "wait");
	return status;
}

void step_run_program(const struct run_program_step *step)
{
	struct image image = put_together(step);
	volatile int error = 0;
	int status = end_of(start(step, &image, &error), step);

	munmap(image.argv, image.size);
	close(image.input);
	if (error == ENOENT && access(step->program, F_OK) == 0)
		fail_errno(error, step->program, "the file is there; the interpreter or loader it names is not");
	if (error != 0)
		fail_errno(error, step->program, "could not be executed");
	if (WIFSIGNALED(status))
		fail_errno(EINTR, step->program, "signal %d; what it said stands above", WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		fail_errno(EPERM, step->program, "exit code %d; what it said stands above", WEXITSTATUS(status));
}
