#include "inside/mounts.h"

#include "base/detached.h"
#include "inside/root.h"
#include "inside/watched.h"
#include "proto/steps.h"

void mount_attach(int fd, int target, const char *path, const char *object)
{
	unsigned flags = MOVE_MOUNT_F_EMPTY_PATH | (*path ? 0 : MOVE_MOUNT_T_EMPTY_PATH);

	must(syscall(SYS_move_mount, fd, "", target, path, flags), object, "move_mount");
}

void step_bind(const struct bind_step *step) { detached_tree(&step->source); }

void step_propagation(const struct propagation_step *step)
{
	unsigned long flags = (unsigned long)step->flags;

	must(mount(NULL, "/", NULL, flags, NULL), "/", "flags=%#lx", flags);
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

static int context_must(long value, int fs, const char *type, const char *key, const char *argument)
{
	int error = errno;
	char text[256];

	if (value < 0)
		fail_errno(error, type, "%s=%s %s", key, argument, context_log(fs, text, sizeof(text)));
	return (int)value;
}

static void configure(int fs, const char *type, const char *key, const char *value)
{
	unsigned cmd = *value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG;

	context_must(syscall(SYS_fsconfig, fs, cmd, key, *value ? value : NULL, 0), fs, type, key, value);
}

/* From a configured context to a detached mount. */
static int create(int fs, const char *type, uint64_t attrs)
{
	context_must(syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0), fs, type, "type", type);
	int fd = context_must(syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, (unsigned)attrs), fs, type, "type", type);
	if (strcmp(type, "tmpfs") == 0 && !(attrs & MOUNT_ATTR_RDONLY))
		watch_keep(fd);
	return fd;
}

static int context(const char *type) { return must(syscall(SYS_fsopen, type, FSOPEN_CLOEXEC), type, "fsopen"); }

