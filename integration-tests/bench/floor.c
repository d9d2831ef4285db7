/*
 * The least that a container like nsrun's default one can cost: floor ROOTFS, which says over fd 3 that it is ready,
 * and is told to go.
 *
 * The same namespaces, the same mounts, pivot_root and execve of /bin/true, written down by hand without a plan, a
 * check, a report or an init. fd 3 is closed by the execve, which is how the one who waits learns of it.
 */
#include <fcntl.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define GO_FD 3

#define SEALED (MS_NOSUID | MS_NODEV | MS_NOEXEC)

static void must(bool held, const char *what)
{
	if (!held) {
		perror(what);
		_exit(1);
	}
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	must(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), path);
	close(fd);
}

static void write_maps(pid_t child)
{
	char path[64], map[64];
	bool all = geteuid() == 0;

	if (!all) {
		(void)snprintf(path, sizeof(path), "/proc/%d/setgroups", child);
		write_file(path, "deny");
	}
	(void)snprintf(path, sizeof(path), "/proc/%d/uid_map", child);
	(void)snprintf(map, sizeof(map), "0 %u %u", geteuid(), all ? 65536 : 1);
	write_file(path, map);
	(void)snprintf(path, sizeof(path), "/proc/%d/gid_map", child);
	(void)snprintf(map, sizeof(map), "0 %u %u", getegid(), all ? 65536 : 1);
	write_file(path, map);
}

static void mount_at(const char *type, const char *target, unsigned long flags, const char *data)
{
	must(mount(type, target, type, flags, data) == 0, target);
}

static void bind_at(const char *source, const char *target, unsigned long flags)
{
	must(mount(source, target, NULL, MS_BIND | flags, NULL) == 0, target);
}

static void remount(const char *target, unsigned long flags)
{
	must(mount(NULL, target, NULL, MS_REMOUNT | MS_BIND | flags, NULL) == 0, target);
}

/* The working directory is the new root from here to the pivot. */
static void mount_all(const char *rootfs)
{
	static const char *const devices[] = { "null", "zero", "full", "random", "urandom", "tty" };
	static const char *const read_only[] = { "proc/bus", "proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger" };
	static const char *const masked[] = { "proc/kcore", "proc/keys", "proc/timer_list" };
	char host[32];

	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "/");
	bind_at(rootfs, rootfs, MS_REC);
	remount(rootfs, MS_NODEV);
	must(chdir(rootfs) == 0, rootfs);
	mount_at("proc", "proc", SEALED, NULL);
	mount_at("sysfs", "sys", SEALED | MS_RDONLY, NULL);
	mount_at("tmpfs", "dev", MS_NOSUID, "mode=755,size=64k");
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		(void)snprintf(host, sizeof(host), "/dev/%s", devices[i]);
		close(open(host + 1, O_CREAT | O_WRONLY | O_CLOEXEC, 0666));
		bind_at(host, host + 1, 0);
	}
	must(mkdir("dev/pts", 0755) == 0 && mkdir("dev/shm", 0755) == 0 && mkdir("dev/mqueue", 0755) == 0, "dev");
	mount_at("devpts", "dev/pts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620");
	mount_at("tmpfs", "dev/shm", SEALED, "mode=1777,size=64m");
	mount_at("mqueue", "dev/mqueue", SEALED, NULL);
	must(symlink("pts/ptmx", "dev/ptmx") == 0 && symlink("/proc/self/fd", "dev/fd") == 0, "dev");
	for (size_t i = 0; i < sizeof(read_only) / sizeof(read_only[0]); i++) {
		if (access(read_only[i], F_OK) == 0) {
			bind_at(read_only[i], read_only[i], MS_REC);
			remount(read_only[i], SEALED | MS_RDONLY);
		}
	}
	for (size_t i = 0; i < sizeof(masked) / sizeof(masked[0]); i++) {
		if (access(masked[i], F_OK) == 0)
			bind_at("/dev/null", masked[i], 0);
	}
}

static _Noreturn void become_container(const char *rootfs, int go)
{
	static char *const argv[] = { "/bin/true", NULL };
	static char *const env[] = { NULL };
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd;
	char byte;

	must(read(go, &byte, 1) == 1, "go");
	close(go);
	must(setresgid(0, 0, 0) == 0 && setresuid(0, 0, 0) == 0, "ids");
	mount_all(rootfs);
	must(syscall(SYS_pivot_root, ".", ".") == 0 && umount2(".", MNT_DETACH) == 0 && chdir("/") == 0, "pivot_root");
	must(sethostname("floor", 5) == 0, "hostname");
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	must(fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &lo) == 0, "lo");
	close(fd);
	setsid();
	execve(argv[0], argv, env);
	must(false, argv[0]);
	_exit(1);
}

int main(int argc, char **argv)
{
	struct clone_args args = {
		.flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET |
			 CLONE_NEWCGROUP,
		.exit_signal = SIGCHLD,
	};
	int ends[2], status = 1;
	pid_t child;
	char byte;

	if (argc != 2) {
		fputs("usage: floor ROOTFS 3<>CHANNEL\n", stderr);
		return 2;
	}
	must(fcntl(GO_FD, F_SETFD, FD_CLOEXEC) == 0 && pipe2(ends, O_CLOEXEC) == 0, "set-up");
	must(write(GO_FD, "r", 1) == 1 && read(GO_FD, &byte, 1) == 1, "go");
	child = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	must(child >= 0, "clone3");
	if (child == 0)
		become_container(argv[1], ends[0]);
	write_maps(child);
	must(write(ends[1], "x", 1) == 1, "go");
	close(GO_FD);
	waitpid(child, &status, 0);
	return status != 0;
}
