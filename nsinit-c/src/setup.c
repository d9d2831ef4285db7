#include "setup.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "console.h"
#include "fail.h"
#include "idmap.h"
#include "mounts.h"
#include "node.h"
#include "root.h"
#include "sys.h"
#include "trace.h"

#define PROC_MAGIC 0x9fa0

static void set_hostname(const char *name)
{
	if (sethostname(name, strlen(name)) < 0)
		fail(STEP_HOSTNAME, name, "sethostname");
}

static void set_domainname(const char *name)
{
	if (setdomainname(name, strlen(name)) < 0)
		fail(STEP_DOMAINNAME, name, "setdomainname");
}

static void bring_up_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		fail(STEP_LOOPBACK, "socket", "AF_INET");
	if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		fail(STEP_LOOPBACK, "lo", "SIOCSIFFLAGS up");
	close(fd);
}

static void write_sysctl(const struct step *step)
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

static void run_step(const struct step *step, bool in_user_namespace)
{
	switch (step->id) {
	case STEP_SETUP_IDS:
		return idmap_become(step->u.ids.uid, step->u.ids.gid);
	case STEP_PROPAGATION:
		return mount_propagation(step->u.propagation.flags);
	case STEP_BIND:
		return mount_host_tree(&step->u.tree, STEP_BIND);
	case STEP_FILESYSTEM:
		return mount_filesystem(step);
	case STEP_OVERLAY:
		return mount_overlay(step, in_user_namespace);
	case STEP_PIVOT_ROOT:
		return mount_pivot_root(step->u.slot.slot);
	case STEP_MOUNT:
		return mount_attach(step);
	case STEP_MKDIR:
		return node_mkdir(step);
	case STEP_SYMLINK:
		return node_symlink(step);
	case STEP_MKNOD:
		return node_mknod(step);
	case STEP_MOUNT_ATTRIBUTES:
		return mount_attributes(step);
	case STEP_READONLY_PATH:
		return mount_readonly_path(step->u.text);
	case STEP_MASK_PATH:
		return mount_mask_path(step->u.text);
	case STEP_HOSTNAME:
		return set_hostname(step->u.text);
	case STEP_DOMAINNAME:
		return set_domainname(step->u.text);
	case STEP_LOOPBACK:
		return bring_up_loopback();
	case STEP_SYSCTL:
		return write_sysctl(step);
	case STEP_CONSOLE:
		return console_open(step->u.text);
	default:
		fail_errno(STEP_PLAN, ENOSYS, "plan", "step %u has no hand", step->id);
	}
}

uint16_t setup_run(const struct plan *plan)
{
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	uint16_t i;

	/* Until the pivot, and for good where there is none, the root is the caller's. */
	if (root < 0)
		fail(STEP_SYNC, "/", "open");
	root_set(root);
	for (i = 0; step_stage_of(plan->steps[i].id) != STAGE_COMMAND; i++) {
		if (step_stage_of(plan->steps[i].id) != STAGE_INIT)
			continue;
		fail_at(i);
		trace_begin();
		run_step(&plan->steps[i], plan->new_user_namespace);
		trace_end(plan->steps[i].id, i);
	}
	fail_at(UINT16_MAX);
	return i;
}