int mount_procfs(void)
{
	scoped_fd fs = context("proc");

	return create(fs, "proc", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
}

/* A detached tmpfs with one option, unless value is empty. */
static int create_tmpfs(const char *key, const char *value, uint64_t attrs)
{
	scoped_fd fs = context("tmpfs");

	configure(fs, "tmpfs", "source", "tmpfs");
	if (*value)
		configure(fs, "tmpfs", key, value);
	return create(fs, "tmpfs", attrs);
}

void step_filesystem(const struct filesystem_step *step)
{
	const char *type = step->type;
	struct reader options = step->options.entries;
	scoped_fd fs = context(type);

	if (*step->source)
		configure(fs, type, "source", step->source);
	for (uint32_t i = 0; i < step->options.count; i++) {
		const char *key = get_str(&options);

		configure(fs, type, key, get_str(&options));
	}
	detached_put(step->detached, create(fs, type, step->attrs));
}

/* A directory of overlayfs, named by descriptor: no byte of its path needs an escape. */
static int overlay_directory(int fs, const char *key, int at, const char *path)
{
	int fd = must(openat(at, path, O_PATH | O_DIRECTORY | O_CLOEXEC), path, "open");
	char name[32];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	configure(fs, "overlay", key, name);
	return fd;
}

/*
 * A new tmpfs over "/", where things may lie for a while that have to be attached: a place that always exists and that
 * nobody else sees. Left in place, it would hide the old root from the pivot's unmount.
 */
static int scratch_mount(uint64_t size)
{
	char text[24] = "";
	int fd;

	if (size > 0)
		snprintf(text, sizeof(text), "%llu", (unsigned long long)size);
	fd = create_tmpfs("size", text, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
	mount_attach(fd, AT_FDCWD, "/", "/");
	return fd;
}

static void scratch_unmount(void) { must(umount2("/", MNT_DETACH), "/", "detach the scratch tmpfs"); }

void step_overlay(const struct overlay_step *step)
{
	static const char *const names[] = { "lower", "upper", "work" };
	scoped_fd lower_tree = detached_take(step->lower);
	scoped_fd writes = step->writes == PLAN_NO_MOUNT ? -1 : detached_take(step->writes);

	/* overlayfs takes its directories only from attached mounts. */
	scoped_fd tmpfs = scratch_mount(step->size);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		must(mkdirat(tmpfs, names[i], 0755), "tmpfs", "mkdir");
	mount_attach(lower_tree, tmpfs, "lower", "lower");
	if (writes >= 0)
		mount_attach(writes, tmpfs, "upper", "upper");

	scoped_fd fs = context("overlay");
	configure(fs, "overlay", "source", "overlay");
	scoped_fd lower = overlay_directory(fs, "lowerdir", tmpfs, "lower");
	scoped_fd upper = overlay_directory(fs, "upperdir", writes < 0 ? tmpfs : writes, "upper");
	scoped_fd work = overlay_directory(fs, "workdir", writes < 0 ? tmpfs : writes, "work");
	/* trusted.* attributes are for the initial user namespace only. */
	if (run.plan->new_user_namespace)
		configure(fs, "overlay", "userxattr", "");
	detached_put(step->detached, create(fs, "overlay", MOUNT_ATTR_NODEV));
	/* Where it finds no room for a directory of its own, overlayfs comes up read-only. */
	must(faccessat(detached_get(step->detached), ".", W_OK, 0), "upper", "of a disk that may be full");
	/* The overlay keeps what it needs. */
	scratch_unmount();
}

void step_inject(const struct inject_step *step)
{
	const blob *content = &step->content;
	/* No more than the content, so that whoever may write it can't fill the memory: size 0 would be no limit. */
	scoped_fd tmpfs = scratch_mount((uint64_t)content->length + 1);
	scoped_fd fd = must(openat(tmpfs, "file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600), "tmpfs", "create");

	if (write(fd, content->bytes, content->length) != (ssize_t)content->length)
		fail("tmpfs", "write %u bytes", content->length);
	must(fchown(fd, step->uid, step->gid), "tmpfs", "chown to %u:%u", step->uid, step->gid);
	must(fchmod(fd, step->mode & 07777), "tmpfs", "chmod %04o", step->mode);
	/* What nobody may write, root may not either. */
	struct mount_attr attr = { .attr_set = step->mode & 0222 ? 0 : MOUNT_ATTR_RDONLY };
	detached_put(step->detached, mount_clone(fd, false, &attr, "tmpfs"));
	scratch_unmount();
}

void step_pivot_root(const struct pivot_root_step *step)
{
	scoped_fd fd = detached_take(step->detached);

	/*
	 * Over "/" itself, where a path can't be swapped and which every machine has. Our own root
	 * stays the mount below, so the new one is reached by its descriptor.
	 */
	mount_attach(fd, AT_FDCWD, "/", "/");
	must(fchdir(fd), "/", "fchdir");
	/* The old root comes to lie over the new one, from where it is taken off: no leftover
	 * directory. */
	must(syscall(SYS_pivot_root, ".", "."), "/", "pivot_root");
	must(umount2(".", MNT_DETACH), "/", "detach the old root");
	must(chdir("/"), "/", "chdir");
	must(root_set_current(), "/", "open");
}

/* Opens the mount point, which is made if that is wanted. -1 and errno on failure. */
static int open_mount_point(const char *path, uint32_t flags)
{
	uint64_t resolve = flags & MOUNT_NO_SYMLINKS ? RESOLVE_NO_SYMLINKS : 0;
	int target = root_open(path, O_PATH, resolve);

	if (target >= 0 || errno != ENOENT)
		return target;
	int made = flags & MOUNT_CREATE_DIRECTORY ? root_mkdir(path, 0755)
		   : flags & MOUNT_CREATE_FILE	  ? root_touch(path)
						  : -1;
	if (!(flags & MOUNT_OPTIONAL))
		must(made, path, "the mount point does not exist");
	if (made > 0)
		close(made);
	/* Opened again under the same rules: what was made may not be what is there now. */
	return root_open(path, O_PATH, resolve);
}

void step_mount(const struct mount_step *step)
{
	const char *path = step->target;
	scoped_fd fd = detached_take(step->detached);
	scoped_fd target = open_mount_point(path, step->flags);
	struct stat st;

	if (step->flags & MOUNT_OPTIONAL && (target < 0 || fstat(target, &st) < 0 || !S_ISREG(st.st_mode)))
		return;
	must(target, path, "open the mount point");
	mount_attach(fd, target, "", path);
}

void step_mount_attributes(const struct mount_attributes_step *step)
{
	const char *path = step->path;
	struct mount_attr attr = { .attr_set = step->set, .attr_clr = step->clear };
	scoped_fd fd = must(root_open(path, O_PATH, 0), path, "open");

	mount_attributes(fd, step->recursive, &attr, path);
}

/* Opens what shall be covered. -1 if there is nothing, which is fine: then nothing needs to be
 * covered. */
static int open_covered(const char *path)
{
	int fd = root_open(path, O_PATH, RESOLVE_NO_SYMLINKS);

	if (fd < 0 && errno != ENOENT)
		fail(path, "open");
	return fd;
}

void step_readonly_path(const struct readonly_path_step *step)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	scoped_fd at = open_covered(step->path);

	if (at >= 0) {
		scoped_fd fd = mount_clone(at, true, &attr, step->path);

		mount_attach(fd, at, "", step->path);
	}
}

static bool is_null(int fd)
{
	struct stat st;

	must(fstat(fd, &st), "fstat", "descriptor %d", fd);
	return S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3);
}

int own_null(void)
{
	scoped_fd fd = root_open("/dev/null", O_RDWR, RESOLVE_NO_SYMLINKS);

	/* A root that is not ours to furnish may have none, or something else there. */
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
		return -1;
	must(fd, "/dev/null", "open");
	return is_null(fd) ? must(fcntl(fd, F_DUPFD_CLOEXEC, 0), "/dev/null", "dup") : -1;
}

void take_own_null(int own)
{
	for (int stream = 0; stream <= 2 && own >= 0; stream++)
		if (is_null(stream))
			must(dup2(own, stream), "/dev/null", "dup2");
	close(own);
}

/* A clone of the container's /dev/null, which must really be it. */
static int clone_null(const char *path)
{
	scoped_fd at = must(root_open("/dev/null", O_PATH, RESOLVE_NO_SYMLINKS), "/dev/null", "to mask %s", path);

	if (!is_null(at))
		fail_errno(ENODEV, "/dev/null", "to mask %s", path);
	return mount_clone(at, false, NULL, "/dev/null");
}

void step_mask_path(const struct mask_path_step *step)
{
	const uint64_t sealed = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
	const char *path = step->path;
	scoped_fd at = open_covered(path);
	struct stat st;

	if (at < 0)
		return;
	must(fstat(at, &st), path, "fstat");
	scoped_fd fd = S_ISDIR(st.st_mode) ? create_tmpfs("nr_inodes", "2", sealed) : clone_null(path);
	mount_attach(fd, at, "", path);
}
