#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "fail.h"
#include "hands.h"
#include "root.h"
#include "sys.h"

#define OPEN_TREE_FLAGS (OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH)

/* Descriptor + 1, so that an empty slot is the zero it starts as. */
static int slots[PLAN_SLOTS];

static void slot_put(uint16_t slot, int fd) { slots[slot] = fd + 1; }

static int slot_take(uint16_t slot)
{
	int fd = slots[slot] - 1;

	slots[slot] = 0;
	return fd;
}

static void expect_kind(int fd, const struct tree_step *tree, enum step_id step)
{
	struct stat st;

	if (tree->expect == EXPECT_ANY)
		return;
	if (fstat(fd, &st) < 0)
		fail(step, tree->path, "fstat");
	if (tree->expect == EXPECT_DIRECTORY && !S_ISDIR(st.st_mode))
		fail_errno(step, ENOTDIR, tree->path, "a directory is wanted");
	/* The kind too: st_rdev of a pipe is 0, and 0 is a number like any other. */
	if (tree->expect == EXPECT_CHARACTER_DEVICE &&
	    (!S_ISCHR(st.st_mode) || major(st.st_rdev) != tree->major || minor(st.st_rdev) != tree->minor))
		fail_errno(step, ENODEV, tree->path, "not the character device %u:%u", tree->major, tree->minor);
}

static void take_tree(const struct tree_step *tree, enum step_id step)
{
	struct mount_attr attr = {
		.attr_set = tree->attr_set,
		.attr_clr = tree->attr_clr,
		.propagation = tree->propagation,
	};
	int at = open(tree->path, O_PATH | O_CLOEXEC);
	int fd;

	if (at < 0)
		fail(step, tree->path, "open");
	/* Judged and cloned by one descriptor, so that the path can't be swapped in between. */
	expect_kind(at, tree, step);
	fd = sys_open_tree(at, "", OPEN_TREE_FLAGS | (tree->recursive ? AT_RECURSIVE : 0));
	if (fd < 0)
		fail(step, tree->path, "open_tree");
	close(at);
	if ((attr.attr_set | attr.attr_clr | attr.propagation) != 0 &&
	    sys_mount_setattr(fd, "", AT_EMPTY_PATH | (tree->recursive ? AT_RECURSIVE : 0), &attr) < 0)
		fail(step, tree->path, "mount_setattr set=%#llx clear=%#llx", (unsigned long long)attr.attr_set,
		     (unsigned long long)attr.attr_clr);
	slot_put(tree->slot, fd);
}

void step_host_tree(const struct step *step) { take_tree(&step->u.tree, STEP_HOST_TREE); }

void step_bind(const struct step *step) { take_tree(&step->u.tree, STEP_BIND); }

void step_idmap_mount(const struct step *step)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)run.init);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail(STEP_IDMAP_MOUNT, path, "open");
	attr.userns_fd = (uint64_t)fd;
	if (sys_mount_setattr(slots[step->u.slot] - 1, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr) < 0)
		fail(STEP_IDMAP_MOUNT, "mount_setattr", "slot %u", step->u.slot);
	close(fd);
}

void step_propagation(const struct step *step)
{
	uint64_t flags = step->u.propagation;

	if (mount(NULL, "/", NULL, (unsigned long)flags, NULL) < 0)
		fail(STEP_PROPAGATION, "/", "flags=%#llx", (unsigned long long)flags);
}

/* The kernel explains a refused mount in the context's log, as "e fs: text"; the first error is the
 * cause. */
static const char *context_log(int fs, char *text, size_t size)
{
	ssize_t n;

	while ((n = read(fs, text, size - 1)) > 0) {
		text[n] = 0;
		if (text[0] == 'e' && text[1] == ' ') {
			text[strcspn(text, "\n")] = 0;
			return text + 2;
		}
	}
	return "";
}

static void configure(int fs, enum step_id step, const char *type, const char *key, const char *value)
{
	unsigned cmd = *value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG;
	int saved;
	char text[256];

	if (sys_fsconfig(fs, cmd, key, *value ? value : NULL, 0) == 0)
		return;
	saved = errno;
	const char *why = context_log(fs, text, sizeof(text));
	fail_errno(step, saved, type, "option %s=%s %s", key, value, why);
}

