/* The container's view of its kernel: names, loopback, sysctls. */

#include "inside/root.h"
#include "proto/steps.h"

#define PROC_MAGIC 0x9fa0

void step_hostname(const struct hostname_step *step)
{
	must(sethostname(step->name, strlen(step->name)), step->name, "sethostname");
}

void step_domainname(const struct domainname_step *step)
{
	must(setdomainname(step->name, strlen(step->name)), step->name, "setdomainname");
}

void step_loopback(const struct loopback_step *step)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	scoped_fd fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket", "AF_INET");

	(void)step;
	must(ioctl(fd, SIOCSIFFLAGS, &request), "lo", "SIOCSIFFLAGS up");
}

void step_sysctl(const struct sysctl_step *step)
{
	const char *key = step->key, *value = step->value;
	char path[512];
	struct statfs fs;

	if (snprintf(path, sizeof(path), "/proc/sys/%s", key) >= (int)sizeof(path))
		fail_errno(ENAMETOOLONG, key, "at most 500 bytes");
	scoped_fd fd = root_open(path, O_WRONLY, RESOLVE_NO_SYMLINKS);
	/* An older kernel has not each of them, or not for everybody. */
	if (fd < 0 && !step->required)
		return;
	must(fd, key, "open");
	/* Something else mounted there could turn this write against another file (runc
	 * CVE-2025-52881). */
	must(fstatfs(fd, &fs), key, "fstatfs");
	if (fs.f_type != PROC_MAGIC)
		fail_errno(EPERM, key, "/proc/sys is not procfs");
	if (write(fd, value, strlen(value)) != (ssize_t)strlen(value) && step->required)
		fail(key, "write \"%s\"", value);
}
