/* Which steps of a guest's plan a spare has carried out. */
#include "proto/ahead.h"

#include <string.h>

#include "check.h"
#include "decoded.h"
#include "plans.h"

static struct bytes made_bytes, guest_bytes;
static struct plan made, guest;

/* What has no bind, no mask and no command. */
static void begin_plans(void)
{
	struct bytes *const both[] = { &made_bytes, &guest_bytes };

	for (int i = 0; i < 2; i++) {
		begin_plan(both[i]);
		add_namespaces(both[i], 0x10020000);
		put_step(both[i], STEP_FILESYSTEM, 2, "proc", "proc", 0, LIST());
		put_step(both[i], STEP_FILESYSTEM, 3, "tmpfs", "tmpfs", 0, LIST());
	}
}

static const char *mark(void)
{
	add_exec(&made_bytes);
	put_step(&guest_bytes, STEP_SESSION);
	add_exec(&guest_bytes);
	CHECK_TEXT(decode_built(&made_bytes), NULL);
	made = plan;
	made.bytes.bytes = made_bytes.at;
	CHECK_TEXT(decode_built(&guest_bytes), NULL);
	guest = plan;
	guest.bytes.bytes = guest_bytes.at;
	return plan_mark_done(&guest, &made);
}

static void done_are(const char *wanted)
{
	CHECK(guest.count == strlen(wanted));
	for (uint16_t i = 0; i < guest.count; i++)
		CHECK(guest.steps[i].done == (wanted[i] == 'd'));
}

static void same_steps(void)
{
	begin_plans();
	put_step(&made_bytes, STEP_MOUNT, 2, "/proc", 0);
	put_step(&guest_bytes, STEP_MOUNT, 2, "/proc", 0);
	CHECK_TEXT(mark(), NULL);
	done_are("dddd..");
}

static void steps_of_the_guest_between(void)
{
	begin_plans();
	put_step(&made_bytes, STEP_LOOPBACK);
	put_step(&guest_bytes, STEP_MOUNT, 2, "/proc", 0);
	put_step(&guest_bytes, STEP_HOSTNAME, "guest");
	put_step(&guest_bytes, STEP_LOOPBACK);
	CHECK_TEXT(mark(), NULL);
	done_are("ddd..d..");
}

static void one_more(void)
{
	begin_plans();
	put_step(&made_bytes, STEP_LOOPBACK);
	CHECK_TEXT(mark(), "it was made for another plan");
}

static void another_byte(void)
{
	begin_plans();
	put_step(&made_bytes, STEP_MOUNT, 2, "/proc", 0);
	put_step(&guest_bytes, STEP_MOUNT, 2, "/pro", 0);
	CHECK_TEXT(mark(), "it was made for another plan");
}

static void another_order(void)
{
	begin_plans();
	put_step(&made_bytes, STEP_MOUNT, 2, "/proc", 0);
	put_step(&made_bytes, STEP_MOUNT, 3, "/tmp", 0);
	put_step(&guest_bytes, STEP_MOUNT, 3, "/tmp", 0);
	put_step(&guest_bytes, STEP_MOUNT, 2, "/proc", 0);
	CHECK_TEXT(mark(), "it was made for another plan");
}

/* The guest's mount would lie over what is to hide it. */
static void overtaken(void)
{
	begin_plans();
	put_step(&made_bytes, STEP_MASK_PATH, "/tmp/secret");
	put_step(&guest_bytes, STEP_MOUNT, 3, "/tmp", 0);
	put_step(&guest_bytes, STEP_MASK_PATH, "/tmp/secret");
	CHECK_TEXT(mark(), "it was made for another plan");
}

static void what_may_be_ahead(void)
{
	static const uint16_t never[] = { STEP_OPTIONS,	 STEP_TERMINAL, STEP_TIMEOUT,	       STEP_OUTPUT,
					  STEP_LISTENER, STEP_LOCK,	STEP_CONSOLE,	       STEP_WATCH,
					  STEP_UNPACK,	 STEP_REMOVE,	STEP_NESTED_NAMESPACES };

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		CHECK(!step_may_be_ahead(never[i]));
	for (unsigned id = 0; id < STEP_START; id++)
		CHECK(step_stage_of((uint16_t)id) != STAGE_COMMAND || !step_may_be_ahead((uint16_t)id));
	CHECK(step_may_be_ahead(STEP_NAMESPACES) && step_may_be_ahead(STEP_UID_MAP));
	CHECK(step_may_be_ahead(STEP_HOST_TREE) && step_may_be_ahead(STEP_PIVOT_ROOT));
}

int main(void)
{
	test("the steps of a spare that a guest's plan has are done", same_steps);
	test("others may stand between them", steps_of_the_guest_between);
	test("a spare that has done more serves no guest", one_more);
	test("nor one whose step differs by a byte", another_byte);
	test("nor one that has mounted in another order", another_order);
	test("nor one that has hidden what the guest would mount over", overtaken);
	test("nothing of the command, and nothing that is one guest's, is ahead", what_may_be_ahead);
	return tests_done();
}
