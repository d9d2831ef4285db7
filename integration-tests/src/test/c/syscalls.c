/*
 * Tries system calls that a container has no business with, each in a process of its own, and prints a line for each:
 * its name, and OK, the errno, or the signal. Arguments are such that nothing happens where a call is allowed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Newer than the C library's header, and the same everywhere. */
#define NR_OPEN_TREE	     428
#define NR_MOVE_MOUNT	     429
#define NR_FSOPEN	     430
#define NR_FSCONFIG	     431
#define NR_FSMOUNT	     432
#define NR_FSPICK	     433
#define NR_IO_URING_SETUP    425
#define NR_IO_URING_ENTER    426
#define NR_IO_URING_REGISTER 427
#define NR_CLONE3	     435
#define NR_PIDFD_GETFD	     438
#define NR_PROCESS_MADVISE   440
#define NR_MOUNT_SETATTR     442
#define NR_QUOTACTL_FD	     443
#define NR_NOT_YET	     999

#define HIGH	  (1L << 32)
#define MODE_USER 1

struct attempt {
	const char *name;
	long number;
	long args[6];
};

static const struct attempt attempts[] = {
	{ "unshare-user", SYS_unshare, { CLONE_NEWUSER } },
	{ "unshare-mount", SYS_unshare, { CLONE_NEWNS } },
	{ "unshare-time", SYS_unshare, { 0x80 } },
	{ "unshare-files", SYS_unshare, { CLONE_FILES } },
	{ "clone-user", SYS_clone, { CLONE_NEWUSER | SIGCHLD } },
	{ "clone-net", SYS_clone, { CLONE_NEWNET | SIGCHLD } },
	{ "clone3", NR_CLONE3, { 0 } },
	{ "setns", SYS_setns, { -1 } },
	{ "mount", SYS_mount, { 0 } },
	{ "umount2", SYS_umount2, { 0 } },
	{ "pivot_root", SYS_pivot_root, { 0 } },
	{ "open_tree", NR_OPEN_TREE, { -1 } },
	{ "move_mount", NR_MOVE_MOUNT, { -1 } },
	{ "fsopen", NR_FSOPEN, { 0 } },
	{ "fsconfig", NR_FSCONFIG, { -1 } },
	{ "fsmount", NR_FSMOUNT, { -1 } },
	{ "fspick", NR_FSPICK, { -1 } },
	{ "mount_setattr", NR_MOUNT_SETATTR, { -1 } },
	{ "init_module", SYS_init_module, { 0 } },
	{ "finit_module", SYS_finit_module, { -1 } },
	{ "delete_module", SYS_delete_module, { 0 } },
	{ "kexec_load", SYS_kexec_load, { 0, 0, 0, -1 } },
	{ "bpf", SYS_bpf, { -1 } },
	{ "perf_event_open", SYS_perf_event_open, { 0 } },
	{ "keyctl", SYS_keyctl, { 0, -3 } },
	{ "add_key", SYS_add_key, { 0 } },
	{ "request_key", SYS_request_key, { 0 } },
	{ "userfaultfd", SYS_userfaultfd, { MODE_USER } },
	{ "open_by_handle_at", SYS_open_by_handle_at, { -1 } },
	{ "kcmp", SYS_kcmp, { 0 } },
	{ "pidfd_getfd", NR_PIDFD_GETFD, { -1 } },
	{ "process_madvise", NR_PROCESS_MADVISE, { -1 } },
	{ "quotactl", SYS_quotactl, { -1 } },
	{ "quotactl_fd", NR_QUOTACTL_FD, { -1 } },
	{ "swapon", SYS_swapon, { 0 } },
	{ "swapoff", SYS_swapoff, { 0 } },
	{ "reboot", SYS_reboot, { 0 } },
	{ "acct", SYS_acct, { 1 } },
	{ "syslog", SYS_syslog, { -1 } },
	{ "vhangup", SYS_vhangup, { 0 } },
	{ "sethostname", SYS_sethostname, { 0, -1 } },
	{ "setdomainname", SYS_setdomainname, { 0, -1 } },
	{ "settimeofday", SYS_settimeofday, { 1 } },
	{ "clock_settime", SYS_clock_settime, { 0, 0 } },
	{ "fanotify_init", SYS_fanotify_init, { -1 } },
	{ "fanotify_mark", SYS_fanotify_mark, { -1 } },
	{ "mbind", SYS_mbind, { 1 } },
	{ "set_mempolicy", SYS_set_mempolicy, { -1 } },
	{ "get_mempolicy", SYS_get_mempolicy, { 0, 0, 0, 0, -1 } },
	{ "migrate_pages", SYS_migrate_pages, { -1 } },
	{ "move_pages", SYS_move_pages, { 0, 0, 0, 0, 0, -1 } },
	{ "personality", SYS_personality, { ADDR_NO_RANDOMIZE } },
	{ "ioctl-TIOCSTI", SYS_ioctl, { -1, TIOCSTI } },
	{ "ioctl-TIOCSTI-high", SYS_ioctl, { -1, TIOCSTI | HIGH } },
	{ "ioctl-TIOCLINUX", SYS_ioctl, { -1, TIOCLINUX } },
	{ "socket-vsock", SYS_socket, { AF_VSOCK, SOCK_STREAM } },
	{ "socket-vsock-high", SYS_socket, { AF_VSOCK | HIGH, SOCK_STREAM } },
	{ "socket-alg", SYS_socket, { AF_ALG, SOCK_SEQPACKET } },
	{ "io_uring_setup", NR_IO_URING_SETUP, { 0 } },
	{ "io_uring_enter", NR_IO_URING_ENTER, { -1 } },
	{ "io_uring_register", NR_IO_URING_REGISTER, { -1 } },
	{ "not-yet", NR_NOT_YET, { 0 } },
	{ "socket-unix", SYS_socket, { AF_UNIX, SOCK_STREAM } },
	{ "socket-inet", SYS_socket, { AF_INET, SOCK_STREAM } },
	{ "ptrace", SYS_ptrace, { 0 } },
	{ "getpid", SYS_getpid, { 0 } },
#ifdef __x86_64__
	{ "ioperm", SYS_ioperm, { 0, 1, 1 } },
	{ "iopl", SYS_iopl, { 3 } },
	{ "modify_ldt", SYS_modify_ldt, { 0 } },
	{ "x32-getpid", SYS_getpid | 0x40000000, { 0 } },
	{ "i386-getpid", -20, { 0 } },
	{ "i386-keyctl", -288, { 0, -3 } },
	{ "i386-socketcall", -102, { 1 } },
	{ "i386-unshare-user", -310, { CLONE_NEWUSER } },
	{ "i386-mount", -21, { 0 } },
#endif
};

