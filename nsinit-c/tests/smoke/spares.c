/* Containers that are set up before their guest is there, and what that finds. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../src/proto/step.h"
#include "check.h"
#include "launch.h"
#include "observe.h"

#define GONE_MS 5000

/* What needs nothing of the root. */
static bool is_rootless(uint16_t id)
{
	return id == STEP_NAMESPACES || id == STEP_UID_MAP || id == STEP_GID_MAP || id == STEP_RUN_PROGRAM ||
	       id == STEP_SETUP_IDS || id == STEP_PROPAGATION || id == STEP_FILESYSTEM || id == STEP_LOOPBACK;
}

/* All but what is one guest's. */
static bool is_set_up(uint16_t id)
{
	return is_rootless(id) || id == STEP_HOST_TREE || id == STEP_IDMAP_MOUNT ||
	       (id >= STEP_BIND && id < STEP_WATCH && id != STEP_CONSOLE);
}

/* All but what is executed. */
static bool is_all(uint16_t id) { return is_set_up(id) || (id >= STEP_SESSION && id != STEP_EXEC); }

static bool is_too_much(uint16_t id) { return is_set_up(id) || id == STEP_TIMEOUT; }

/* Of that container: the steps that are ahead, and the last one. */
static void spare_for(struct driver *d, uint32_t number, const struct container *c, bool (*is_ahead)(uint16_t))
{
	struct bytes frame = { 0 }, whole, ahead;

	container_plan(c, &whole);
	begin_plan(&ahead);
	for (size_t at = PLAN_HEADER; at < whole.length;) {
		const uint8_t *step = whole.at + at;
		uint16_t id = (uint16_t)(step[0] | step[1] << 8);
		uint32_t n = (uint32_t)(step[2] | step[3] << 8 | step[4] << 16);

		if (is_ahead(id) || id == STEP_EXEC)
			put_step_as(&ahead, id, "*", BYTES(step + 6, n));
		at += 6 + n;
	}
	end_plan(&ahead);
	put_frame(&frame, FRAME_SPARE, "*", BYTES(ahead.at, ahead.length));
	send_of(d, number, &frame);
}

#define LOOK \
	"grep -E '^(Uid|Gid|Groups|SigBlk|SigIgn|Cap...|NoNewPrivs|Seccomp):' /proc/self/status; " \
	"while read -r _ _ _ _ point options _; do echo $point $options; done </proc/self/mountinfo | sort; " \
	"cat /proc/self/uid_map /proc/self/gid_map /proc/sys/kernel/*name; ulimit -n; ifconfig lo; umask; pwd; " \
	"ls -l /proc/self/fd | wc -l; "

static const char *const looks[] = { "/bin/sh", "-c", LOOK "ls -d /proc/[0-9]*; exit 7", NULL };
/* The pid of a command is another one where a process before it has ended. */
static const char *const looks_elsewhere[] = { "/bin/sh", "-c", LOOK "exit 7", NULL };

/* What the container prints without a spare. */
static const char *printed_without(const struct target *t, const struct container *c)
{
	static char without[sizeof(launcher.output)];
	struct driver d;

	without[0] = 0;
	if (!launch(t, &d))
		return without;
	start_default(&d, 1, c);
	(void)driver_await_of(&d, &launcher, 1, FRAME_GONE);
	finish(&d);
	memcpy(without, launcher.output, sizeof(without));
	return without;
}

static bool await_spare(struct driver *d, uint32_t number, const struct container *c, bool (*is_ahead)(uint16_t))
{
	spare_for(d, number, c, is_ahead);
	return check(driver_await_of(d, &launcher, number, FRAME_SPARED) && !containers[number].failed,
		     "a spare is ready");
}

/* That of the guest is at its end, and the launcher. */
static void check_printed(struct driver *d, const char *without, const char *sentence)
{
	(void)driver_await_of(d, &launcher, 1, FRAME_GONE);
	finish(d);
	if (!check(containers[1].exited && containers[1].value == 7 && without[0] != 0 &&
			   strcmp(launcher.output, without) == 0,
		   sentence)) {
		show_outcome(&containers[1]);
		printf("# '%s'\n# instead of '%s'\n", launcher.output, without);
	}
}

