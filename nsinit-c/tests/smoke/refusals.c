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

static void add_missing_bind(struct plan *p)
{
	plan_mkdir(p, "/dev/x", 0755);
	plan_mount_attributes(p, "/no/such", false, MOUNT_ATTR_RDONLY, 0);
}

static void add_missing_workdir(struct plan *p) { plan_text(p, STEP_WORKDIR, "/no/such"); }

static void add_unmapped_user(struct plan *p) { plan_user(p, 4000000000u, 0, false); }

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

static void check_refused_plan(const struct target *t, const struct plan *plan, uint32_t spoil, const char *sentence)
{
	struct bytes bytes = { 0 };

	put_hello(&bytes, PROTOCOL_MAGIC, PROTOCOL_VERSION);
	put_plan(&bytes, plan, spoil);
	check_refused(t, &bytes, STEP_PLAN, sentence);
	bytes_free(&bytes);
}

static void check_plans(const struct target *t)
{
	struct container c = container_default(t->rootfs, truth);
	struct plan plan;

	container_plan(&c, &plan);
	check_refused_plan(t, &plan, 1, "a plan with a wrong checksum is refused");
	plan_plain(&plan, STEP_LOOPBACK);
	check_refused_plan(t, &plan, 0, "a plan that goes on after exec is refused");
	bytes_free(&plan.steps);

	plan = (struct plan){ 0 };
	plan_raw(&plan, 999, "", 0);
	check_refused_plan(t, &plan, 0, "an unknown step is refused");
	bytes_free(&plan.steps);

	plan = (struct plan){ 0 };
	plan_namespaces(&plan, 0, 0, NULL, NULL);
	plan_raw(&plan, STEP_LOOPBACK, "x", 1);
	plan_exec(&plan, true, truth, truth);
	check_refused_plan(t, &plan, 0, "a left-over byte in a step is refused");
	bytes_free(&plan.steps);

	plan = (struct plan){ 0 };
	plan_exec(&plan, true, truth, truth);
	check_refused_plan(t, &plan, 0, "a plan without namespaces is refused");
	bytes_free(&plan.steps);
}

static void check_hello(const struct target *t)
{
	struct container c = container_default(t->rootfs, truth);
	struct bytes bytes = { 0 };
	struct plan plan;

	container_plan(&c, &plan);
	put_hello(&bytes, PROTOCOL_MAGIC, PROTOCOL_VERSION + 1);
	put_plan(&bytes, &plan, 0);
	check_refused(t, &bytes, STEP_CONTROL, "another version of the protocol is refused");
	bytes_free(&bytes);
	bytes_free(&plan.steps);
}

/* READ before the plan, then a plan as always. */
static void read_file(const struct target *t, const char *path, uint32_t limit, struct outcome *o)
{
	struct container c = container_default(t->rootfs, truth);
	struct bytes bytes = { 0 };
	struct plan plan;
	struct driver d;

	*o = (struct outcome){ 0 };
	container_plan(&c, &plan);
	put_hello(&bytes, PROTOCOL_MAGIC, PROTOCOL_VERSION);
	put_read(&bytes, t->rootfs, path, limit);
	put_plan(&bytes, &plan, 0);
	(void)driver_start(&d, t->nsinit, -1, &bytes);
	driver_finish(&d, o);
	bytes_free(&bytes);
	bytes_free(&plan.steps);
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
