#include "launcher/spare.h"

#include "base/detached.h"
#include "base/fail.h"
#include "base/sys.h"
#include "launcher/streams.h"
#include "outside/control.h"
#include "outside/monitor.h"
#include "outside/output.h"
#include "outside/supervise.h"
#include "proto/ahead.h"
#include "proto/event.h"
#include "proto/steps.h"
#include "proto/sync.h"

static void check_template(const struct plan *plan)
{
	for (uint16_t i = 0; i + 1 < plan->count; i++) {
		const struct step *step = &plan->steps[i];

		/* Who waits without a pid namespace of its own might be left where init is killed. */
		if (!step_may_be_ahead(step) || (step_stage_of(step->id) == STAGE_COMMAND && !plan->new_pid_namespace))
			fail_errno(EPROTO, "spare", "step %u is a guest's", step->id);
	}
	if (plan->exec == NULL)
		fail_errno(EPROTO, "spare", "it has nothing to execute");
}

/* Blocks until the guest is there; its plan is in the shared memory then. Returns the plan's length. */
static uint32_t receive_guest(int control)
{
	uint8_t head[WIRE_HEADER];
	struct reader r = { .at = head, .end = head + sizeof(head) };
	struct enclosed sent;

	monitor_await();
	/* Anything else: nobody wants it. */
	if (event_receive(control, head, sizeof(head), &sent) != sizeof(head))
		fail_reported();
	uint32_t length = get_u32(&r);
	if (get_u16(&r) != FRAME_START)
		fail_reported();
	if (length > SPARE_PLAN_MAX)
		fail_errno(E2BIG, "spare", "a plan of %u bytes", length);
	control_receive(control, run.spare->bytes, length);
	r = (struct reader){ .at = run.spare->bytes, .end = run.spare->bytes + length };
	get_u16(&r);
	streams_take(&r, sent.fds);
	/* What was before it goes, so that it begins with a page. */
	length = (uint32_t)(r.end - r.at);
	memmove(run.spare->bytes, r.at, length);
	return length;
}

void spare_run(struct plan *made, int control, void (*init)(int inner))
{
	static struct plan plan;
	struct iovec go = { (void *)(uintptr_t)SYNC_GO, strlen(SYNC_GO) };
	struct spare_word word = { 0 };
	struct iovec told = { &word, sizeof(word) };
	int fds[3 + ARRAY_LEN(word.mounts)];

	fail_at(STEP_START, NO_INDEX);
	check_template(made);
	made->steps[made->count - 1].done = true;
	run.spare = must_map(sizeof(*run.spare), MAP_SHARED);
	monitor_begin(made, control, init);
	monitor_steps();
	/* Init, its clone, has them. */
	detached_forget();
	monitor_tell(&go, NULL, 0);
	/* A guest is like the one before it: so much memory will be wanted, and is there then. */
	memset(run.spare->bytes, 0, made->bytes.length);
	plan_share(&run.spare->plan, made);
	plan_share(&plan, made);

	uint32_t length = receive_guest(control);
	fail_at(STEP_PLAN, NO_INDEX);
	control_decode_plan(&plan, run.spare->bytes, length);
	const char *wrong = plan_mark_done(&plan, made);
	if (wrong != NULL)
		fail_errno(EPROTO, "spare", "%s", wrong);
	plan_share(&run.spare->plan, &plan);
	monitor_replan(&plan);
	monitor_steps();
	output_streams(fds);
	size_t count = detached_list(word.mounts, fds + 3, ARRAY_LEN(word.mounts));
	if (count > ARRAY_LEN(word.mounts))
		fail_errno(E2BIG, "spare", "%zu detached mounts", count);
	/* With the word it may run, and nobody else says so. */
	if (plan.command_ahead)
		tell_ready();
	monitor_tell(&told, fds, 3 + count);
	detached_forget();
	output_leave();
	monitor_supervise();
}
