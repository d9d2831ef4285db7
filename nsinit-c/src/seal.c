#include "seal.h"

#include "base/fail.h"
#include "base/sys.h"

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
	must(fd, "memfd_create", "vm.memfd_noexec may forbid it");
	must(fstat(self, &st), "/proc/self/exe", "fstat");
	while (done < st.st_size) {
		if (must(sendfile(fd, self, &done, (size_t)(st.st_size - done)), "/proc/self/exe",
			 "copy; see ulimit -f") == 0)
			fail_errno(EIO, "/proc/self/exe", "cut short while copied");
	}
	must(fcntl(fd, F_ADD_SEALS, SEALS), "memfd", "seal");
	return fd;
}

static int open_self(void)
{
	return must(open("/proc/self/exe", O_RDONLY | O_CLOEXEC), "/proc/self/exe", "is /proc mounted?");
}

static bool sealed(int self)
{
	int seals = fcntl(self, F_GET_SEALS);

	return seals >= 0 && (seals & SEALS) == SEALS;
}

bool is_sealed(void)
{
	scoped_fd self = open_self();

	return sealed(self);
}

void seal_self(char **argv)
{
	static char name[] = "nsinit";
	static char *const no_environment[] = { NULL };
	scoped_fd self = open_self();

	if (sealed(self))
		return;
	int fd = copy_of(self);
	/* ps inside shows a plain name, and no path of the host. */
	syscall(SYS_execveat, fd, "", (char *[]){ name, argv[1], NULL }, no_environment, AT_EMPTY_PATH);
	fail("execveat", "from a sealed memfd");
}
