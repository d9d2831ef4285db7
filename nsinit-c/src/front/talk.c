#include "front/talk.h"

#include "attached/attached.h"
#include "base/sys.h"
#include "front/front.h"
#include "front/guest.h"
#include "front/signals.h"
#include "proto/event.h"
#include "proto/plan.h"

#define NSINIT_MAX ((1u << 20) + 64u)

/* From nsinit, until it is a whole frame. */
static uint8_t heard[WIRE_HEADER + NSINIT_MAX + (64u << 10)];
static size_t heard_end, taken;
/* To it: what is left of a frame, or what there is of a header. */
static uint32_t left_to;
static uint8_t head_to[WIRE_HEADER];
static size_t have_to;

void talk_begin(void) { heard_end = taken = have_to = left_to = 0; }

/* Attached, the caller may want signals for nsrun alone. */
static bool look_at_attach(const uint8_t *payload, size_t n)
{
	struct reader r = { .at = payload, .end = payload + n };

	get_str(&r);
	guest.for_it = (get_u8(&r) & ATTACH_SIGNALS) != 0;
	return !r.bad;
}

static bool look_at_head(const uint8_t *payload, size_t n)
{
	struct reader r = { .at = head_to, .end = head_to + sizeof(head_to) };
	uint16_t type;

	left_to = get_u32(&r);
	type = get_u16(&r);
	if (left_to > FRONT_FRAME_MAX)
		return false;
	if (type != FRAME_PLAN && type != FRAME_ATTACH)
		return true;
	guest.handed = true;
	guest.for_it = type == FRAME_PLAN;
	/* The service sends it in one piece. */
	if (type == FRAME_ATTACH && (n < left_to || !look_at_attach(payload, left_to)))
		return false;
	if (guest.for_it)
		signals_take();
	return true;
}

bool talk_look(const uint8_t *bytes, size_t n)
{
	while (n > 0) {
		size_t part = left_to > 0 ? left_to : sizeof(head_to) - have_to;

		if (part > n)
			part = n;
		if (left_to > 0) {
			left_to -= (uint32_t)part;
		} else {
			memcpy(head_to + have_to, bytes, part);
			have_to += part;
		}
		bytes += part;
		n -= part;
		if (have_to == sizeof(head_to)) {
			have_to = 0;
			if (!look_at_head(bytes, n))
				return false;
		}
	}
	return true;
}

bool talk_between_frames(void) { return have_to == 0 && left_to == 0; }

static const char *step_called(uint16_t id)
{
	switch (id) {
#define NAME(number, constant, name, ...) \
	case number: \
		return #name;
		NSRUN_STEPS(NAME)
#undef NAME
	default:
		return "set-up";
	}
}

static void on_failed(struct reader r)
{
	uint16_t step = get_u16(&r);

	get_u16(&r);
	int error = (int)get_u32(&r);
	const char *object = get_str(&r), *detail = get_str(&r);
	snprintf(guest.why, sizeof(guest.why), "%s %s: %s%s%s%s", step_called(step), object, strerror(error),
		 detail[0] != 0 ? " (" : "", detail, detail[0] != 0 ? ")" : "");
	guest.code = step != STEP_EXEC			   ? FRONT_FAILED
		     : error == ENOENT || error == ENOTDIR ? FRONT_NOT_FOUND
							   : FRONT_NOT_EXECUTABLE;
}

static void on_exited(struct reader r)
{
	bool signalled = get_bool(&r);
	uint32_t value = get_u32(&r);

	get_bool(&r);
	guest.lost = get_u8(&r) == CAUSE_CONTROL_GONE;
	guest.code = (int)(signalled ? 128 + value : value) & 0xff;
}

static void on_event(uint16_t type, struct reader r)
{
	struct blob b;

	switch (type) {
	case FRAME_STARTED:
		guest.started = true;
		return;
	case FRAME_TERMINAL:
		b = get_blob(&r);
		guest.has_saved = b.length == sizeof(guest.saved);
		if (guest.has_saved)
			memcpy(&guest.saved, b.bytes, sizeof(guest.saved));
		return;
	case FRAME_EXITED:
		on_exited(r);
		break;
	case FRAME_FAILED:
		on_failed(r);
		break;
	case FRAME_DETACHED:
		guest.code = (int[]){ 0, 128 + SIGPIPE, FRONT_FAILED, FRONT_FAILED }[get_u8(&r) & 3];
		break;
	default:
		return;
	}
	guest.end = type;
	signals_give_back();
}

ssize_t talk_hear(void)
{
	memmove(heard, heard + taken, heard_end - taken);
	heard_end -= taken;
	taken = 0;
	ssize_t n = read(guest.from, heard + heard_end, sizeof(heard) - heard_end);
	heard_end += n > 0 ? (size_t)n : 0;
	return n;
}

const uint8_t *talk_frames(size_t *n)
{
	for (;;) {
		struct reader r = { .at = heard + taken, .end = heard + heard_end };
		uint32_t length = get_u32(&r);
		uint16_t type = get_u16(&r);

		if (!r.bad && length > NSINIT_MAX)
			return NULL;
		struct reader payload = get_sub(&r, length);
		if (r.bad)
			break;
		on_event(type, payload);
		taken = (size_t)(r.at - heard);
	}
	*n = taken;
	return heard;
}
