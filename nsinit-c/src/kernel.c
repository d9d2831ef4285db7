/* The container's view of its kernel: names, loopback, sysctls. */

#include "hands.h"
#include "root.h"

#define PROC_MAGIC 0x9fa0

void step_hostname(const struct step *step)
{
	must(sethostname(step->u.text, strlen(step->u.text)), step->u.text, "sethostname");
}

void step_domainname(const struct step *step)
{
	must(setdomainname(step->u.text, strlen(step->u.text)), step->u.text, "setdomainname");
}

void step_loopback(const struct step *step)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	scoped_fd fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket", "AF_INET");

	(void)step;
	must(ioctl(fd, SIOCSIFFLAGS, &request), "lo", "SIOCSIFFLAGS up");
}

void step_sysctl(const struct step *step)
{
	const char *key = step->u.sysctl.key, *value = step->u.sysctl.value;
	char path[512];
	struct statfs fs;

	if (snprintf(path, sizeof(path), "/proc/sys/%s", key) >= (int)sizeof(path))
		fail_errno(ENAMETOOLONG, key, "at most 500 bytes");
	scoped_fd fd = must(root_open(path, O_WRONLY, RESOLVE_NO_SYMLINKS), key, "open");
	/* Something else mounted there could turn this write against another file (runc
	 * CVE-2025-52881). */
	if (fstatfs(fd, &fs) < 0 || fs.f_type != PROC_MAGIC)
		fail_errno(EPERM, key, "/proc/sys is not procfs");
	if (write(fd, value, strlen(value)) != (ssize_t)strlen(value))
		fail(key, "write \"%s\"", value);
}
