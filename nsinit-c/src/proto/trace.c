#include "proto/trace.h"

#include "base/sys.h"
#include "proto/event.h"
#include "proto/plan.h"

struct span {
	uint16_t step, index;
	uint64_t start, duration;
};

static bool enabled;
static uint64_t started;
static uint16_t count;
static struct span spans[PLAN_MAX_STEPS];

void trace_enable(void) { enabled = true; }

/* Always: the step that asks for a trace is the first of it. */
void trace_begin(void) { started = now_ns(); }

void trace_end(uint16_t step, uint16_t index)
{
	if (!enabled || count == PLAN_MAX_STEPS)
		return;
	spans[count++] = (struct span){ step, index, started, now_ns() - started };
}

void trace_forget(void) { count = 0; }

void trace_flush(void)
{
	static uint8_t bytes[PLAN_MAX_STEPS * 20u + 16u];
	struct writer w;

	if (!enabled || count == 0)
		return;
	w = event_begin(bytes, sizeof(bytes), FRAME_TRACE);
	put_u16(&w, count);
	for (uint16_t i = 0; i < count; i++) {
		put_u16(&w, spans[i].step);
		put_u16(&w, spans[i].index);
		put_u64(&w, spans[i].start);
		put_u64(&w, spans[i].duration);
	}
	count = 0;
	event_send(bytes, &w);
}
