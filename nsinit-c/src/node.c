#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fail.h"
#include "hands.h"
#include "root.h"

void step_mkdir(const struct step *step)
{
	int fd = root_mkdir(step->u.node.path, (mode_t)step->u.node.mode);

	if (fd < 0)
		fail(STEP_MKDIR, step->u.node.path, "mode=%04o", step->u.node.mode);
	close(fd);
}

static int open_parent(enum step_id step, const char *path, const char **name)
{
	int parent = root_open_parent(path, name);

	if (parent < 0)
		fail(step, path, "open the directory it lies in");
	return parent;
}

void step_symlink(const struct step *step)
{
	const char *name;
	int parent = open_parent(STEP_SYMLINK, step->u.symlink.path, &name);

	if (symlinkat(step->u.symlink.target, parent, name) < 0)
		fail(STEP_SYMLINK, step->u.symlink.path, "target=%s", step->u.symlink.target);
	close(parent);
}

void step_mknod(const struct step *step)
{
	const char *name;
	int parent = open_parent(STEP_MKNOD, step->u.node.path, &name);
	mode_t mode = (mode_t)step->u.node.mode;

	if (mknodat(parent, name, mode, makedev(step->u.node.major, step->u.node.minor)) < 0)
		fail(STEP_MKNOD, step->u.node.path, "mode=%#o device=%u:%u", step->u.node.mode, step->u.node.major,
		     step->u.node.minor);
	/* mknod's mode went through our umask. The entry is new and ours, so following it is safe.
	 */
	if (fchmodat(parent, name, mode & 07777, 0) < 0)
		fail(STEP_MKNOD, step->u.node.path, "chmod %04o", step->u.node.mode & 07777);
	close(parent);
}
