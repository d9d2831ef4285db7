#include "base/detached.h"

#include "base/fail.h"
#include "base/sys.h"

/* Descriptor + 1, so that what is not there is the zero it starts as. */
static int mounts[DETACHED_MOUNTS];

void detached_put(uint16_t number, int fd) { mounts[number] = fd + 1; }

size_t detached_list(uint16_t *numbers, int *fds, size_t size)
{
	size_t n = 0;

	for (uint16_t number = 0; number < DETACHED_MOUNTS; number++) {
		if (mounts[number] == 0)
			continue;
		if (n < size) {
			numbers[n] = number;
			fds[n] = detached_get(number);
		}
		n++;
	}
	return n;
}

int detached_get(uint16_t number) { return mounts[number] - 1; }

int detached_take(uint16_t number)
{
	int fd = detached_get(number);

	mounts[number] = 0;
	return fd;
}

void detached_forget(void)
{
	for (uint16_t number = 0; number < DETACHED_MOUNTS; number++)
		if (mounts[number] > 0)
			close(detached_take(number));
}

void mount_attributes(int fd, bool recursive, struct mount_attr *attr, const char *object)
{
	must(sys_mount_setattr(fd, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), attr), object,
	     "mount_setattr set=%#llx clear=%#llx", attr->attr_set, attr->attr_clr);
}

int mount_clone(int at, bool recursive, struct mount_attr *attr, const char *object)
{
	unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
	int fd = must(syscall(SYS_open_tree, at, "", flags), object, "open_tree");

	if (attr != NULL && (attr->attr_set | attr->attr_clr | attr->propagation) != 0)
		mount_attributes(fd, recursive, attr, object);
	return fd;
}

static void expect_kind(int fd, const struct tree *tree)
{
	struct stat st;

	must(fstat(fd, &st), tree->path, "fstat");
	if (tree->expect == EXPECT_DIRECTORY && !S_ISDIR(st.st_mode))
		fail_errno(ENOTDIR, tree->path, "a directory is wanted");
	/* The kind too: st_rdev of a pipe is 0, and 0 is a number like any other. */
	if (tree->expect == EXPECT_CHARACTER_DEVICE &&
	    (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(tree->major, tree->minor)))
		fail_errno(ENODEV, tree->path, "not the character device %u:%u", tree->major, tree->minor);
}

void detached_tree(const struct tree *tree)
{
	struct mount_attr attr = {
		.attr_set = tree->attr_set,
		.attr_clr = tree->attr_clr,
		.propagation = tree->propagation,
	};
	scoped_fd at = must(open(tree->path, O_PATH | O_CLOEXEC), tree->path, "open");

	/* Judged and cloned by one descriptor, so that the path can't be swapped in between. */
	expect_kind(at, tree);
	detached_put(tree->detached, mount_clone(at, tree->recursive, &attr, tree->path));
}
