#include "hands.h"
#include "root.h"

void step_mkdir(const struct step *step)
{
	close(must(root_mkdir(step->u.node.path, (mode_t)step->u.node.mode), step->u.node.path, "mode=%04o",
		   step->u.node.mode));
}

void step_symlink(const struct step *step)
{
	const char *path = step->u.symlink.path, *name;
	scoped_fd parent = must(root_open_parent(path, &name), path, "open its directory");

	must(symlinkat(step->u.symlink.target, parent, name), path, "target=%s", step->u.symlink.target);
}

void step_mknod(const struct step *step)
{
	const char *path = step->u.node.path, *name;
	mode_t mode = (mode_t)step->u.node.mode;
	unsigned major = step->u.node.major, minor = step->u.node.minor;
	scoped_fd parent = must(root_open_parent(path, &name), path, "open its directory");

	must(mknodat(parent, name, mode, makedev(major, minor)), path, "mode=%#o device=%u:%u", mode, major, minor);
	/* mknod's mode went through our umask. The entry is new and ours, so following it is safe.
	 */
	must(fchmodat(parent, name, mode & 07777, 0), path, "chmod %04o", mode & 07777);
}
