#include "proto/event.h"
#include "proto/steps.h"

/* Not in musl's headers: its clone() refuses threads since 1.2.4. Ends the thread when run returns. */
int __clone(int (*run)(void *), void *stack, int flags, void *argument, ...);

/*
 * From the moment that a filter with a listener is loaded, any call of the command may wait for the agent, who does not
 * have the listener yet. So a thread is started before, which the filter does not bind; it is told the descriptor
 * through memory, passes it on, and is gone for good, without a zombie, by the time execve has replaced the memory
 * (de_thread in fs/exec.c). The command makes no call meanwhile. The memory is also init's, which sleeps in vfork;
 * errno is the one of whoever is awake: either of us waits for the other without touching it.
 */
enum { NOT_YET = 0, PASSED = -1 };
static _Atomic int listener;
static _Alignas(16) uint8_t stack[32u << 10];

static int pass_on(void *unused)
{
	int fd;

	(void)unused;
	while ((fd = listener) == NOT_YET)
		syscall(SYS_sched_yield);
	/* Fails here, where no filter holds back whoever reports it; that ends the command too. */
	if (!event_fds(FRAME_LISTENER, &fd, 1))
		fail("sendmsg", "the listener to the monitor");
	/* The agent's is the only one: with it goes whoever could answer, and the kernel lets no call wait. */
	close(fd);
	listener = PASSED;
	return 0;
}

void step_seccomp(const struct seccomp_step *step)
{
	const int thread = CLONE_VM | CLONE_FILES | CLONE_FS | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
	struct sock_fprog program = {
		.len = (unsigned short)(step->program.length / sizeof(struct sock_filter)),
		/* The kernel copies it, whatever its alignment here. */
		.filter = (struct sock_filter *)(uintptr_t)step->program.bytes,
	};
	bool listens = step->flags & SECCOMP_FILTER_FLAG_NEW_LISTENER;

	int clone = listens ? __clone(pass_on, stack + sizeof(stack), thread, NULL) : 0;
	/* The bare call: its error is not in errno. */
	if (clone < 0)
		fail_errno(-clone, "clone", "the thread for the listener");
	int fd = must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, step->flags, &program), "seccomp",
		      "%u instructions", program.len);
	if (!listens)
		return;
	listener = fd;
	while (listener != PASSED)
		;
}
