
#include "inside/mounts.h"
#include "inside/root.h"
#include "proto/event.h"
#include "proto/steps.h"

#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41)
#endif

static void mount_over(int slave, const char *path)
{
	must(root_touch(path), path, "make the mount point");
	scoped_fd target = must(root_open(path, O_PATH, RESOLVE_NO_SYMLINKS), path, "open");
	scoped_fd tree = mount_clone(slave, false, NULL, path);

	mount_attach(tree, target, "", path);
}

/*
 * A pty of the container's own devpts. The slave comes from the master itself (TIOCGPTPEER) and is
 * mounted over path unless that is empty, so no symlink in the image can lead either astray. Both
 * go to the monitor; the slave becomes fds 0 to 2.
 */
void step_console(const struct console_step *step)
{
	static const char ptmx[] = "/dev/pts/ptmx";
	scoped_fd master = must(root_open(ptmx, O_RDWR | O_NOCTTY, RESOLVE_NO_SYMLINKS), ptmx, "open");
	int unlocked = 0;

	must(ioctl(master, TIOCSPTLCK, &unlocked), ptmx, "unlock");
	scoped_fd slave = must(ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC), ptmx, "TIOCGPTPEER");
	must(ioctl(master, TIOCSWINSZ, &run.size), "pty", "TIOCSWINSZ");
	if (*step->path)
		mount_over(slave, step->path);
	if (!event_fds(FRAME_CONSOLE, (int[]){ master, slave }, 2))
		fail("sendmsg", "the pty to the monitor");
	for (int fd = 0; fd <= 2; fd++)
		must(dup2(slave, fd), "pty", "dup2");
}