/* From a configured context to a detached mount. */
static int create(int fs, enum step_id step, const char *type, uint64_t attrs)
{
	char text[256];
	int fd = -1;

	if (sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		fd = sys_fsmount(fs, FSMOUNT_CLOEXEC, (unsigned)attrs);
	if (fd < 0) {
		int saved = errno;
		const char *why = context_log(fs, text, sizeof(text));

		fail_errno(step, saved, type, "type=%s %s", type, why);
	}
	close(fs);
	return fd;
}

static int context(enum step_id step, const char *type)
{
	int fs = sys_fsopen(type, FSOPEN_CLOEXEC);

	if (fs < 0)
		fail(step, type, "fsopen");
	return fs;
}

/* A detached mount with one option, unless key is NULL. */
static int detached(enum step_id step, const char *type, const char *key, const char *value, uint64_t attrs)
{
	int fs = context(step, type);

	configure(fs, step, type, "source", type);
	if (key != NULL)
		configure(fs, step, type, key, value);
	return create(fs, step, type, attrs);
}

void step_filesystem(const struct step *step)
{
	const char *type = step->u.filesystem.type;
	int fs = context(STEP_FILESYSTEM, type);
	struct reader options = step->u.filesystem.options;

	if (*step->u.filesystem.source)
		configure(fs, STEP_FILESYSTEM, type, "source", step->u.filesystem.source);
	for (uint16_t i = 0; i < step->u.filesystem.count; i++) {
		const char *key = get_str(&options);

		configure(fs, STEP_FILESYSTEM, type, key, get_str(&options));
	}
	slot_put(step->u.filesystem.slot, create(fs, STEP_FILESYSTEM, type, step->u.filesystem.attrs));
}

static void attach_or_fail(enum step_id step, int fd, int target, const char *path, const char *what)
{
	if (sys_move_mount(fd, "", target, path, MOVE_MOUNT_F_EMPTY_PATH | (*path ? 0 : MOVE_MOUNT_T_EMPTY_PATH)) < 0)
		fail(step, what, "move_mount");
}

/* A directory of overlayfs, named by descriptor: no byte of its path needs an escape. */
static int overlay_directory(int at, const char *path, char *name, size_t size)
{
	int fd = openat(at, path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		fail(STEP_OVERLAY, path, "open");
	snprintf(name, size, "/proc/self/fd/%d", fd);
	return fd;
}

void step_overlay(const struct step *step)
{
	const char *upper = step->u.overlay.upper, *work = step->u.overlay.work;
	int lower_tree = slot_take(step->u.overlay.lower);
	int at = AT_FDCWD;
	int lower, up, wk, fs;
	char lower_name[32], upper_name[32], work_name[32], size[24];

	snprintf(size, sizeof(size), "%llu", (unsigned long long)step->u.overlay.size);
	/*
	 * overlayfs takes its directories only from attached mounts. A tmpfs over "/" is a place
	 * that always exists and that nobody else sees; it goes when the old root goes.
	 */
	int stage = detached(STEP_OVERLAY, "tmpfs", step->u.overlay.size ? "size" : NULL, size,
			     MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
	attach_or_fail(STEP_OVERLAY, stage, AT_FDCWD, "/", "/");
	if (mkdirat(stage, "lower", 0755) < 0 || mkdirat(stage, "upper", 0755) < 0 || mkdirat(stage, "work", 0755) < 0)
		fail(STEP_OVERLAY, "tmpfs", "mkdir");
	attach_or_fail(STEP_OVERLAY, lower_tree, stage, "lower", "lower");
	if (*upper == 0) {
		at = stage;
		upper = "upper";
		work = "work";
	}
	lower = overlay_directory(stage, "lower", lower_name, sizeof(lower_name));
	up = overlay_directory(at, upper, upper_name, sizeof(upper_name));
	wk = overlay_directory(at, work, work_name, sizeof(work_name));

	fs = context(STEP_OVERLAY, "overlay");
	configure(fs, STEP_OVERLAY, "overlay", "source", "overlay");
	configure(fs, STEP_OVERLAY, "overlay", "lowerdir", lower_name);
	configure(fs, STEP_OVERLAY, "overlay", "upperdir", upper_name);
	configure(fs, STEP_OVERLAY, "overlay", "workdir", work_name);
	/* trusted.* attributes are for the initial user namespace only. */
	if (run.plan->new_user_namespace)
		configure(fs, STEP_OVERLAY, "overlay", "userxattr", "");
	slot_put(step->u.overlay.slot, create(fs, STEP_OVERLAY, "overlay", MOUNT_ATTR_NODEV));
	/* The overlay keeps what it needs; left in place, the stage would hide the old root from
	 * the pivot's unmount. */
	if (umount2("/", MNT_DETACH) < 0)
		fail(STEP_OVERLAY, "/", "detach the stage");
	close(lower);
	close(up);
	close(wk);
	close(lower_tree);
	close(stage);
}

void step_pivot_root(const struct step *step)
{
	int fd = slot_take(step->u.slot);

	/*
	 * Over "/" itself, where a path can't be swapped and which every machine has. Our own root
	 * stays the mount below, so the new one is reached by its descriptor.
	 */
	attach_or_fail(STEP_PIVOT_ROOT, fd, AT_FDCWD, "/", "/");
	if (fchdir(fd) < 0)
		fail(STEP_PIVOT_ROOT, "/", "fchdir");
	/* The old root comes to lie over the new one, from where it is taken off: no leftover
	 * directory. */
	if (sys_pivot_root(".", ".") < 0)
		fail(STEP_PIVOT_ROOT, "/", "pivot_root");
	if (umount2(".", MNT_DETACH) < 0)
		fail(STEP_PIVOT_ROOT, "/", "detach the old root");
	if (chdir("/") < 0)
		fail(STEP_PIVOT_ROOT, "/", "chdir");
	close(fd);
	if (root_set_current() < 0)
		fail(STEP_PIVOT_ROOT, "/", "open");
}

void step_mount(const struct step *step)
{
	const char *path = step->u.mount.target;
	uint64_t resolve = step->u.mount.flags & MOUNT_NO_SYMLINKS ? RESOLVE_NO_SYMLINKS : 0;
	int fd = slot_take(step->u.mount.slot);
	int target = root_open(path, O_PATH, resolve);

	if (target < 0 && errno == ENOENT) {
		int made = -1;

		if (step->u.mount.flags & MOUNT_CREATE_DIRECTORY)
			made = root_mkdir(path, 0755);
		else if (step->u.mount.flags & MOUNT_CREATE_FILE)
			made = root_touch(path);
		if (made < 0)
			fail(STEP_MOUNT, path, "the mount point does not exist");
		if (made > 0)
			close(made);
		/* Opened again under the same rules: what was made may not be what is there now. */
		target = root_open(path, O_PATH, resolve);
	}
	if (target < 0)
		fail(STEP_MOUNT, path, "open the mount point");
	attach_or_fail(STEP_MOUNT, fd, target, "", path);
	close(target);
	close(fd);
}

void step_mount_attributes(const struct step *step)
{
	const char *path = step->u.attributes.path;
	struct mount_attr attr = {
		.attr_set = step->u.attributes.set,
		.attr_clr = step->u.attributes.clear,
	};
	int fd = root_open(path, O_PATH, 0);

	if (fd < 0)
		fail(STEP_MOUNT_ATTRIBUTES, path, "open");
	if (sys_mount_setattr(fd, "", AT_EMPTY_PATH | (step->u.attributes.recursive ? AT_RECURSIVE : 0), &attr) < 0)
		fail(STEP_MOUNT_ATTRIBUTES, path, "set=%#llx clear=%#llx", (unsigned long long)attr.attr_set,
		     (unsigned long long)attr.attr_clr);
	close(fd);
}

/* Opens what shall be covered. -1 if there is nothing, which is fine: then nothing needs to be
 * covered. */
static int open_covered(enum step_id step, const char *path)
{
	int fd = root_open(path, O_PATH, RESOLVE_NO_SYMLINKS);

	if (fd < 0 && errno != ENOENT)
		fail(step, path, "open");
	return fd;
}

void step_readonly_path(const struct step *step)
{
	const char *path = step->u.text;
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	int at = open_covered(STEP_READONLY_PATH, path);
	int fd;

	if (at < 0)
		return;
	fd = sys_open_tree(at, "", OPEN_TREE_FLAGS | AT_RECURSIVE);
	if (fd < 0)
		fail(STEP_READONLY_PATH, path, "open_tree");
	if (sys_mount_setattr(fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr) < 0)
		fail(STEP_READONLY_PATH, path, "mount_setattr");
	attach_or_fail(STEP_READONLY_PATH, fd, at, "", path);
	close(fd);
	close(at);
}

static bool is_null(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3);
}

void take_own_null(void)
{
	int fd = root_open("/dev/null", O_RDWR, RESOLVE_NO_SYMLINKS);

	for (int stream = 0; stream <= 2 && is_null(fd); stream++)
		if (is_null(stream))
			dup2(fd, stream);
	close(fd);
}

/* A clone of the container's /dev/null, which must really be it. */
static int clone_null(const char *path)
{
	int at = root_open("/dev/null", O_PATH, RESOLVE_NO_SYMLINKS);
	int fd;

	if (!is_null(at))
		fail_errno(STEP_MASK_PATH, ENODEV, "/dev/null", "to mask %s", path);
	fd = sys_open_tree(at, "", OPEN_TREE_FLAGS);
	if (fd < 0)
		fail(STEP_MASK_PATH, "/dev/null", "open_tree");
	close(at);
	return fd;
}

void step_mask_path(const struct step *step)
{
	const char *path = step->u.text;
	int at = open_covered(STEP_MASK_PATH, path);
	struct stat st;
	int fd;

	if (at < 0)
		return;
	if (fstat(at, &st) < 0)
		fail(STEP_MASK_PATH, path, "fstat");
	if (S_ISDIR(st.st_mode)) {
		fd = detached(STEP_MASK_PATH, "tmpfs", "nr_inodes", "2",
			      MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	} else {
		fd = clone_null(path);
	}
	attach_or_fail(STEP_MASK_PATH, fd, at, "", path);
	close(fd);
	close(at);
}