/* The guest's plan may be another one than that of the spare. */
static void check_guest(const struct target *t, const struct container *spare, const struct container *guest,
			bool (*is_ahead)(uint16_t), const char *sentence)
{
	const char *without = printed_without(t, guest);
	struct driver d;

	if (!launch(t, &d) || !await_spare(&d, 1, spare, is_ahead))
		return;
	start_default(&d, 1, guest);
	check_printed(&d, without, sentence);
}

static void check_spare(const struct target *t, bool overlay, bool (*is_ahead)(uint16_t), const char *sentence)
{
	struct container c = container_default(t->rootfs, looks);

	c.overlay = overlay;
	check_guest(t, &c, &c, is_ahead, sentence);
}

/* ---- the command's process, which waits ---- */

static void add_umask(struct bytes *p) { put_step(p, STEP_UMASK, 0); }

static uint32_t forbidden, verdict;

/* That one call is no more. */
static void add_filter(struct bytes *p)
{
	const struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, forbidden, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, verdict),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	put_step(p, STEP_SECCOMP, 0, BYTES(program, sizeof(program)));
}

static void add_domainname(struct bytes *p) { put_step(p, STEP_DOMAINNAME, "guest"); }

static void check_other_guests(const struct target *t)
{
	/* What the process does once it has its filter; no shell needs them. */
	static const uint32_t calls[] = { SYS_sendto, SYS_recvfrom, SYS_recvmsg };
	struct container c = container_default(t->rootfs, looks_elsewhere), other = c;

	other.command_steps = add_umask;
	check_guest(t, &c, &other, is_all, "a guest with another umask than its spare has its own");
	check_guest(t, &other, &c, is_all, "and one has nothing of what a spare has done for another command");
	other = c;
	other.overlay = c.overlay = true;
	other.init_steps = add_domainname;
	check_guest(t, &c, &other, is_all, "a guest's own steps come before those of its command");
	c.command_steps = add_filter;
	for (size_t i = 0; i < 2 * sizeof(calls) / sizeof(calls[0]); i++) {
		forbidden = calls[i / 2];
		verdict = i % 2 ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ERRNO | EPERM;
		check_guest(t, &c, &c, is_all, "a filter under which nobody can wait is no failure");
	}
}

/* Of a launcher with one spare: its monitor, init, and who waits. */
struct waiting {
	pid_t monitor, init, command;
	int pidfd;
};

static bool start_waiting(const struct target *t, struct driver *d, const struct container *c, struct waiting *w)
{
	*w = (struct waiting){ .pidfd = -1 };
	if (!launch(t, d) || !await_spare(d, 1, c, is_all))
		return false;
	w->monitor = child_of(d->monitor);
	w->init = child_of(w->monitor);
	w->command = child_of(w->init);
	w->pidfd = pidfd_of(w->command);
	return check(w->command > 0 && strcmp(status_of(w->command, "Name"), "nsinit") == 0, "somebody waits");
}

static void check_waiting(const struct target *t)
{
	struct container c = container_default(t->rootfs, looks_elsewhere);
	struct waiting w;
	struct driver d;

	forbidden = SYS_acct;
	verdict = SECCOMP_RET_ERRNO | EPERM;
	c.command_steps = add_filter;
	const char *without = printed_without(t, &c);
	if (!start_waiting(t, &d, &c, &w))
		return;
	check(strcmp(status_of(w.command, "NoNewPrivs"), "1") == 0 && strcmp(status_of(w.command, "Seccomp"), "2") == 0,
	      "who waits for a command has given up already what that may not have");
	check(strncmp(status_of(w.init, "State"), "S", 1) == 0, "and init sleeps so that it is no load");
	start_default(&d, 1, &c);
	(void)driver_await_of(&d, &launcher, 1, FRAME_STARTED);
	check((pid_t)containers[1].started_pid == w.command, "who has waited becomes the command");
	check((pid_t)containers[1].ready_pid == w.init, "as was told before it could");
	check_printed(&d, without, "which finds what it finds without a spare");
	close(w.pidfd);

	if (!start_waiting(t, &d, &c, &w))
		return;
	kill(w.command, SIGKILL);
	(void)ended_within(w.pidfd, GONE_MS);
	start_default(&d, 1, &c);
	check_printed(&d, without,
		      "where it is killed meanwhile, another one gives up the same, and becomes the command");
	close(w.pidfd);
}

