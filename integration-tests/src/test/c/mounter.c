/*
 * Tries, with whatever capabilities it has, to undo what was mounted for it, and says how each attempt ended: "NAME:
 * done" or an error. Wants /disks (a volume with the nodes disk and null), /ro (a read-only one), /data with the masked
 * file "secret" and directory "closet", and a /tmp that it may write.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_open_tree_attr
#define SYS_open_tree_attr 467
#endif

static const char *prefix = "";

static int tell(long result, const char *format, ...)
{
	int error = errno;
	va_list args;

	printf("%s", prefix);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf(": %s\n", result < 0 ? strerror(error) : "done");
	return (int)result;
}

static int set_attributes(int at, const char *path, unsigned flags, uint64_t set, uint64_t clear)
{
	struct mount_attr attr = { .attr_set = set, .attr_clr = clear };

	return (int)syscall(SYS_mount_setattr, at, path, flags, &attr, sizeof(attr));
}

static int clone_tree(const char *path, unsigned flags)
{
	return (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | flags);
}

/* A device that came to life is read and written. */
static void use(const char *directory, const char *name)
{
	char path[64], bytes[32] = "";
	int fd;

	snprintf(path, sizeof(path), "%s/disk", directory);
	fd = open(path, O_RDWR);
	tell(fd, "open the disk %s", name);
	if (fd < 0)
		return;
	tell(pread(fd, bytes, sizeof(bytes) - 1, 0), "read %s", bytes);
	tell(pwrite(fd, "overwritten", 11, 0), "write the disk");
	fsync(fd);
	close(fd);
}

static void flags(const char *root)
{
	static const unsigned long keep[] = { 0, MS_NOSUID, MS_NOSUID | MS_NOEXEC | MS_NOATIME };
	char disks[64], ro[64], null[64];

	snprintf(disks, sizeof(disks), "%s/disks", root);
	snprintf(ro, sizeof(ro), "%s/ro", root);
	snprintf(null, sizeof(null), "%s/dev/null", root);
	for (unsigned i = 0; i < sizeof(keep) / sizeof(keep[0]); i++) {
		tell(mount(NULL, disks, NULL, MS_REMOUNT | MS_BIND | keep[i], NULL), "remount dev %u", i);
		tell(mount(NULL, ro, NULL, MS_REMOUNT | MS_BIND | MS_NODEV | keep[i], NULL), "remount rw %u", i);
		tell(mount(NULL, null, NULL, MS_REMOUNT | MS_BIND | MS_NOEXEC | keep[i], NULL), "remount null %u", i);
	}
	tell(mount(NULL, ro, NULL, MS_REMOUNT, NULL), "remount the file system");
	tell(set_attributes(AT_FDCWD, disks, 0, 0, MOUNT_ATTR_NODEV), "set dev");
	tell(set_attributes(AT_FDCWD, disks, AT_RECURSIVE, 0, MOUNT_ATTR_NODEV), "set dev of all below");
	tell(set_attributes(AT_FDCWD, ro, 0, 0, MOUNT_ATTR_RDONLY), "set rw");
	tell(set_attributes(AT_FDCWD, null, 0, 0, MOUNT_ATTR_RDONLY), "set rw of null");
	use(disks, "after its flags");
	snprintf(ro, sizeof(ro), "%s/ro/written", root);
	tell(open(ro, O_WRONLY | O_CREAT, 0644), "write below ro");
}

