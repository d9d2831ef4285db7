#include "inside/watched.h"

#include "inside/mounts.h"
#include "proto/event.h"
#include "proto/steps.h"

/* What the monitor gets (outside/sample.h): the procfs, then the file systems in memory. */
static int kept[EVENT_FDS] = { -1 };
static size_t kept_count = 1;
static bool decided;

void watch_keep(int mount)
{
	bool perhaps = run.spare != NULL && !decided;

	if (kept_count < EVENT_FDS && (perhaps || run_step(STEP_WATCH) != NULL))
		kept[kept_count++] = must(fcntl(mount, F_DUPFD_CLOEXEC, 0), "dup", "of a tmpfs to watch");
}

static void forget(void)
{
	while (kept_count > 0)
		close(kept[--kept_count]);
}

void watch_decide(void)
{
	decided = true;
	if (run_step(STEP_WATCH) == NULL)
		forget();
}

void step_watch(const struct watch_step *step)
{
	(void)step;
	kept[0] = mount_procfs();
	if (!event_fds(FRAME_WATCH, kept, kept_count))
		fail("sendmsg", "the procfs to the monitor");
	forget();
}
