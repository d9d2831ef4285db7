/* The container's view of its kernel: names, loopback, sysctls. */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "fail.h"
#include "hands.h"
#include "root.h"
#include "sys.h"

#define PROC_MAGIC 0x9fa0

void step_hostname(const struct step *step)
{
	const char *name = step->u.text;

	if (sethostname(name, strlen(name)) < 0)
		fail(STEP_HOSTNAME, name, "sethostname");
}

void step_domainname(const struct step *step)
{
	const char *name = step->u.text;

	if (setdomainname(name, strlen(name)) < 0)
		fail(STEP_DOMAINNAME, name, "setdomainname");
}

void step_loopback(const struct step *step)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)step;
	if (fd < 0)
		fail(STEP_LOOPBACK, "socket", "AF_INET");
	if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		fail(STEP_LOOPBACK, "lo", "SIOCSIFFLAGS up");
	close(fd);
}

void step_sysctl(const struct step *step)
{
	const char *key = step->u.sysctl.key, *value = step->u.sysctl.value;
	char path[512];
	struct statfs fs;
	int fd;

	if (snprintf(path, sizeof(path), "/proc/sys/%s", key) >= (int)sizeof(path))
		fail_errno(STEP_SYSCTL, ENAMETOOLONG, key, "at most 500 bytes");
	fd = root_open(path, O_WRONLY, RESOLVE_NO_SYMLINKS);
	if (fd < 0)
		fail(STEP_SYSCTL, key, "open");
	/* Something else mounted there could turn this write against another file (runc
	 * CVE-2025-52881). */
	if (fstatfs(fd, &fs) < 0 || fs.f_type != PROC_MAGIC)
		fail_errno(STEP_SYSCTL, EPERM, key, "/proc/sys is not procfs");
	if (write(fd, value, strlen(value)) != (ssize_t)strlen(value))
		fail(STEP_SYSCTL, key, "write \"%s\"", value);
	close(fd);
}
