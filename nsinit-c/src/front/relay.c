#include "front/relay.h"

#include "base/sys.h"
#include "front/front.h"
#include "front/guest.h"
#include "front/incoming.h"
#include "front/launch.h"
#include "front/service.h"
#include "front/signals.h"
#include "front/talk.h"
#include "proto/event.h"

enum { FD_SERVICE, FD_FROM, FD_TO, FD_SIGNALS, FD_CHILD, FD_COUNT };

#define NS_PER_S 1000000000u
/* For a JVM that is there already; for a set-up, as SignalForwarder.java has it; and for what a JVM does at the end. */
#define HELLO_NS  (2ull * NS_PER_S)
#define SETTLE_NS (3ull * NS_PER_S)
#define DONE_NS	  (10ull * NS_PER_S)

struct relay relay = { .done = -1 };

static uint64_t wanted; /* signals that nsinit is to get, a bit each */
static uint64_t began, lively_at, settle_by;
static int settle_signo;

static void pass_signals(void)
{
	while (wanted != 0 && !incoming_pending() && talk_between_frames() && guest.to >= 0) {
		uint32_t signo = (uint32_t)__builtin_ctzll(wanted);
		uint8_t bytes[WIRE_HEADER + 4];
		struct writer w = { .at = bytes, .end = bytes + sizeof(bytes) };

		put_u32(&w, 4);
		put_u16(&w, FRAME_SIGNAL);
		put_u32(&w, signo);
		/* All of it, or nothing: pipe(7). */
		if (write(guest.to, bytes, sizeof(bytes)) < 0 && errno == EAGAIN)
			return;
		wanted &= ~(1ull << signo);
	}
}

static void on_signals(void)
{
	int signo;

	while ((signo = signals_next()) != 0) {
		wanted |= 1ull << signo;
		if ((signo == SIGINT || signo == SIGTERM || signo == SIGHUP) && settle_by == 0) {
			settle_by = now_ns() + SETTLE_NS;
			settle_signo = signo;
		}
	}
}

/* The service has gone, or talks nonsense, which is the same. */
static void on_gone(void)
{
	close(relay.service);
	relay.service = -1;
	/* What it holds for a container that is being set up is gone with it. */
	relay.cut = guest.pid > 0 && !guest.started && guest.end == 0;
	if (relay.cut)
		guest_close();
}

static bool hear(void)
{
	ssize_t n = guest.from >= 0 ? talk_hear() : 0;
	const uint8_t *frames;
	size_t length;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) {
		if (guest.from >= 0)
			close(guest.from);
		guest.from = -1;
		return false;
	}
	frames = talk_frames(&length);
	if (frames == NULL)
		kill(guest.pid, SIGKILL);
	else if (length > 0 && relay.service >= 0)
		service_channel(frames, (uint32_t)length);
	lively_at = now_ns();
	return frames != NULL;
}

/* Whether what nsinit says can be passed on. */
static bool listening(void) { return relay.service < 0 || service_has_room(); }

static void on_child(void)
{
	while (relay.asked && listening() && hear())
		;
	if (!listening())
		return;
	guest_reap();
	if (relay.asked)
		service_gone(guest.status, "");
	relay.asked = false;
}

static void on_service(short revents)
{
	if (revents & POLLOUT)
		service_flush(relay.service);
	if (!(revents & (POLLIN | POLLHUP | POLLERR)) || incoming_pending())
		return;
	if (!incoming_read())
		return on_gone();
	lively_at = now_ns();
}

static uint64_t earlier(uint64_t a, uint64_t b) { return a < b ? a : b; }

/* The next time at which something is late. */
static uint64_t deadline(void)
{
	uint64_t by = UINT64_MAX;

	if (relay.service >= 0 && !relay.greeted)
		by = earlier(by, began + HELLO_NS);
	if (relay.service >= 0 && guest.end == FRAME_EXITED)
		by = earlier(by, lively_at + DONE_NS);
	if (settle_by > 0 && guest.pid > 0 && !guest.started && guest.end == 0)
		by = earlier(by, settle_by);
	return by;
}

