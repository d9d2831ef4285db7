#pragma once

/*
 * All that nsinit uses of libc and kernel, and the system calls that musl 1.2.3 has no wrapper for. Constants come from
 * the kernel's own headers; the numbers of the calls too, so that a new architecture needs no line here.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/ioprio.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static inline void close_scoped(const int *fd)
{
	int error = errno;

	close(*fd);
	errno = error;
}

/* A descriptor that is closed where its name ends, unless it is negative. errno stays what it is. */
#define scoped_fd __attribute__((cleanup(close_scoped), unused)) int

static inline uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Each returns what syscall(2) does. */
static inline long sys_close_range(unsigned a, unsigned b, unsigned flags)
{
	return syscall(SYS_close_range, a, b, flags);
}

static inline long sys_mount_setattr(int dir, const char *path, unsigned flags, struct mount_attr *attr)
{
	return syscall(SYS_mount_setattr, dir, path, flags, attr, sizeof(*attr));
}

/*
 * musl's setresuid and friends run a callback in every thread; we have one thread, and share memory
 * with the parent when these are called, so the bare calls are what we want.
 */
static inline long sys_setresuid(uid_t uid) { return syscall(SYS_setresuid, uid, uid, uid); }

static inline long sys_setresgid(gid_t gid) { return syscall(SYS_setresgid, gid, gid, gid); }