static void covers(const char *root)
{
	static const char *const over[] = { "/ro", "/data/secret", "/data/closet", "/dev/null", "/dev" };
	char path[64];

	for (unsigned i = 0; i < sizeof(over) / sizeof(over[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", root, over[i]);
		tell(umount2(path, 0), "umount %s", over[i]);
		tell(umount2(path, MNT_DETACH), "umount -l %s", over[i]);
		tell(mount(path, "/tmp/moved", NULL, MS_MOVE, NULL), "move %s", over[i]);
		tell(syscall(SYS_move_mount, AT_FDCWD, path, AT_FDCWD, "/tmp/moved", 0), "move_mount %s", over[i]);
	}
	snprintf(path, sizeof(path), "%s/data", root);
	tell(mount(path, "/tmp/copy", NULL, MS_BIND, NULL), "copy without the masks");
	tell(clone_tree(path, 0), "open_tree without the masks");
	snprintf(path, sizeof(path), "%s/data/secret", root);
	tell(open(path, O_RDONLY | O_NONBLOCK) < 0 ? -1 : (int)read(open(path, O_RDONLY), path, 1) - 1, "read the secret");
}

static void copies(void)
{
	char path[64];
	int fd;

	if (mount("/disks", "/tmp/copy", NULL, MS_BIND, NULL) == 0) {
		tell(mount(NULL, "/tmp/copy", NULL, MS_REMOUNT | MS_BIND, NULL), "remount a copy dev");
		tell(set_attributes(AT_FDCWD, "/tmp/copy", 0, 0, MOUNT_ATTR_NODEV), "set a copy dev");
		use("/tmp/copy", "of a copy");
		umount2("/tmp/copy", MNT_DETACH);
	}
	fd = clone_tree("/disks", 0);
	if (fd >= 0) {
		tell(set_attributes(fd, "", AT_EMPTY_PATH, 0, MOUNT_ATTR_NODEV), "set a detached copy dev");
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		use(path, "of a detached copy");
		close(fd);
	}
	struct mount_attr attr = { .attr_clr = MOUNT_ATTR_NODEV };
	tell(syscall(SYS_open_tree_attr, AT_FDCWD, "/disks", OPEN_TREE_CLONE, &attr, sizeof(attr)),
	     "open_tree_attr dev");
	fd = clone_tree("/", AT_RECURSIVE);
	if (fd >= 0) {
		tell(set_attributes(fd, "disks", 0, 0, MOUNT_ATTR_NODEV), "set dev in a copy of all");
		if (syscall(SYS_move_mount, fd, "", AT_FDCWD, "/tmp/copy", MOVE_MOUNT_F_EMPTY_PATH) == 0) {
			prefix = "in a copy, ";
			flags("/tmp/copy");
			covers("/tmp/copy");
			prefix = "";
			umount2("/tmp/copy", MNT_DETACH);
		}
		close(fd);
	}
}

static void layers(void)
{
	if (mount("o", "/tmp/copy", "overlay", 0, "lowerdir=/disks,upperdir=/tmp/upper,workdir=/tmp/work,userxattr") < 0)
		return;
	use("/tmp/copy", "of an overlay");
	umount2("/tmp/copy", MNT_DETACH);
}

static void of_null(void)
{
	static const struct timespec times[2] = { { 1, 0 }, { 1, 0 } };
	int fd = open("/dev/null", O_RDWR);

	tell(chmod("/dev/null", 0600), "chmod");
	tell(chown("/dev/null", 0, 0), "chown");
	tell(utimensat(AT_FDCWD, "/dev/null", times, 0), "utimens");
	tell(fchmod(fd, 0600), "fchmod");
	tell(futimens(fd, times), "futimens");
	close(fd);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		tell(-1, "%s", path);
	close(fd);
}

static void in_a_child(const char *name, void (*attack)(void))
{
	fflush(stdout);
	pid_t child = fork();

	if (child == 0) {
		prefix = name;
		attack();
		fflush(stdout);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

static void nested(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0) {
		tell(-1, "unshare");
		return;
	}
	write_file("/proc/self/setgroups", "deny");
	write_file("/proc/self/uid_map", "0 0 1");
	write_file("/proc/self/gid_map", "0 0 1");
	flags("");
	covers("");
}

static void copied(void)
{
	if (unshare(CLONE_NEWNS) < 0) {
		tell(-1, "unshare");
		return;
	}
	flags("");
	covers("");
}

static void pivoted(void)
{
	if (unshare(CLONE_NEWNS) < 0 || mount("n", "/tmp/copy", "tmpfs", 0, NULL) < 0 || mkdir("/tmp/copy/old", 0755) < 0 ||
	    mkdir("/tmp/copy/tmp", 0755) < 0 || syscall(SYS_pivot_root, "/tmp/copy", "/tmp/copy/old") < 0 || chdir("/") < 0) {
		tell(-1, "pivot_root");
		return;
	}
	mkdir("/tmp/moved", 0755);
	mkdir("/tmp/copy", 0755);
	flags("/old");
	covers("/old");
}

/* What is to work as ever. */
static void allowed(void)
{
	tell(mount("t", "/tmp/new", "tmpfs", 0, NULL), "new tmpfs");
	mkdir("/tmp/new/l", 0755);
	mkdir("/tmp/new/u", 0755);
	mkdir("/tmp/new/w", 0755);
	tell(mount("o", "/tmp/copy", "overlay", 0,
		   "lowerdir=/tmp/new/l,upperdir=/tmp/new/u,workdir=/tmp/new/w,userxattr"),
	     "new overlay");
	umount2("/tmp/copy", 0);
	tell(mount(NULL, "/tmp/new", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), "tighter");
	tell(mount(NULL, "/tmp/new", NULL, MS_REMOUNT | MS_BIND, NULL), "and wider again");
	tell(umount("/tmp/new"), "umount of its own");
	tell(mount("/disks", "/tmp/copy", NULL, MS_BIND, NULL), "bind");
	umount2("/tmp/copy", 0);
	tell(mount(NULL, "/disks", NULL, MS_REMOUNT | MS_BIND | MS_NODEV | MS_NOSUID | MS_RDONLY, NULL), "tighter volume");
	tell(mount("p", "/tmp/copy", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "fresh proc");
	umount2("/tmp/copy", 0);
	tell(sethostname("other", 5), "hostname");
}

int main(int argc, char **argv)
{
	static const char *const directories[] = { "moved", "copy", "new", "upper", "work" };
	char path[64];

	for (unsigned i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		snprintf(path, sizeof(path), "/tmp/%s", directories[i]);
		mkdir(path, 0755);
	}
	if (argc == 2 && strcmp(argv[1], "allowed") == 0) {
		allowed();
		return 0;
	}
	tell(mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_NODEV, NULL), "remount / rw");
	tell(set_attributes(AT_FDCWD, "/", 0, 0, MOUNT_ATTR_RDONLY), "set / rw");
	tell(open("/written", O_WRONLY | O_CREAT, 0644), "write below /");
	flags("");
	covers("");
	copies();
	layers();
	of_null();
	in_a_child("in a new namespace, ", copied);
	in_a_child("in a user namespace, ", nested);
	in_a_child("after a pivot, ", pivoted);
	return 0;
}
