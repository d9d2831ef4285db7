#include "launch.h"

#include <string.h>
#include <unistd.h>

#include "check.h"

struct outcome containers[DRIVER_CONTAINERS + 1];
struct outcome launcher;

bool launch(const struct target *t, struct driver *d)
{
	struct bytes bytes = { 0 };
	bool started;

	memset(containers, 0, sizeof(containers));
	launcher = (struct outcome){ 0 };
	driver_containers = containers;
	put_hello(&bytes, PROTOCOL_VERSION);
	put_frame(&bytes, FRAME_SERVE, "");
	started = driver_start(d, t->nsinit, -1, &bytes) && driver_await(d, &launcher, FRAME_HELLO);
	return check(started, "a launcher starts");
}

void send_of(struct driver *d, uint32_t container, const struct bytes *frame)
{
	struct bytes bytes = { 0 };

	put_frame(&bytes, FRAME_CONTAINER, "4*", container, BYTES(frame->at, frame->length));
	(void)driver_send(d, &bytes);
}

void start_with(struct driver *d, uint32_t number, const struct container *c, uint16_t set, const struct bytes *streams,
		bool spoil)
{
	struct bytes frame = { 0 }, plan;

	container_plan(c, &plan);
	plan.at[0] ^= spoil;
	put_frame(&frame, FRAME_START, "2**", set, BYTES(streams->at, streams->length), BYTES(plan.at, plan.length));
	send_of(d, number, &frame);
}

void start_default(struct driver *d, uint32_t number, const struct container *c)
{
	struct bytes streams = { 0 };

	put(&streams, TARGET, FROM_NULL, "", 0);
	put(&streams, TARGET, FROM_CALLER, "", 0);
	put(&streams, TARGET, FROM_CALLER, "", 0);
	start_with(d, number, c, NO_SET, &streams, false);
}

void signal_of(struct driver *d, uint32_t number, uint32_t signo)
{
	struct bytes frame = { 0 };

	put_frame(&frame, FRAME_SIGNAL, "4", signo);
	send_of(d, number, &frame);
}

void finish(struct driver *d)
{
	if (d->orders >= 0)
		close(d->orders);
	d->orders = -1;
	driver_finish(d, &launcher);
}
