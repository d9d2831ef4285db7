#include "seal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "sys.h"

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static int copy_of(int self)
{
	struct stat st;
	off_t done = 0;
	/* Since 6.3 the kernel wants to be told that a memfd is for executing; older ones refuse
	 * the flag. */
	int fd = memfd_create("nsinit", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("nsinit", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		fail(STEP_START, "memfd_create", "vm.memfd_noexec may forbid it");
	if (fstat(self, &st) < 0)
		fail(STEP_START, "/proc/self/exe", "fstat");
	while (done < st.st_size) {
		ssize_t n = sendfile(fd, self, &done, (size_t)(st.st_size - done));

		if (n < 0 && errno != EINTR)
			fail(STEP_START, "/proc/self/exe", "copy");
		if (n == 0)
			fail_errno(STEP_START, EIO, "/proc/self/exe", "cut short while copied");
	}
	if (fcntl(fd, F_ADD_SEALS, SEALS) < 0)
		fail(STEP_START, "memfd", "seal");
	return fd;
}

void seal_self(char **argv)
{
	static char name[] = "nsinit";
	static char *const no_environment[] = { NULL };
	int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int seals, fd;

	if (self < 0)
		fail(STEP_START, "/proc/self/exe", "is /proc mounted?");
	seals = fcntl(self, F_GET_SEALS);
	if (seals >= 0 && (seals & SEALS) == SEALS) {
		close(self);
		return;
	}
	fd = copy_of(self);
	/* ps inside shows a plain name, and no path of the host. */
	syscall(SYS_execveat, fd, "", (char *[]){ name, argv[1], NULL }, no_environment, AT_EMPTY_PATH);
	fail(STEP_START, "execveat", "from a sealed memfd");
}
