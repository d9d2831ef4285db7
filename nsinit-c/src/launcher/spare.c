#include "launcher/spare.h"

#include "base/detached.h"
#include "base/fail.h"
#include "base/sys.h"
#include "launcher/streams.h"
#include "outside/control.h"
#include "outside/monitor.h"
#include "outside/output.h"
#include "proto/ahead.h"
#include "proto/event.h"
#include "proto/steps.h"
#include "proto/sync.h"

static void check_template(const struct plan *plan)
{
	for (uint16_t i = 0; i + 1 < plan->count; i++)
		if (!step_may_be_ahead(plan->steps[i].id))
			fail_errno(EPROTO, "spare", "step %u is a guest's", plan->steps[i].id);
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
	control_receive(control, run.spare_plan, length);
	r = (struct reader){ .at = run.spare_plan, .end = run.spare_plan + length };
	get_u16(&r);
	streams_take(&r, sent.fds);
	/* What was before it goes, so that both sides find the plan at the begin. */
	length = (uint32_t)(r.end - r.at);
	memmove(run.spare_plan, r.at, length);
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
	run.spare_plan = must_map(SPARE_PLAN_MAX, MAP_SHARED);
	monitor_begin(made, control, init);
	monitor_steps();
	/* Init, its clone, has them. */
	detached_forget();
	monitor_tell(&go, NULL, 0);

	word.length = receive_guest(control);
	fail_at(STEP_PLAN, NO_INDEX);
	control_decode_plan(&plan, run.spare_plan, word.length);
	const char *wrong = plan_mark_done(&plan, made);
	if (wrong != NULL)
		fail_errno(EPROTO, "spare", "%s", wrong);
	monitor_replan(&plan);
	monitor_steps();
	output_streams(fds);
	size_t count = detached_list(word.mounts, fds + 3, ARRAY_LEN(word.mounts));
	if (count > ARRAY_LEN(word.mounts))
		fail_errno(E2BIG, "spare", "%zu detached mounts", count);
	monitor_tell(&told, fds, 3 + count);
	detached_forget();
	output_leave();
	monitor_supervise();
}
