/* What a service has the front's nsinit carry out. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "proto/event.h"
#include "proto/plan.h"
#include "service.h"

void begin_script(struct bytes *plan, uint64_t more_namespaces)
{
	begin_plan(plan);
	put_step(plan, STEP_NAMESPACES, CLONE_NEWUSER | CLONE_NEWPID | more_namespaces, NO_OWNER, NO_LIMIT, LIST());
	put_step(plan, STEP_UID_MAP, LIST(0, geteuid(), 1));
	put_step(plan, STEP_GID_MAP, 1, LIST(0, getegid(), 1));
}

void end_script(struct bytes *plan, const char *script)
{
	put_step(plan, STEP_SESSION);
	put_step(plan, STEP_EXEC, 1, LIST("sh", "-c", script), LIST("PATH=/usr/bin:/bin"), LIST("/bin/sh"));
	end_plan(plan);
}

void say_script(const char *script)
{
	static struct bytes plan;

	begin_script(&plan, 0);
	end_script(&plan, script);
	say_plan(&plan);
}

void run_script(const char *script)
{
	say_nsinit_hello();
	say_script(script);
	CHECK(hear() == FRAME_HELLO);
	CHECK(hear() == FRAME_READY);
	CHECK(hear() == FRAME_STARTED);
}

void say_hanging(void)
{
	static struct bytes plan;

	begin_script(&plan, 0);
	put_step(&plan, STEP_RUN_PROGRAM, "/bin/sh",
		 LIST("sh", 0, "", "-c", 0, "", "echo hangs >&2; sleep 1000", 0, ""), LIST("PATH=/usr/bin:/bin"), 60000,
		 BYTES("", 0));
	end_script(&plan, "echo too late");
	say_plan(&plan);
}

const char *run_detached(void)
{
	static struct bytes plan;
	static char end[128];
	char script[160];

	(void)snprintf(end, sizeof(end), "%s/end", place);
	if (mkfifo(end, 0600) < 0)
		abort();
	(void)snprintf(script, sizeof(script), "read x <%s", end);
	say_nsinit_hello();
	begin_plan(&plan);
	put_step(&plan, STEP_OUTPUT, UINT64_MAX, 0);
	put_step(&plan, STEP_DETACH, place, 0, 1 << 20, 2);
	put_step(&plan, STEP_NAMESPACES, CLONE_NEWUSER | CLONE_NEWPID, NO_OWNER, NO_LIMIT, LIST());
	put_step(&plan, STEP_UID_MAP, LIST(0, geteuid(), 1));
	put_step(&plan, STEP_GID_MAP, 1, LIST(0, getegid(), 1));
	end_script(&plan, script);
	say_plan(&plan);
	CHECK(hear() == FRAME_HELLO);
	CHECK(hear() == FRAME_READY);
	CHECK(hear() == FRAME_STARTED);
	return end;
}
