#include "base/beneath.h"

#include "base/sys.h"

int open_beneath(int root, const char *path, uint64_t flags, uint64_t resolve)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | resolve,
	};
	int fd, tries = 1000;

	/* EAGAIN: a rename raced with the walk and the kernel could not prove that it stayed
	 * inside. Somebody who renames without end must not keep us for ever. */
	do
		fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
	while (fd < 0 && (errno == EAGAIN || errno == EINTR) && tries-- > 0);
	return fd;
}
