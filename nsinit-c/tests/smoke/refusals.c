/* What can't be done is refused or fails with the step, the errno and the object, and starts nothing. */
#include <errno.h>
#include <linux/mount.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../src/proto/step.h"
#include "check.h"

static const char *const truth[] = { "/bin/true", NULL };

static bool failed_at(const struct outcome *o, uint16_t step, int error)
{
	return o->failed && !o->exited && o->started_pid == 0 && o->step == step && o->error == (uint32_t)error;
}

static void check_failure(const struct target *t, const struct container *c, uint16_t step, int error,
			  const char *object, const char *sentence)
{
	struct outcome o;

	run_to_end(t, c, -1, &o);
	if (!check(failed_at(&o, step, error) && strcmp(o.object, object) == 0, sentence))
		show_outcome(&o);
}

static void add_missing_bind(struct bytes *p)
{
	put_step(p, STEP_MKDIR, "/dev/x", 0755);
	put_step(p, STEP_MOUNT_ATTRIBUTES, "/no/such", false, MOUNT_ATTR_RDONLY, 0);
}

static void add_missing_workdir(struct bytes *p) { put_step(p, STEP_WORKDIR, "/no/such"); }

static void add_unmapped_user(struct bytes *p) { put_step(p, STEP_USER, 4000000000u, 0, false, LIST()); }

static void check_commands(const struct target *t)
{
	static const char *const missing[] = { "/bin/no-such", NULL };
	static const char *const forbidden[] = { "/etc/passwd", NULL };
	static const char *const directory[] = { "/bin", NULL };
	struct container c = container_default(t->rootfs, missing);

	check_failure(t, &c, STEP_EXEC, ENOENT, "/bin/no-such", "a missing command fails at exec with ENOENT");
	c.argv = forbidden;
	check_failure(t, &c, STEP_EXEC, EACCES, "/etc/passwd", "a file that is no program fails at exec with EACCES");
	c.argv = directory;
	check_failure(t, &c, STEP_EXEC, EACCES, "/bin", "a directory fails at exec with EACCES");
	c.init = false;
	c.argv = missing;
	check_failure(t, &c, STEP_EXEC, ENOENT, "/bin/no-such", "so does a missing command that was to be pid 1");
}

static void check_objects(const struct target *t)
{
	struct container c = container_default("/no/such/rootfs", truth);

	check_failure(t, &c, geteuid() == 0 ? STEP_HOST_TREE : STEP_BIND, ENOENT, "/no/such/rootfs",
		      "a missing root filesystem fails with its path");
	c = container_default(t->rootfs, truth);
	c.init_steps = add_missing_bind;
	check_failure(t, &c, STEP_MOUNT_ATTRIBUTES, ENOENT, "/no/such", "a missing path inside fails with that path");
	c.init_steps = NULL;
	c.command_steps = add_missing_workdir;
	check_failure(t, &c, STEP_WORKDIR, ENOENT, "/no/such", "a missing working directory fails with that path");
	c.command_steps = add_unmapped_user;
	{
		struct outcome o;

		run_to_end(t, &c, -1, &o);
		if (!check(failed_at(&o, STEP_USER, EINVAL), "a user that is not mapped fails with EINVAL"))
			show_outcome(&o);
	}
}

/* Sends bytes and looks for a FAILED of that step before anything was started. */
static void check_refused(const struct target *t, const struct bytes *bytes, uint16_t step, const char *sentence)
{
	struct outcome o = { 0 };
	struct driver d;

	if (driver_start(&d, t->nsinit, -1, bytes) && bytes->length > 0)
		(void)driver_await(&d, &o, FRAME_FAILED);
	driver_finish(&d, &o);
	if (!check(o.failed && o.step == step && o.ready_pid == 0 && o.monitor_status != -1, sentence))
		show_outcome(&o);
}

/* Ended, but for a checksum that is spoilt on purpose. */
static void check_refused_plan(const struct target *t, const struct bytes *plan, const char *sentence)
{
	struct bytes bytes = { 0 };

	put_hello(&bytes, PROTOCOL_VERSION);
	put_frame(&bytes, FRAME_PLAN, "*", BYTES(plan->at, plan->length));
	check_refused(t, &bytes, STEP_PLAN, sentence);
}

static void check_plans(const struct target *t)
{
	struct container c = container_default(t->rootfs, truth);
	struct bytes plan;

	container_plan(&c, &plan);
	plan.at[0] ^= 1;
	check_refused_plan(t, &plan, "a plan with a wrong checksum is refused");
	put_step(&plan, STEP_LOOPBACK);
	end_plan(&plan);
	check_refused_plan(t, &plan, "a plan that goes on after exec is refused");

	begin_plan(&plan);
	put_step_as(&plan, 999, "");
	end_plan(&plan);
	check_refused_plan(t, &plan, "an unknown step is refused");

	begin_plan(&plan);
	put_step(&plan, STEP_NAMESPACES, 0, UINT32_MAX, UINT64_MAX, LIST());
	put_step_as(&plan, STEP_LOOPBACK, "1", 'x');
	put_step(&plan, STEP_EXEC, true, LIST("/bin/true"), LIST(), LIST("/bin/true"));
	end_plan(&plan);
	check_refused_plan(t, &plan, "a left-over byte in a step is refused");

	begin_plan(&plan);
	put_step(&plan, STEP_EXEC, true, LIST("/bin/true"), LIST(), LIST("/bin/true"));
	end_plan(&plan);
	check_refused_plan(t, &plan, "a plan without namespaces is refused");
}

static void check_hello(const struct target *t)
{
	struct container c = container_default(t->rootfs, truth);
	struct bytes bytes = { 0 };
	struct bytes plan;

	container_plan(&c, &plan);
	put_hello(&bytes, PROTOCOL_VERSION + 1);
	put_frame(&bytes, FRAME_PLAN, "*", BYTES(plan.at, plan.length));
	check_refused(t, &bytes, STEP_CONTROL, "another version of the protocol is refused");
}

/* READ before the plan, then a plan as always. */
static void read_file(const struct target *t, const char *path, uint32_t limit, struct outcome *o)
{
	struct container c = container_default(t->rootfs, truth);
	struct bytes bytes = { 0 };
	struct bytes plan;
	struct driver d;

	*o = (struct outcome){ 0 };
	container_plan(&c, &plan);
	put_hello(&bytes, PROTOCOL_VERSION);
	put_frame(&bytes, FRAME_READ, "ss4", t->rootfs, path, limit);
	put_frame(&bytes, FRAME_PLAN, "*", BYTES(plan.at, plan.length));
	(void)driver_start(&d, t->nsinit, -1, &bytes);
	driver_finish(&d, o);
}

static void check_reading(const struct target *t)
{
	struct outcome o;

	read_file(t, "/etc/passwd", 4000, &o);
	if (!check(o.file_error == 0 && strncmp(o.file, "root:", 5) == 0 && o.exited && o.value == 0,
		   "a file of the root filesystem can be read before the plan"))
		show_outcome(&o);
	read_file(t, "/../../../../etc/no-such", 4000, &o);
	check(o.file_error == ENOENT && o.exited, "a missing file is answered with ENOENT, and the plan still runs");
	read_file(t, "/etc/passwd", 3, &o);
	check(o.file_error == EFBIG, "a file above the limit is answered with EFBIG");
	read_file(t, "/bin", 4000, &o);
	check(o.file_error == EINVAL, "what is no regular file is answered with EINVAL");
}

void check_refusals(const struct target *t)
{
	check_commands(t);
	check_objects(t);
	check_plans(t);
	check_hello(t);
	check_reading(t);
}