/* A negative number is one of i386, whose calls a 64-bit program reaches too. */
static long call(const struct attempt *a)
{
#ifdef __x86_64__
	if (a->number < 0) {
		long result;

		__asm__ volatile("int $0x80"
				 : "=a"(result)
				 : "a"(-a->number), "b"(a->args[0]), "c"(a->args[1]), "d"(a->args[2]), "S"(a->args[3])
				 : "memory");
		if (result < 0 && result > -4096) {
			errno = (int)-result;
			return -1;
		}
		return result;
	}
#endif
	return syscall(a->number, a->args[0], a->args[1], a->args[2], a->args[3], a->args[4], a->args[5]);
}

static void tell(const struct attempt *a)
{
	long result;

	errno = 0;
	result = call(a);
	/* A clone that was allowed. */
	if (a->number == SYS_clone && result == 0)
		_exit(0);
	if (result >= 0)
		printf("%s OK\n", a->name);
	else if (errno == EPERM)
		printf("%s EPERM\n", a->name);
	else if (errno == ENOSYS)
		printf("%s ENOSYS\n", a->name);
	else
		printf("%s errno %d\n", a->name, errno);
	fflush(stdout);
	_exit(0);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		int status;
		pid_t child;

		fflush(stdout);
		child = fork();
		if (child == 0)
			tell(&attempts[i]);
		if (child < 0 || waitpid(child, &status, 0) != child)
			return 1;
		if (WIFSIGNALED(status))
			printf("%s signal %d\n", attempts[i].name, WTERMSIG(status));
	}
	return 0;
}
