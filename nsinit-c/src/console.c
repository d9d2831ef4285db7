#include "console.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "event.h"
#include "fail.h"
#include "hands.h"
#include "root.h"
#include "sys.h"

#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41)
#endif

struct winsize console_size;

static void hand_over(int master, int slave)
{
	int fds[2] = { master, slave };
	uint8_t bytes[8];
	struct iovec iov = { .iov_base = bytes, .iov_len = WIRE_HEADER };
	union {
		char bytes[CMSG_SPACE(sizeof(fds))];
		struct cmsghdr align;
	} space;
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = space.bytes,
		.msg_controllen = sizeof(space.bytes),
	};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	(void)event_begin(bytes, sizeof(bytes), FRAME_CONSOLE);
	memset(&space, 0, sizeof(space));
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(head), fds, sizeof(fds));
	if (sendmsg(event_socket(), &message, MSG_NOSIGNAL) < 0)
		fail(STEP_CONSOLE, "sendmsg", "the pty to the monitor");
}

void console_take(struct msghdr *message, int *master, int *slave)
{
	struct cmsghdr *head = CMSG_FIRSTHDR(message);
	int fds[2];

	if (head == NULL || head->cmsg_type != SCM_RIGHTS || head->cmsg_len != CMSG_LEN(sizeof(fds)))
		fail_errno(STEP_CONSOLE, EPROTO, "console", "no descriptors came along");
	memcpy(fds, CMSG_DATA(head), sizeof(fds));
	*master = fds[0];
	*slave = fds[1];
}

static void mount_over(int slave, const char *path)
{
	int tree, target;

	if (root_touch(path) < 0)
		fail(STEP_CONSOLE, path, "make the mount point");
	target = root_open(path, O_PATH, RESOLVE_NO_SYMLINKS);
	if (target < 0)
		fail(STEP_CONSOLE, path, "open");
	tree = sys_open_tree(slave, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	if (tree < 0)
		fail(STEP_CONSOLE, path, "open_tree of the pty");
	if (sys_move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		fail(STEP_CONSOLE, path, "move_mount");
	close(tree);
	close(target);
}

/*
 * A pty of the container's own devpts. The slave comes from the master itself (TIOCGPTPEER) and is
 * mounted over path unless that is empty, so no symlink in the image can lead either astray. Both
 * go to the monitor; the slave becomes fds 0 to 2.
 */
void step_console(const struct step *step)
{
	const char *path = step->u.text;
	int master = root_open("/dev/pts/ptmx", O_RDWR | O_NOCTTY, RESOLVE_NO_SYMLINKS);
	int unlocked = 0;
	int slave;

	if (master < 0)
		fail(STEP_CONSOLE, "/dev/pts/ptmx", "open");
	if (ioctl(master, TIOCSPTLCK, &unlocked) < 0)
		fail(STEP_CONSOLE, "/dev/pts/ptmx", "unlock");
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		fail(STEP_CONSOLE, "/dev/pts/ptmx", "TIOCGPTPEER");
	if (ioctl(master, TIOCSWINSZ, &console_size) < 0)
		fail(STEP_CONSOLE, "pty", "TIOCSWINSZ");
	if (*path)
		mount_over(slave, path);
	hand_over(master, slave);
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(slave, fd) < 0)
			fail(STEP_CONSOLE, "pty", "dup2");
	close(master);
	close(slave);
}
