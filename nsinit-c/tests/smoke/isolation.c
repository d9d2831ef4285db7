/* One container that sleeps, looked at from outside from all sides; and what its command can reach. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../src/proto/step.h"
#include "check.h"
#include "observe.h"

static const char *const sleeper[] = { "/bin/sleep", "1000", NULL };

/* Whether the last of the numbers in a line of /proc/PID/status is that one. */
static bool last_number_is(const char *line, long wanted)
{
	const char *last = strrchr(line, '\t');

	return strtol(last ? last + 1 : line, NULL, 10) == wanted;
}

static bool map_is(pid_t pid, const char *name, struct id_range range)
{
	char *rest = proc_file(pid, name);
	bool same = strtoul(rest, &rest, 10) == range.inside && strtoul(rest, &rest, 10) == range.outside &&
		    strtoul(rest, &rest, 10) == range.count;

	return same && strcmp(rest, "\n") == 0;
}

static void check_processes(pid_t init, pid_t command)
{
	check(last_number_is(status_of(init, "NSpid"), 1), "the process that READY names is pid 1 inside");
	check(strcmp(status_of(init, "Name"), "nsinit") == 0, "pid 1 is called nsinit");
	check(last_number_is(status_of(command, "NSpid"), 2), "the command is pid 2 inside");
	check(children_of(init) == 1 && children_of(command) == 0, "nothing else runs inside");
	check(extra_descriptors(command) == 0, "the command holds no file descriptor but 0, 1 and 2");
}

static void check_identity(pid_t command)
{
	check(map_is(command, "uid_map", container_uids()), "the uid map is the plan's");
	check(map_is(command, "gid_map", container_gids()), "the gid map is the plan's");
	check(strcmp(status_of(command, "CapEff"), "00000000a80425fb") == 0, "the capabilities are the plan's");
	check(strcmp(status_of(command, "CapBnd"), "00000000a80425fb") == 0, "the bounding set is the plan's");
	check(strtoul(status_of(command, "CapInh"), NULL, 16) == 0, "no capability is inheritable");
	check(strtoul(status_of(command, "CapAmb"), NULL, 16) == 0, "no capability is ambient");
	check(strcmp(status_of(command, "NoNewPrivs"), "1") == 0, "new privileges are off");
	check(strcmp(status_of(command, "Umask"), "0027") == 0, "the umask is the plan's");
	check(strstr(proc_file(command, "limits"), "Max open files            200                  200") != NULL,
	      "the limit of open files is the plan's");
}

static bool is_read_only(pid_t pid, const char *point) { return strncmp(mount_options(pid, point), "ro", 2) == 0; }

static void check_mounts(pid_t command)
{
	const char *wanted = container_mount_points();

	if (!check(strcmp(mount_points(command), wanted) == 0, "the mounts are those of the plan and no others"))
		printf("# wanted %s\n# found  %s\n", wanted, mount_points(command));
	check(strcmp(mount_options(command, "/proc"), "rw,nosuid,nodev,noexec,relatime") == 0,
	      "/proc is nosuid, nodev and noexec");
	check(is_read_only(command, "/sys"), "/sys is read-only");
	check(is_read_only(command, "/proc/sys"), "/proc/sys is read-only");
	check(strstr(mount_options(command, "/"), "nodev") != NULL, "devices in the root filesystem are dead");
	check(strstr(proc_file(command, "mountinfo"), "shared:") == NULL, "no mount is shared with the host");
}

static void check_all_separate(pid_t command)
{
	static const char *const names[] = { "user", "mnt", "pid", "ipc", "uts", "net", "cgroup" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char sentence[64];

		(void)snprintf(sentence, sizeof(sentence), "the %s namespace is a new one", names[i]);
		check(different_namespace(0, command, names[i]), sentence);
	}
	check(same_namespace(0, command, "time"), "the time namespace, which was not asked for, is the host's");
}

static void check_from_inside(pid_t command)
{
	struct inside seen;

	check(look_inside(command, &seen), "its namespaces can be entered");
	check(strcmp(seen.hostname, CONTAINER_HOSTNAME) == 0, "the host name inside is the plan's");
	check(strcmp(seen.interfaces, "lo") == 0, "lo is the only network interface");
	check(seen.loopback_up, "lo is up");
	check(seen.loopback_answers, "a datagram to 127.0.0.1 arrives");
}

static void check_sleeper(const struct target *t)
{
	struct container c = container_default(t->rootfs, sleeper);
	struct outcome o;
	struct driver d;
	pid_t command;

	if (!start_and_wait(t, &c, &d, &o))
		return;
	command = command_under((pid_t)o.ready_pid);
	check(o.hello, "nsinit says HELLO");
	if (check(command > 0, "init has one child")) {
		check((pid_t)o.started_pid == command, "which is the process that STARTED names");
		check_processes((pid_t)o.ready_pid, command);
		check_identity(command);
		check_mounts(command);
		check_all_separate(command);
		check_from_inside(command);
	}
	driver_signal(&d, SIGKILL);
	driver_finish(&d, &o);
	if (!check(o.exited && o.signalled && o.value == SIGKILL, "a SIGKILL frame ends it as killed by SIGKILL"))
		show_outcome(&o);
}

