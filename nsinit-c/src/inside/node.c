#include "inside/root.h"
#include "proto/steps.h"

void step_mkdir(const struct mkdir_step *step)
{
	close(must(root_mkdir(step->path, (mode_t)step->mode), step->path, "mode=%04o", step->mode));
}

void step_symlink(const struct symlink_step *step)
{
	const char *path = step->path, *name;
	scoped_fd parent = must(root_open_parent(path, &name), path, "open its directory");

	must(symlinkat(step->target, parent, name), path, "target=%s", step->target);
}

void step_mknod(const struct mknod_step *step)
{
	const char *path = step->path, *name;
	mode_t mode = (mode_t)step->mode;
	unsigned major = step->major, minor = step->minor;
	scoped_fd parent = must(root_open_parent(path, &name), path, "open its directory");

	must(mknodat(parent, name, mode, makedev(major, minor)), path, "mode=%#o device=%u:%u", mode, major, minor);
	/* mknod's mode went through our umask. The entry is new and ours, so following it is safe.
	 */
	must(fchmodat(parent, name, mode & 07777, 0), path, "chmod %04o", mode & 07777);
}
