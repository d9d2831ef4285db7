#include "inside/waiting.h"

#include "inside/command.h"
#include "inside/mounts.h"
#include "inside/watched.h"
#include "proto/ahead.h"
#include "proto/event.h"
#include "proto/steps.h"
#include "proto/sync.h"

/* musl's; it returns in the child as run does (inside/seccomp.c). */
int __clone(int (*run)(void *), void *stack, int flags, void *argument, ...);

#define STACK_SIZE (32u << 10)

/*
 * Its memory is init's, as of a vfork, so that init learns how far it came; but init sleeps where it can be woken, and
 * does not count as load meanwhile. errno is the one of whoever is awake.
 */
static volatile enum { AT_WORK, WAITS, HAS_GUEST } progress;

struct way {
	int inner, null;
	uint16_t first;
};

/* Init does the rest. Not _exit: a filter may deny even that. */
static _Noreturn void leave_to_init(void) { fail_reported(); }

/* Under the filter of the command, which may let it do less than init: all that will be done is tried ahead. */
static bool may_receive(int inner)
{
	struct enclosed none;
	struct stat st;
	uint8_t byte;

	return event_receive(inner, &byte, 1, &none) < 0 && errno == EAGAIN &&
	       recv(inner, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN && fstat(STDIN_FILENO, &st) == 0 &&
	       dup2(STDIN_FILENO, STDIN_FILENO) == STDIN_FILENO;
}

static void take_streams(int inner)
{
	struct spare_word word;
	struct enclosed sent;

	fail_at(STEP_SYNC, NO_INDEX);
	must(event_receive(inner, (uint8_t *)&word, sizeof(word), &sent), "recvmsg", "the streams of a guest");
	for (int fd = 0; fd <= 2; fd++) {
		/* What is there is the launcher's. */
		if (sent.fds[fd] < 0)
			fail_errno(EPROTO, "recvmsg", "without descriptor %d of a guest", fd);
		must(dup2(sent.fds[fd], fd), "dup2", "descriptor %d of a guest", fd);
	}
}

static int wait_for_guest(void *argument)
{
	const struct way *way = argument;
	struct spare_word word;

	command_dies_with_parent();
	must(event_pid(FRAME_COMMAND, 0) ? 0 : -1, "send", "the pid of the command");
	run_stage(STAGE_COMMAND, way->first);
	if (!may_receive(way->inner) || !event_pid(FRAME_SPARED, 0))
		leave_to_init();
	progress = WAITS;
	/* Only looked at: it stays there for init. */
	if (recv(way->inner, &word, sizeof(word), MSG_PEEK) <= 0 || !run.spare->plan.command_ahead)
		leave_to_init();
	progress = HAS_GUEST;
	take_streams(way->inner);
	take_own_null(way->null);
	run.plan = &run.spare->plan;
	command_prepare();
	run_stage(STAGE_COMMAND, run.plan->count - 1);
	leave_to_init();
}

/* The kernel remembers what it has found, and what not. The guest may look for the same. */
static void look_for_it(struct list paths)
{
	for (uint32_t i = 0; i < paths.count; i++)
		(void)faccessat(AT_FDCWD, get_str(&paths.entries), F_OK, 0);
}

/* Returns once the process has executed or ended. */
static pid_t start_and_await(struct way *way)
{
	uint8_t *stack = must_map(STACK_SIZE, MAP_PRIVATE);
	int alive[2];
	char none;

	/* Its end of it is closed by execve, and by its death. */
	must(pipe2(alive, O_CLOEXEC), "pipe", "to see the command executed");
	run.parent = getpid();
	pid_t child = __clone(wait_for_guest, stack + STACK_SIZE, CLONE_VM | SIGCHLD, way);
	/* The bare call: its error is not in errno. */
	if (child < 0)
		fail_errno(-child, "clone", "the process that waits for the command");
	close(alive[1]);
	/* Should the monitor end, our parent-death signal ends us, and that process with the pid namespace. */
	while (read(alive[0], &none, 1) < 0 && errno == EINTR)
		;
	close(alive[0]);
	munmap(stack, STACK_SIZE);
	return child;
}

pid_t waiting_for_guest(int inner, uint16_t first)
{
	struct way way = { .inner = inner, .null = -1, .first = first };
	pid_t child = 0;

	if (step_stage_of(run.plan->steps[first].id) == STAGE_COMMAND && !run.plan->steps[first].done) {
		way.null = own_null();
		look_for_it(run.plan->exec->paths);
		child = start_and_await(&way);
		close(way.null);
	}
	if (failed || progress == HAS_GUEST) {
		command_expect();
		watch_decide();
		return child;
	}
	if (child > 0)
		waitpid(child, NULL, __WALL);
	if (progress == AT_WORK)
		must(event_pid(FRAME_SPARED, 0) ? 0 : -1, "send", "that the spare is ready");
	return 0;
}
