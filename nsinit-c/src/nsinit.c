#include "nsinit.h"

#include "attached/attached.h"
#include "inside/init.h"
#include "launcher/launcher.h"
#include "outside/control.h"
#include "outside/monitor.h"
#include "proto/event.h"
#include "proto/steps.h"
#include "restore.h"
#include "seal.h"

static struct plan plan;

static void block_signals(void)
{
	sigset_t set;

	/* Not sigfillset: it leaves out 32 to 34, which would end us instead of reaching the command. */
	memset(&set, 0xff, sizeof(set));
	sigdelset(&set, SIGTTIN);
	sigdelset(&set, SIGTTOU);
	sigprocmask(SIG_SETMASK, &set, NULL);
	/* A caller that ignores it would have our children vanish without a word. */
	signal(SIGCHLD, SIG_DFL);
}

/*
 * Where a stream is missing, the next file opened would take its place, and be the command's. One that is a directory
 * would be the way out of the container: /proc/self/fd/0/.. is on the host.
 */
static void fill_streams(void)
{
	struct stat st;
	int fd;

	do
		fd = must(open("/dev/null", O_RDWR), "/dev/null", "open");
	while (fd <= 2);
	for (fd = 0; fd <= 2; fd++) {
		must(fstat(fd, &st), "nsinit", "fstat of descriptor %d", fd);
		if (S_ISDIR(st.st_mode))
			fail_errno(EISDIR, "nsinit", "descriptor %d would lead out of the container", fd);
	}
}

/* What the caller is in the eyes of its kernel, and the container, which is not trusted with it, is not to be. */
static void leave_callers_ways(void)
{
	static const char path[] = "/proc/self/oom_score_adj";
	const struct sched_param none = { 0 };
	scoped_fd badness = must(open(path, O_RDONLY), path, "open");
	char sign = 0;

	umask(022);
	/* The first in need, and not the last. */
	must(read(badness, &sign, 1), path, "read");
	if (sign == '-')
		must(write(must(open(path, O_WRONLY), path, "open"), "0", 1), path, "write 0");
	/* What the machine is said to be stays; addresses that are known, and pages that can be executed, do not. */
	must(personality((unsigned)must(personality(UINT32_MAX), "personality", "read") & PER_MASK), "personality",
	     "set");
	/* FIFO, RR and DEADLINE take a CPU from everybody. The bare calls: musl has none. */
	int policy = must(syscall(SYS_sched_getscheduler, 0), "sched_getscheduler", "own") & ~SCHED_RESET_ON_FORK;
	if (policy == SCHED_FIFO || policy == SCHED_RR || policy == SCHED_DEADLINE)
		must(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &none), "sched_setscheduler", "SCHED_OTHER");
	/* And so does this class its disks. */
	if (must(syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0), "ioprio_get", "own") >> IOPRIO_CLASS_SHIFT ==
	    IOPRIO_CLASS_RT)
		must(syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, 0), "ioprio_set", "none");
}

/* Whoever started us has made both pipes (front/guest.c). */
static int inherited(void)
{
	for (int fd = CONTROL_IN; fd <= CONTROL_OUT; fd += CONTROL_OUT - CONTROL_IN)
		must(fcntl(fd, F_GETPIPE_SZ) | fcntl(fd, F_SETFD, FD_CLOEXEC), "-", "a pipe at %d", fd);
	event_to(CONTROL_OUT);
	event_hello();
	return CONTROL_IN;
}

int nsinit_main(int argc, char **argv)
{
	struct reader payload;
	int control;

	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return dprintf(STDOUT_FILENO, "nsinit, control protocol %u\n", PROTOCOL_VERSION) < 0;
	if (argc == 3 && strcmp(argv[1], "--restore-terminal") == 0) {
		block_signals();
		signal(SIGTTOU, SIG_IGN);
		return restore_terminal(argv[2]);
	}
	bool piped = argc == 2 && strcmp(argv[1], "-") == 0;
	if (argc != 2 || (argv[1][0] == '-' && !piped)) {
		dprintf(STDERR_FILENO, "usage: nsinit PARENT-PID|SOCKET\n"
				       "nsinit is started by nsrun, which tells it what to do.\n");
		return 125;
	}
	/* Everything here trusts its caller, who must therefore be no less than we are. */
	if (getauxval(AT_SECURE))
		fail_errno(EPERM, "nsinit", "refuses to run setuid, setgid or with file capabilities");
	block_signals();
	fill_streams();
	leave_callers_ways();
	seal_self(argv);
	if (piped) {
		sys_close_range(3, CONTROL_IN - 1, 0);
		sys_close_range(CONTROL_IN + 1, CONTROL_OUT - 1, 0);
	}
	must(sys_close_range(piped ? CONTROL_OUT + 1 : 3, ~0u, 0), "close_range", "Linux 5.9 or newer is needed");
	prctl(PR_SET_NAME, "nsinit", 0, 0, 0);
	control = piped ? inherited() : control_open(argv[1]);
	/* PID 1's command line is to be read inside: no host path, and a plain name. */
	memset(argv[1], 0, strlen(argv[1]));
	uint16_t type = control_receive_plan(control, &plan, &payload);
	if (type == FRAME_SERVE)
		launcher_run(control, init_run);
	if (type == FRAME_ATTACH)
		attached_run(control, payload);
	monitor_run(&plan, control, init_run);
}
