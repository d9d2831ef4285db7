#include "lifecycle/detach.h"

#include "lifecycle/attach.h"
#include "lifecycle/clients.h"
#include "lifecycle/log.h"
#include "proto/event.h"
#include "proto/steps.h"

/* Room for all that is written there, so that a full disk does not lose how it ended. */
#define LIFE_BYTES 4096

/* Until the command runs, what is told of an earlier start is still true. */
#define LIFE	  "life"
#define LIFE_NEXT "life.next"

static int life = -1;
static bool lives_on;
static int directory_fd = -1;
static uint32_t restarted;
static char to_remove[PATH_MAX];

static struct {
	const char *name;
	uint64_t type;
	int fd;
} namespaces[] = {
	{ "user", CLONE_NEWUSER, -1 },	   { "mnt", CLONE_NEWNS, -1 },	{ "pid", CLONE_NEWPID, -1 },
	{ "ipc", CLONE_NEWIPC, -1 },	   { "uts", CLONE_NEWUTS, -1 }, { "net", CLONE_NEWNET, -1 },
	{ "cgroup", CLONE_NEWCGROUP, -1 },
};

void detach_namespaces(pid_t init, int (*open_namespace)(const char *path, int flags))
{
	for (size_t i = 0; i < ARRAY_LEN(namespaces); i++) {
		char path[sizeof("/proc/2147483647/ns/cgroup")];

		snprintf(path, sizeof(path), "/proc/%d/ns/%s", init, namespaces[i].name);
		/* One that can't be had can't be entered; the container lives without. */
		namespaces[i].fd = open_namespace(path, O_RDONLY);
	}
}

static void tell_namespaces(void)
{
	uint8_t bytes[WIRE_HEADER + 8 + 12 * ARRAY_LEN(namespaces)];
	struct writer w = event_begin(bytes, sizeof(bytes), FRAME_NAMESPACES);
	uint16_t count = 0;

	for (size_t i = 0; i < ARRAY_LEN(namespaces); i++)
		count += namespaces[i].fd >= 0;
	put_u32(&w, (uint32_t)getpid());
	put_u16(&w, count);
	for (size_t i = 0; i < ARRAY_LEN(namespaces); i++) {
		if (namespaces[i].fd < 0)
			continue;
		put_u64(&w, namespaces[i].type);
		put_u32(&w, (uint32_t)namespaces[i].fd);
	}
	event_send(bytes, &w);
}

static int open_life(int directory)
{
	int flags = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW;
	int fd = must(openat(directory, LIFE_NEXT, flags, 0600), LIFE_NEXT, "open");

	/* Some file systems can't; EOPNOTSUPP. */
	if (fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, LIFE_BYTES) < 0 && errno == ENOSPC)
		fail(LIFE_NEXT, "fallocate");
	return fd;
}

void detach_session(void)
{
	/* The caller's terminal is none of ours, and what is typed there is not for us. */
	if (setsid() < 0 && getsid(0) != getpid())
		fail("setsid", "of what lives on");
}

void step_detach(const struct detach_step *step)
{
	int directory = must(open(step->directory, O_PATH | O_DIRECTORY | O_CLOEXEC), step->directory, "open");

	detach_session();
	life = open_life(directory);
	clients_listen(directory);
	if (step->log_files > 0)
		log_open(directory, step->log_bytes, step->log_files);
	directory_fd = directory;
	attach_await(run.control);
	if (step->remove)
		snprintf(to_remove, sizeof(to_remove), "%s", step->directory);
}

void detach_leave(void)
{
	close(life);
	close(directory_fd);
	life = directory_fd = -1;
	clients_leave();
	attach_leave();
	log_leave();
}

void detach_keep(void)
{
	close(life);
	life = -1;
	attach_leave();
	log_leave();
}

void detach_reopen(void)
{
	event_to(must(openat(directory_fd, LIFE, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW), LIFE, "open"));
}

void detach_again(const struct detach_step *step, uint32_t restarts)
{
	detach_reopen();
	life = open_life(directory_fd);
	if (step->log_files > 0)
		log_open(directory_fd, step->log_bytes, step->log_files);
	restarted = restarts;
}

void detach_tell_restart(uint32_t count, bool due)
{
	uint8_t bytes[16];
	struct writer w = event_begin(bytes, sizeof(bytes), FRAME_RESTART);

	put_u32(&w, count);
	put_u8(&w, due);
	event_send(bytes, &w);
}

void detach_started(pid_t init, pid_t command)
{
	int caller = event_fd();
	uint32_t number = event_number();

	event_to(life);
	event_hello();
	if (restarted > 0)
		detach_tell_restart(restarted, false);
	event_clock();
	event_pid(FRAME_READY, (uint32_t)init);
	tell_namespaces();
	if (!event_pid(FRAME_STARTED, (uint32_t)command))
		fail(LIFE_NEXT, "write");
	must(fdatasync(life), LIFE_NEXT, "fdatasync");
	must(renameat(directory_fd, LIFE_NEXT, directory_fd, LIFE), LIFE, "rename");
	clients_serve();
	/* What the caller hears of it last. */
	event_to(caller);
	event_of(number);
	event_pid(FRAME_STARTED, (uint32_t)command);
	if (run.control == caller)
		event_to(life); /* output waits for its end */
	detach_alone();
}

void detach_alone(void)
{
	if (event_fd() != life)
		close(event_fd());
	event_to(life);
	lives_on = true;
	run.control = -1;
	must(chdir("/"), "/", "chdir");
}

bool detached(void) { return lives_on; }

void detach_tell_end(const struct child_exit *child, const struct ending *ending)
{
	attach_end();
	event_clock();
	event_exited(child, ending);
	for (int fd = clients_next(-1); fd >= 0; fd = clients_next(fd)) {
		event_to(fd);
		event_exited(child, ending);
	}
	event_to(life);
}

/* The record first: without it, it is no container any more, whoever looks. */
void detach_end(void)
{
	static const char *const files[] = { "container.json", "spec.json", LIFE, "control", "lock" };

	/* Its mounts end with them, before what says that it is alive: whoever starts it again finds its layer free. */
	for (size_t i = 0; i < ARRAY_LEN(namespaces); i++)
		close(namespaces[i].fd);

	if (to_remove[0] == 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		(void)unlinkat(directory_fd, files[i], 0);
	log_remove();
	(void)rmdir(to_remove);
}