static void on_late(uint64_t now)
{
	if (settle_by > 0 && now >= settle_by && guest.pid > 0 && !guest.started && guest.end == 0) {
		guest_kill();
		_exit(128 + settle_signo);
	}
	if (relay.service >= 0)
		on_gone();
}

static void turn(void)
{
	bool hears = relay.asked && listening();
	bool tells = incoming_pending() || (wanted != 0 && talk_between_frames());
	short events = (short)((!incoming_pending() ? POLLIN : 0) | (service_queued() ? POLLOUT : 0));
	struct pollfd fds[FD_COUNT] = {
		[FD_SERVICE] = { .fd = events != 0 ? relay.service : -1, .events = events },
		[FD_FROM] = { .fd = hears ? guest.from : -1, .events = POLLIN },
		[FD_TO] = { .fd = tells ? guest.to : -1, .events = POLLOUT },
		[FD_SIGNALS] = { .fd = signals_fd(), .events = POLLIN },
		[FD_CHILD] = { .fd = hears || !relay.asked ? guest.pidfd : -1, .events = POLLIN },
	};
	uint64_t by = deadline(), now = by < UINT64_MAX ? now_ns() : 0;
	int ms = by == UINT64_MAX ? -1 : now >= by ? 0 : (int)((by - now) / 1000000 + 1);

	if (poll(fds, FD_COUNT, ms) == 0)
		return on_late(now_ns());
	if (fds[FD_FROM].revents)
		hear();
	if (fds[FD_SIGNALS].revents)
		on_signals();
	if (fds[FD_CHILD].revents)
		on_child();
	if (fds[FD_SERVICE].revents)
		on_service(fds[FD_SERVICE].revents);
}

/* What there is to say of a container where nobody else says it; NULL: nothing. */
static const char *last_words(void)
{
	switch (guest.end) {
	case FRAME_EXITED:
		return guest.lost ? "the service has gone while the container started, which has ended with it" : NULL;
	case FRAME_DETACHED:
		return guest.code == FRONT_FAILED ? "monitor and service have gone; see nsrun ps" : NULL;
	case FRAME_FAILED:
		return relay.cut ? "the service has gone before all was done; try again" : guest.why;
	default:
		return !guest.started ? "the service has gone before all was done; see nsrun ps, and try again"
		       : guest.left   ? "the service has gone; the container goes on, and nsrun ps shows it"
				      : guest.why;
	}
}

/* Nobody is left to ask. */
static noreturn void conclude(char **argv)
{
	bool ran = guest.started || guest.end == FRAME_EXITED || guest.end == FRAME_DETACHED;

	if (guest.pid > 0)
		guest_kill();
	if (relay.done >= 0)
		_exit(relay.done);
	if (!ran && !relay.printed && !relay.acted)
		launch(argv);
	if (last_words() != NULL)
		tell("%s", last_words());
	_exit(guest.end != 0 ? guest.code : guest.started && guest.left ? 0 : FRONT_FAILED);
}

noreturn void relay_run(bool ahead, char **argv)
{
	began = now_ns();
	service_flush(relay.service);
	/* The service thinks meanwhile. That there is none is told once it is asked for. */
	if (ahead)
		guest_start();
	while (relay.done < 0 && (relay.service >= 0 || (guest.pid > 0 && guest.handed))) {
		if (guest.pid == 0)
			wanted = settle_by = 0;
		turn();
		incoming_pass();
		if (relay.service >= 0 && !incoming_take())
			on_gone();
		incoming_pass();
		pass_signals();
		/* It has closed its channel, and lives on. */
		if (relay.service < 0 && guest.pid > 0 && guest.from < 0 && guest.started && guest.end == 0 &&
		    !guest_dying())
			guest_leave();
	}
	conclude(argv);
}
