#include "fault.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "driver.h"

#define MAX_TRACED 64

#define OPTIONS \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | \
	 PTRACE_O_TRACECLONE)

#define SYSCALL_STOP (SIGTRAP | 0x80)

#ifdef __x86_64__

bool fault_possible(void) { return true; }

static long call_number(pid_t pid)
{
	return ptrace(PTRACE_PEEKUSER, pid, offsetof(struct user_regs_struct, orig_rax), NULL);
}

static long first_argument(pid_t pid)
{
	return ptrace(PTRACE_PEEKUSER, pid, offsetof(struct user_regs_struct, rdi), NULL);
}

static long second_argument(pid_t pid)
{
	return ptrace(PTRACE_PEEKUSER, pid, offsetof(struct user_regs_struct, rsi), NULL);
}

/* Of what is sent: u32 length, u16 type. */
static long type_of_frame(pid_t pid) { return ptrace(PTRACE_PEEKDATA, pid, second_argument(pid), NULL) >> 32 & 0xffff; }

/* At its entry: no call has this number, so nothing happens. */
static void skip_call(pid_t pid)
{
	(void)ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, orig_rax), -1L);
}

static void set_result(pid_t pid, long result)
{
	(void)ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, rax), result);
}

#else

bool fault_possible(void) { return false; }

static long call_number(pid_t pid)
{
	(void)pid;
	return -1;
}

static long first_argument(pid_t pid) { return call_number(pid); }

static long second_argument(pid_t pid) { return call_number(pid); }

static long type_of_frame(pid_t pid) { return call_number(pid); }

static void skip_call(pid_t pid) { (void)pid; }

static void set_result(pid_t pid, long result)
{
	(void)pid;
	(void)result;
}

#endif

static struct {
	struct fault *fault;
	pid_t monitor, failing; /* the process whose call is on its way to fail */
	int status;		/* of the monitor, once it has ended */
	bool begun;		/* nsinit is executed */
	bool told, settled;	/* the monitor has told STARTED, and waits for what comes */
	bool supervises;	/* init waits for its child */
	bool spawns;		/* init is about to have one */
	size_t count;
	struct {
		pid_t pid;
		bool inside; /* between entry and exit of a call */
	} traced[MAX_TRACED];
} t;

static size_t index_of(pid_t pid)
{
	for (size_t i = 0; i < t.count; i++)
		if (t.traced[i].pid == pid)
			return i;
	if (t.count == MAX_TRACED)
		abort();
	t.traced[t.count].pid = pid;
	t.traced[t.count].inside = false;
	return t.count++;
}

/*
 * What can't fail, or never comes back to tell. A thread that waits by sched_yield makes as many as it happens to, and
 * no count would mean the same call twice.
 */
static bool never_fails(long number)
{
	return number == SYS_exit || number == SYS_exit_group || number == SYS_rt_sigreturn ||
	       number == SYS_sched_yield;
}

/* How often the monitor is called on from there, nobody can say. */
static bool settled(pid_t pid, long number)
{
	t.told |= pid == t.monitor && number == SYS_sendto && type_of_frame(pid) == FRAME_STARTED;
	t.settled |= pid == t.monitor && number == SYS_poll && t.told;
	return t.settled;
}

/* When waitpid tells its end, all that the kernel does to its children is done. */
static void kill_monitor(void)
{
	(void)kill(t.monitor, SIGKILL);
	do
		(void)waitpid(t.monitor, &t.status, __WALL);
	while (WIFSTOPPED(t.status));
}

/* Whether its calls are looked at: two stops each, which take longer than most of the calls. */
static bool is_looked_at(pid_t pid)
{
	bool over = t.failing == 0 && t.fault->at > 0 && t.fault->made >= t.fault->at;

	return t.fault->of_monitor == (pid == t.monitor) && !over && !t.settled;
}

static void on_entry(pid_t pid)
{
	long number = call_number(pid);

	/* The first execve is ours. */
	if (!t.begun || never_fails(number))
		return;
	if (settled(pid, number))
		return;
	/* Init looks for its child first. */
	t.supervises |= pid != t.monitor && number == SYS_wait4;
	t.spawns |= pid != t.monitor && number == SYS_vfork;
	if ((t.fault->only >= 0 && t.fault->only != number) || (t.fault->kills && t.spawns))
		return;
	t.fault->made++;
	if (t.fault->made != t.fault->at)
		return;
	t.fault->number = number;
	t.fault->arguments[0] = first_argument(pid);
	t.fault->arguments[1] = second_argument(pid);
	t.fault->supervised = t.supervises;
	if (t.fault->kills)
		return kill_monitor();
	t.failing = pid;
	/* It releases the descriptor even where it fails (close(2)). */
	if (number != SYS_close)
		skip_call(pid);
}

static void on_syscall_stop(pid_t pid)
{
	size_t i = index_of(pid);

	t.traced[i].inside = !t.traced[i].inside;
	if (t.traced[i].inside) {
		on_entry(pid);
	} else if (t.failing == pid) {
		t.failing = 0;
		set_result(pid, -(long)t.fault->error);
	}
}

/* Returns the signal to deliver on; -1: that is no process of nsinit's any more. */
static int on_stop(pid_t pid, int status)
{
	int signo = WSTOPSIG(status);
	int event = status >> 16;

	if (signo == SYSCALL_STOP) {
		on_syscall_stop(pid);
		return 0;
	}
	if (event == PTRACE_EVENT_EXEC) {
		t.begun = true;
		if (pid != t.monitor)
			return -1;
	}
	/* Of an event, or of a new tracee's birth. */
	if (event != 0 || signo == SIGSTOP)
		return 0;
	return signo;
}

/* Plays nsinit towards whoever waits for it: ends as it ended. */
static _Noreturn void end_as_monitor(void)
{
	if (WIFSIGNALED(t.status)) {
		signal(WTERMSIG(t.status), SIG_DFL);
		raise(WTERMSIG(t.status));
	}
	_exit(WEXITSTATUS(t.status));
}

static _Noreturn void trace(struct fault *fault, pid_t monitor)
{
	pid_t pid;
	int status;

	t.fault = fault;
	t.monitor = monitor;
	/* It has stopped itself. Its children have the same options. */
	(void)waitpid(monitor, &t.status, __WALL);
	(void)ptrace(PTRACE_SETOPTIONS, monitor, NULL, (long)OPTIONS);
	(void)ptrace(PTRACE_SYSCALL, monitor, NULL, 0L);
	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		if (pid <= 0)
			continue;
		if (WIFSTOPPED(status)) {
			int signo = on_stop(pid, status);

			if (signo < 0) {
				(void)ptrace(PTRACE_DETACH, pid, NULL, NULL);
				continue;
			}
			(void)ptrace(is_looked_at(pid) ? PTRACE_SYSCALL : PTRACE_CONT, pid, NULL, (long)signo);
		} else if (pid == monitor) {
			t.status = status;
		}
	}
	end_as_monitor();
}

void fault_inject(struct fault *fault)
{
	pid_t monitor = fork();

	if (monitor > 0) {
		/* Whoever waits for the end of a stream does not wait for us. */
		(void)syscall(SYS_close_range, 0, ~0u, 0);
		trace(fault, monitor);
	}
	fault->monitor = getpid();
	(void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	(void)raise(SIGSTOP);
}
