#include "inside/nested.h"

#include "inside/init.h"
#include "proto/event.h"
#include "proto/steps.h"
#include "proto/trace.h"

static int heir = -1; /* the way to PID 1 */

static void write_map(const char *name, struct list ranges)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)run.init, name);
	scoped_fd fd = must(open(path, O_WRONLY | O_CLOEXEC), path, "open");
	id_map_write(fd, path, ranges);
}

void step_nested_namespaces(const struct nested_namespaces_step *step)
{
	int others = (int)(step->create & ~(uint64_t)CLONE_NEWUSER);
	int pair[2], pidfd;
	/* The monitor's child, as we are: it waits for all of us. */
	struct clone_args args = {
		.flags = step->create | CLONE_PIDFD | CLONE_PARENT,
		.pidfd = (uint64_t)(uintptr_t)&pidfd,
	};

	must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), "socketpair", "to PID 1");
	/* Else the maps would be files of root's. Nobody but us has power over our user namespace. */
	must(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), "PR_SET_DUMPABLE", "on");
	run.init =
		must(syscall(SYS_clone3, &args, sizeof(args)), "clone3", "flags=%#llx", (unsigned long long)args.flags);
	if (run.init == 0) {
		close(pair[1]);
		init_take_over(pair[0]);
	}
	close(pair[0]);
	run.nesting = true;
	write_map("uid_map", step->uids);
	write_map("gid_map", step->gids);
	must(event_pid(FRAME_INIT, (uint32_t)run.init) ? 0 : -1, "send", "the pid of PID 1");
	/* What shows a namespace, as sysfs does, is made by those who are in it. */
	if (others != 0)
		must(setns(pidfd, others), "setns", "flags=%#x", (unsigned)others);
	close(pidfd);
	heir = pair[1];
	/* A process does not change its pid namespace, only that of its children. */
	args = (struct clone_args){ .flags = CLONE_PARENT };
	if (must(syscall(SYS_clone3, &args, sizeof(args)), "clone3", "into the pid namespace") > 0)
		_exit(0);
	must(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "PR_SET_DUMPABLE", "off");
	must(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0), "PR_SET_PDEATHSIG", "SIGKILL");
}

void nested_hand_over(void)
{
	uint8_t byte = 0;
	struct iovec word = { &byte, 1 };

	if (heir < 0)
		return;
	trace_flush();
	must(send_fds(heir, &word, 1, (int[]){ STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO }, 3), "sendmsg", "to PID 1");
	_exit(0);
}
