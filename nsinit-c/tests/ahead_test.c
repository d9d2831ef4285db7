/* Which steps of a guest's plan a spare has carried out. */
#include "proto/ahead.h"

#include <string.h>
#include <sys/resource.h>

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
		add_namespaces(both[i], 0x30020000);
		put_step(both[i], STEP_FILESYSTEM, 2, "proc", "proc", 0, LIST());
		put_step(both[i], STEP_FILESYSTEM, 3, "tmpfs", "tmpfs", 0, LIST());
	}
}

static const char *mark_ended(void)
{
	CHECK_TEXT(decode_built(&made_bytes), NULL);
	made = plan;
	made.bytes.bytes = made_bytes.at;
	CHECK_TEXT(decode_built(&guest_bytes), NULL);
	guest = plan;
	guest.bytes.bytes = guest_bytes.at;
	return plan_mark_done(&guest, &made);
}

static const char *mark(void)
{
	add_exec(&made_bytes);
	put_step(&guest_bytes, STEP_SESSION);
	add_exec(&guest_bytes);
	return mark_ended();
}

static void done_are(const char *wanted)
{
	CHECK(guest.count == strlen(wanted));
	CHECK(!guest.command_ahead);
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

/* It would not see what a guest mounts after it. */
static void watched(bool by_all)
{
	begin_plans();
	put_step(&made_bytes, STEP_WATCH, 1 << 20, 0, 0, 10);
	if (!by_all)
		put_step(&guest_bytes, STEP_FILESYSTEM, 4, "tmpfs", "tmpfs", 0, LIST());
	put_step(&guest_bytes, STEP_WATCH, 1 << 20, 0, 0, 10);
	CHECK_TEXT(mark(), by_all ? NULL : "it was made for another plan");
}

static void watched_last(void) { watched(true); }

static void watched_too_early(void) { watched(false); }

/* ---- the command ---- */

static void begin_commands(void)
{
	begin_plans();
	put_step(&made_bytes, STEP_SESSION);
	put_step(&made_bytes, STEP_UMASK, 022);
}

/* Whether the guest's process is there. What comes before has been done anyway. */
static bool command_is_ahead(void)
{
	add_exec(&made_bytes);
	CHECK_TEXT(mark_ended(), NULL);
	for (uint16_t i = 0; i < guest.count; i++)
		CHECK(guest.steps[i].done ==
		      (guest.steps[i].id == STEP_NAMESPACES || guest.steps[i].id == STEP_FILESYSTEM));
	return guest.command_ahead;
}

static void same_command(void)
{
	static struct plan shared;

	begin_commands();
	put_step(&guest_bytes, STEP_SESSION);
	put_step(&guest_bytes, STEP_UMASK, 022);
	add_exec(&guest_bytes);
	CHECK(command_is_ahead());
	plan_share(&shared, &guest);
	CHECK(shared.command_ahead && shared.exec == &shared.steps[shared.count - 1].exec);
	CHECK(shared.steps[0].done && shared.count == guest.count);
}

static void another_umask(void)
{
	begin_commands();
	put_step(&guest_bytes, STEP_SESSION);
	put_step(&guest_bytes, STEP_UMASK, 077);
	add_exec(&guest_bytes);
	CHECK(!command_is_ahead());
}

static void more_of_the_command(void)
{
	begin_commands();
	put_step(&guest_bytes, STEP_SESSION);
	put_step(&guest_bytes, STEP_UMASK, 022);
	put_step(&guest_bytes, STEP_NO_NEW_PRIVS);
	add_exec(&guest_bytes);
	CHECK(!command_is_ahead());
}

static void less_of_the_command(void)
{
	begin_commands();
	put_step(&guest_bytes, STEP_SESSION);
	add_exec(&guest_bytes);
	CHECK(!command_is_ahead());
	begin_commands();
	add_exec(&guest_bytes);
	CHECK(!command_is_ahead());
}

static void no_command_ahead(void)
{
	begin_plans();
	add_exec(&guest_bytes);
	CHECK(!command_is_ahead());
}

static void tree_of_the_guest(void)
{
	begin_commands();
	put_step(&guest_bytes, STEP_MOUNT, 2, "/proc", 0);
	put_step(&guest_bytes, STEP_SESSION);
	put_step(&guest_bytes, STEP_UMASK, 022);
	add_exec(&guest_bytes);
	CHECK(!command_is_ahead());
}

static void command_as_init(void)
{
	begin_commands();
	put_step(&guest_bytes, STEP_SESSION);
	put_step(&guest_bytes, STEP_UMASK, 022);
	put_step(&guest_bytes, STEP_EXEC, 0, LIST("sh"), LIST(), LIST("/bin/sh"));
	CHECK(!command_is_ahead());
}

/* ---- what may be ---- */

static bool may_be_ahead(uint16_t id) { return step_may_be_ahead(&(struct step){ .id = id }); }

static bool limit_may_be_ahead(uint32_t resource, uint64_t soft)
{
	return step_may_be_ahead(&(struct step){ .id = STEP_RLIMIT, .rlimit = { resource, soft, ~(uint64_t)0 } });
}

static void what_may_be_ahead(void)
{
	static const uint16_t never[] = {
		STEP_OPTIONS, STEP_TERMINAL, STEP_TIMEOUT, STEP_OUTPUT, STEP_LISTENER,
		STEP_LOCK,    STEP_CONSOLE,  STEP_UNPACK,  STEP_REMOVE, STEP_NESTED_NAMESPACES,
		STEP_PACK,    STEP_EXEC
	};

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		CHECK(!may_be_ahead(never[i]));
	CHECK(may_be_ahead(STEP_NAMESPACES) && may_be_ahead(STEP_UID_MAP));
	CHECK(may_be_ahead(STEP_HOST_TREE) && may_be_ahead(STEP_PIVOT_ROOT));
	CHECK(may_be_ahead(STEP_SECCOMP) && may_be_ahead(STEP_USER));
}

static void few_descriptors(void)
{
	CHECK(limit_may_be_ahead(RLIMIT_NPROC, 1) && limit_may_be_ahead(RLIMIT_NOFILE, 1024));
	CHECK(!limit_may_be_ahead(RLIMIT_NOFILE, 63));
}

int main(void)
{
	test("the steps of a spare that a guest's plan has are done", same_steps);
	test("others may stand between them", steps_of_the_guest_between);
	test("a spare that has done more serves no guest", one_more);
	test("nor one whose step differs by a byte", another_byte);
	test("nor one that has mounted in another order", another_order);
	test("nor one that has hidden what the guest would mount over", overtaken);
	test("a watch is done where all before it is", watched_last);
	test("files in memory that a guest has after the watch are none that it sees", watched_too_early);
	test("a command is ahead whose steps are the very same", same_command);
	test("no command is whose umask is another one", another_umask);
	test("nor one with more to give up", more_of_the_command);
	test("nor one with less", less_of_the_command);
	test("nor one of a spare that has none", no_command_ahead);
	test("nor one before which a guest's mount is to be made", tree_of_the_guest);
	test("nor one that is to be process 1", command_as_init);
	test("nothing that is one guest's is ahead", what_may_be_ahead);
	test("nor a limit that leaves no descriptor for its streams", few_descriptors);
	return tests_done();
}
