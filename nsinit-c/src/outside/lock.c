#include "proto/steps.h"

/*
 * The lock belongs to the open file (fcntl(2), open file description locks), which the monitor and init keep for as
 * long as they live; the command's execve closes it.
 */
void step_lock(const struct lock_step *step)
{
	struct flock byte = {
		.l_type = step->shared ? F_RDLCK : F_WRLCK,
		.l_whence = SEEK_SET,
		.l_start = (off_t)step->offset,
		.l_len = 1,
	};
	int fd = must(open(step->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW), step->path, "open");

	must(fcntl(fd, F_OFD_SETLK, &byte), step->path, "lock of byte %llu", (unsigned long long)step->offset);
}