static void check_deaths_while_waiting(const struct target *t)
{
	struct container c = container_default(t->rootfs, looks_elsewhere);

	const char *without = printed_without(t, &c);

	for (int i = 0; i < 2; i++) {
		struct waiting w;
		struct driver d;

		if (!start_waiting(t, &d, &c, &w))
			return;
		kill(i == 0 ? w.monitor : w.init, SIGKILL);
		/* What lives on would be waited for. */
		if (!check(ended_within(w.pidfd, GONE_MS),
			   i == 0 ? "the death of a monitor ends who waits for a guest" : "so does that of init"))
			kill(w.init, SIGKILL);
		(void)driver_await_of(&d, &launcher, 1, FRAME_SPARED);
		start_default(&d, 1, &c);
		check_printed(&d, without, "and the guest runs without");
		close(w.pidfd);
		/* Init was the child of the killed, and is ours. */
		while (waitpid(-1, NULL, __WALL) > 0)
			;
	}
}

static void check_end_while_waiting(const struct target *t)
{
	struct container c = container_default(t->rootfs, looks_elsewhere);
	struct waiting w;
	struct driver d;

	if (!start_waiting(t, &d, &c, &w))
		return;
	finish(&d);
	check(launcher.monitor_status == 0 && ended_within(w.pidfd, GONE_MS), "and the end of the launcher");
	close(w.pidfd);
}

static void check_refusals_of_spares(const struct target *t)
{
	struct container c = container_default(t->rootfs, looks), other = c;
	struct driver d;

	if (!launch(t, &d))
		return;
	other.create &= ~(uint64_t)0x08000000; /* CLONE_NEWIPC */
	spare_for(&d, 1, &c, is_set_up);
	(void)driver_await_of(&d, &launcher, 1, FRAME_SPARED);
	start_default(&d, 1, &other);
	(void)driver_await_of(&d, &launcher, 1, FRAME_GONE);
	check(containers[1].failed && containers[1].error == EPROTO && strcmp(containers[1].object, "spare") == 0,
	      "a spare serves no plan but that which it was made for");
	c.timeout_ms = 60000;
	spare_for(&d, 2, &c, is_too_much);
	(void)driver_await_of(&d, &launcher, 2, FRAME_SPARED);
	check(containers[2].failed && containers[2].error == EPROTO, "what is a guest's is not ahead");
	c = container_default(t->rootfs, looks);
	c.create &= ~(uint64_t)0x20000000; /* CLONE_NEWPID */
	spare_for(&d, 5, &c, is_all);
	(void)driver_await_of(&d, &launcher, 5, FRAME_SPARED);
	check(containers[5].failed && containers[5].error == EPROTO, "nobody waits in a pid namespace of others");
	c = container_default(t->rootfs, looks);
	spare_for(&d, 3, &c, is_set_up);
	(void)driver_await_of(&d, &launcher, 3, FRAME_SPARED);
	signal_of(&d, 3, SIGKILL);
	(void)driver_await_of(&d, &launcher, 3, FRAME_SPARED);
	check(!containers[3].gone && !containers[3].failed, "a spare that nobody wants ends");
	start_default(&d, 3, &c);
	(void)driver_await_of(&d, &launcher, 3, FRAME_GONE);
	check(containers[3].exited && containers[3].value == 7, "and a guest that comes too late for it runs without");
	spare_for(&d, 4, &c, is_set_up);
	(void)driver_await_of(&d, &launcher, 4, FRAME_SPARED);
	finish(&d);
	check(launcher.monitor_status == 0, "one that is left ends with the launcher");
}

void check_spares(const struct target *t)
{
	check_spare(t, false, is_rootless, "a guest of a spare finds what it finds without one");
	check_spare(t, true, is_rootless, "also over a root that is not written to");
	check_spare(t, false, is_set_up, "also where all but the command is ahead");
	check_spare(t, true, is_set_up, "the root too");
	check_spare(t, false, is_all, "also where the command's process waits");
	check_spare(t, true, is_all, "in a root that is not written to, too");
	check_refusals_of_spares(t);
	check_other_guests(t);
	check_waiting(t);
	check_deaths_while_waiting(t);
	check_end_while_waiting(t);
}