/* Runs a shell line in a default container and compares what it wrote. */
static void check_output(const struct target *t, struct container c, const char *line, const char *wanted,
			 const char *sentence)
{
	const char *const argv[] = { "/bin/sh", "-c", line, NULL };
	struct outcome o;

	c.argv = argv;
	run_to_end(t, &c, -1, &o);
	if (!check(o.exited && !o.signalled && o.value == 0 && strcmp(o.output, wanted) == 0, sentence))
		show_outcome(&o);
}

static void check_views(const struct target *t)
{
	struct container c = container_default(t->rootfs, NULL);

	check_output(t, c, "hostname", CONTAINER_HOSTNAME "\n", "hostname prints the new name");
	check_output(t, c, "cat /proc/1/comm /proc/$$/comm; :", "nsinit\nsh\n", "/proc shows nsinit and the shell");
	check_output(t, c, "ls -d /proc/[0-9]*; :", "/proc/1\n/proc/2\n", "/proc shows two processes");
	check_output(t, c, "cat /proc/kcore /proc/keys; echo masked", "masked\n", "masked files are empty");
	check_output(t, c, "echo x 2>&1 >/proc/sys/kernel/hostname | grep -c 'Read-only'", "1\n",
		     "/proc/sys can't be written");
	check_output(t, c,
		     "echo y >/dev/null && head -c 3 /dev/zero | wc -c && head -c 8 /dev/urandom | "
		     "wc -c",
		     "3\n8\n", "null, zero and urandom work");
	check_output(t, c, "echo x >/dev/full || echo full", "full\n", "/dev/full is full");
	check_output(t, c, "ls -1 /dev | tr '\\n' ' '", "fd full mqueue null ptmx pts random shm tty urandom zero ",
		     "/dev holds what the plan says");
	check_output(t, c, "ls /.. /../.. | grep -c '^etc$'", "2\n", "nothing lies above the root");
	check_output(t, c, "kill -9 1; echo alive", "alive\n", "pid 1 can't be killed from inside");
}

/* The owner outside of a file below the root filesystem, which is removed; -1 if it is not there. */
static long take_owner(const char *rootfs, const char *name)
{
	char path[4096];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s", rootfs, name);
	if (lstat(path, &st) < 0)
		return -1;
	unlink(path);
	return (long)st.st_uid;
}

static void check_owner(const struct target *t)
{
	struct container c = container_default(t->rootfs, NULL);
	struct id_range uids = container_uids();
	char id[16];

	c.user = uids.count > 1 ? 1000 : 0;
	(void)snprintf(id, sizeof(id), "%u\n", c.user);
	check_output(t, c, "id -u; : >/tmp/made-inside", id, "the command runs as the plan's user");
	check(take_owner(t->rootfs, "tmp/made-inside") == (long)uids.outside + c.user,
	      "a file made inside belongs outside to the id that the map says");
}

static void check_roots(const struct target *t)
{
	struct container overlaid = container_default(t->rootfs, NULL);
	struct container frozen = container_default(t->rootfs, NULL);

	overlaid.overlay = true;
	check_output(t, overlaid, "echo one >/tmp/made-inside && cat /tmp/made-inside", "one\n",
		     "an overlaid root is writable");
	check(take_owner(t->rootfs, "tmp/made-inside") < 0,
	      "what was written to it is not in the root filesystem below");
	frozen.read_only = true;
	check_output(t, frozen, "touch /tmp/x 2>&1 | grep -c 'Read-only'; echo x >/dev/shm/x; cat /dev/shm/x", "1\nx\n",
		     "a read-only root can't be written, /dev/shm still can");
}

static void check_streams(const struct target *t)
{
	static const char *const cat[] = { "/bin/cat", NULL };
	struct container c = container_default(t->rootfs, cat);
	unsigned char every[4096];
	struct outcome o;
	int input;

	for (size_t i = 0; i < sizeof(every); i++)
		every[i] = (unsigned char)(i * 7 + i / 256);
	input = memory_file(every, sizeof(every));
	run_to_end(t, &c, input, &o);
	close(input);
	if (!check(o.exited && o.value == 0 && o.output_length == sizeof(every) &&
			   memcmp(o.output, every, sizeof(every)) == 0,
		   "stdin reaches stdout byte for byte, and its end ends cat"))
		show_outcome(&o);
	c.options = 2;
	input = memory_file(every, sizeof(every));
	run_to_end(t, &c, input, &o);
	close(input);
	check(o.exited && o.value == 0 && o.output_length == 0, "the option for an empty stdin makes it empty");
}

static void check_terminal(const struct target *t)
{
	struct container c = container_default(t->rootfs, NULL);

	c.terminal = true;
	check_output(t, c, "stty size; tty; test -t 0 && test -t 1 && test -t 2 && echo three",
		     "33 77\r\n/dev/pts/0\r\nthree\r\n",
		     "with a terminal, all three streams are one of the plan's size");
}

void check_isolation(const struct target *t)
{
	check_sleeper(t);
	check_views(t);
	check_owner(t);
	check_roots(t);
	check_streams(t);
	check_terminal(t);
}
