#pragma once

/*
 * What nearly every file here needs of libc and kernel, and the system calls that musl 1.2.3 has no wrapper for, with
 * the few kernel structures they take. Constants come from the kernel's own headers; the numbers of the calls too, so
 * that a new architecture needs no line here.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
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

static inline int sys_clone3(struct clone_args *args) { return (int)syscall(SYS_clone3, args, sizeof(*args)); }

static inline int sys_close_range(unsigned first, unsigned last, unsigned flags)
{
	return (int)syscall(SYS_close_range, first, last, flags);
}

static inline int sys_openat2(int dir, const char *path, struct open_how *how)
{
	return (int)syscall(SYS_openat2, dir, path, how, sizeof(*how));
}

static inline int sys_open_tree(int dir, const char *path, unsigned flags)
{
	return (int)syscall(SYS_open_tree, dir, path, flags);
}

static inline int sys_move_mount(int from, const char *from_path, int to, const char *to_path, unsigned flags)
{
	return (int)syscall(SYS_move_mount, from, from_path, to, to_path, flags);
}

static inline int sys_mount_setattr(int dir, const char *path, unsigned flags, struct mount_attr *attr)
{
	return (int)syscall(SYS_mount_setattr, dir, path, flags, attr, sizeof(*attr));
}

static inline int sys_fsopen(const char *type, unsigned flags) { return (int)syscall(SYS_fsopen, type, flags); }

static inline int sys_fsconfig(int fs, unsigned cmd, const char *key, const void *value, int aux)
{
	return (int)syscall(SYS_fsconfig, fs, cmd, key, value, aux);
}

static inline int sys_fsmount(int fs, unsigned flags, unsigned attrs)
{
	return (int)syscall(SYS_fsmount, fs, flags, attrs);
}

static inline int sys_pivot_root(const char *new_root, const char *put_old)
{
	return (int)syscall(SYS_pivot_root, new_root, put_old);
}

static inline int sys_pidfd_send_signal(int pidfd, int signo)
{
	return (int)syscall(SYS_pidfd_send_signal, pidfd, signo, NULL, 0);
}

static inline int sys_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

/*
 * musl's setresuid and friends run a callback in every thread; we have one thread, and share memory
 * with the parent when these are called, so the bare calls are what we want.
 */
static inline int sys_setresuid(uid_t uid) { return (int)syscall(SYS_setresuid, uid, uid, uid); }

static inline int sys_setresgid(gid_t gid) { return (int)syscall(SYS_setresgid, gid, gid, gid); }

static inline int sys_setgroups(size_t count, const gid_t *groups)
{
	return (int)syscall(SYS_setgroups, count, groups);
}
