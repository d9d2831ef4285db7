#include "front/incoming.h"

#include "base/sys.h"
#include "front/front.h"
#include "front/guest.h"
#include "front/relay.h"
#include "front/service.h"
#include "front/talk.h"
#include "proto/event.h"

/* Frames but OUTPUT and CHANNEL, and each CHANNEL up to that length, are looked at whole. */
#define WHOLE (32u << 10)

static uint8_t in[2 * WHOLE];
static size_t at, end;
/* What is still to come of the blob of an OUTPUT, or, with 0, of a CHANNEL. */
static uint32_t blob_left;
static uint8_t blob_fd;
static bool mute[3];
static bool unwritten; /* what was wanted of us */
/* For nsinit, which is slow. */
static const uint8_t *pending;
static size_t pending_left;

static void output(uint8_t fd, const uint8_t *bytes, size_t n)
{
	while (n > 0 && !mute[fd]) {
		bool open = (relay.given >> fd & 1) != 0;
		ssize_t wrote = open ? write(fd, bytes, n) : -1;
		int error = !open ? EBADF : wrote < 0 ? errno : 0;

		if (error == EAGAIN) {
			/* Somebody else has made it so that writing does not wait. */
			poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1);
		} else if (error == 0) {
			relay.printed = true;
			bytes += wrote;
			n -= (size_t)wrote;
		} else if (error != EINTR) {
			mute[fd] = true;
			/* Whoever reads a pipe may have had enough, and what is closed is not wanted. */
			unwritten |= fd == STDOUT_FILENO && error != EPIPE && error != EBADF;
			service_lost(fd, (uint32_t)error);
		}
	}
}

static void want_guest(struct reader r)
{
	get_u32(&r);
	/* Else it is for one that has ended, which the service does not know yet. */
	if (guest.pid == 0 && get_u16(&r) == FRAME_HELLO) {
		relay.acted |= guest.started;
		if (!guest_start())
			service_gone(0, guest.why);
	}
	relay.asked = guest.pid > 0;
}

/* False: it makes no sense. */
static bool pass_blob(void)
{
	size_t n = end - at < blob_left ? end - at : blob_left;
	const uint8_t *bytes = in + at;

	at += n;
	blob_left -= (uint32_t)n;
	if (blob_fd != 0)
		output(blob_fd, bytes, n);
	if (blob_fd != 0 || guest.pid == 0)
		return true;
	pending = bytes;
	pending_left = n;
	return talk_look(bytes, n);
}

static bool on_blob(uint16_t type, struct reader r, uint32_t length)
{
	uint8_t fd = type == FRONT_OUTPUT ? get_u8(&r) : 0;
	uint32_t n = get_u32(&r);

	if (type == FRONT_OUTPUT ? length != 5 + (uint64_t)n || fd < 1 || fd > 2 : length != 4 + (uint64_t)n)
		return false;
	if (type == FRONT_CHANNEL)
		want_guest((struct reader){ .at = r.at, .end = r.end, .bad = n < WIRE_HEADER });
	at = (size_t)(r.at - in);
	blob_left = n;
	blob_fd = fd;
	return true;
}

static bool on_hello(struct reader r)
{
	bool wrong = relay.greeted || get_u32(&r) != FRONT_MAGIC || get_u16(&r) != FRONT_VERSION;

	relay.greeted = true;
	return !wrong && !r.bad && r.at == r.end;
}

static bool on_done(struct reader r)
{
	uint8_t code = get_u8(&r);

	if (r.bad || r.at != r.end)
		return false;
	/* As cli/Main.java has it: what a disk has no room for is no success. */
	if (code == 0 && unwritten) {
		tell("standard output can't be written; is its file system full?");
		code = FRONT_FAILED;
	}
	relay.done = code;
	return true;
}

static bool on_frame(uint16_t type, struct reader r)
{
	if (type != FRONT_HELLO && !relay.greeted)
		return false;
	switch (type) {
	case FRONT_HELLO:
		return on_hello(r);
	case FRONT_DONE:
		return on_done(r);
	case FRONT_ELSEWHERE:
		/* Which is what is done where the service is gone, too. */
		return false;
	case FRONT_LEAVE:
		if (guest.pid > 0)
			guest_leave();
		break;
	case FRONT_KILL:
		if (guest.pid > 0)
			kill(guest.pid, SIGKILL);
		break;
	case FRONT_CLOSE:
		guest_close();
		break;
	default:
		return false;
	}
	return r.at == r.end;
}

bool incoming_take(void)
{
	while (relay.done < 0 && pending_left == 0) {
		struct reader r = { .at = in + at, .end = in + end };
		uint32_t length = get_u32(&r);
		uint16_t type = get_u16(&r);
		size_t here = (size_t)(r.end - r.at);
		bool streamed = type == FRONT_OUTPUT || type == FRONT_CHANNEL;
		uint32_t most = type == FRONT_OUTPUT ? 5 : WHOLE;

		if (blob_left > 0) {
			if (at == end)
				return true;
			if (!pass_blob())
				return false;
			continue;
		}
		if (r.bad)
			return true;
		if (length > FRONT_FRAME_MAX || (!streamed && length > WHOLE) || (streamed && !relay.greeted))
			return false;
		if (here < (length < most ? length : most))
			return true;
		if (!streamed)
			at += WIRE_HEADER + length;
		if (streamed ? !on_blob(type, r, length) : !on_frame(type, get_sub(&r, length)))
			return false;
	}
	return true;
}

void incoming_pass(void)
{
	while (pending_left > 0) {
		ssize_t n = guest.to >= 0 ? write(guest.to, pending, pending_left) : -1;

		if (n < 0 && guest.to >= 0 && errno == EAGAIN)
			return;
		/* It has closed its end, or we ours. */
		if (n < 0)
			n = (ssize_t)pending_left;
		pending += n;
		pending_left -= (size_t)n;
	}
}

bool incoming_read(void)
{
	memmove(in, in + at, end - at);
	end -= at;
	at = 0;
	ssize_t n = recv(relay.service, in + end, sizeof(in) - end, 0);
	end += n > 0 ? (size_t)n : 0;
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

bool incoming_pending(void) { return pending_left > 0; }
