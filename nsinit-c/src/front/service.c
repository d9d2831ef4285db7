#include "front/service.h"

#include "base/sys.h"
#include "front/front.h"
#include "front/launch.h"
#include "proto/event.h"

/* All that execve(2) lets arguments and variables be, 6 MiB, and what nsinit may say meanwhile. */
static uint8_t queue[(8u << 20) + (256u << 10)];
static size_t begin, end;
static bool deaf; /* nobody takes what is in the queue */

static int refuse(int fd, int error)
{
	if (fd >= 0)
		close(fd);
	errno = error;
	return -1;
}

/* A directory that nobody but us can have made, or write to. forbidden: bits of its mode. */
static int own_directory(int at, const char *name, int flags, mode_t forbidden)
{
	int fd = openat(at, name, O_PATH | O_DIRECTORY | O_CLOEXEC | flags);
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) < 0 || st.st_uid != geteuid() || (st.st_mode & forbidden) != 0))
		return refuse(fd, EACCES);
	return fd;
}

/* As StatePaths.java has it, what is of nsrun's at run time. */
static int runtime_directory(void)
{
	const char *xdg = getenv("XDG_RUNTIME_DIR");
	char name[sizeof("/tmp/nsrun-4294967295")];

	if (geteuid() == 0)
		return own_directory(AT_FDCWD, "/run/nsrun", O_NOFOLLOW, 022);
	scoped_fd users = xdg != NULL && xdg[0] == '/' ? own_directory(AT_FDCWD, xdg, 0, 077) : -1;
	if (users >= 0)
		return own_directory(users, "nsrun", O_NOFOLLOW, 022);
	snprintf(name, sizeof(name), "/tmp/nsrun-%u", geteuid());
	return own_directory(AT_FDCWD, name, O_NOFOLLOW, 022);
}

/* Of a service that would do what the launcher does: it has the same jar. FNV-1a, of 64 bits. */
static bool service_name(char name[static 17])
{
	uint64_t hash = 0xcbf29ce484222325u;
	char text[128];
	struct stat st;

	if (!launch_jar(&st))
		return false;
	snprintf(text, sizeof(text), "%u.%llu.%llu.%lld.%lld.%ld", FRONT_VERSION, (unsigned long long)st.st_dev,
		 (unsigned long long)st.st_ino, (long long)st.st_size, (long long)st.st_mtim.tv_sec,
		 st.st_mtim.tv_nsec);
	for (const char *c = text; *c != 0; c++)
		hash = (hash ^ (uint8_t)*c) * 0x100000001b3u;
	snprintf(name, 17, "%016llx", (unsigned long long)hash);
	return true;
}

/* -1, or the socket, at which nobody but our own user listens. */
static int dial(int directory, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct ucred peer;
	socklen_t length = sizeof(peer);
	struct stat st;

	if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (!S_ISSOCK(st.st_mode) || st.st_uid != geteuid())
		return refuse(-1, EACCES);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s", directory, name);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return refuse(fd, errno);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0 || peer.uid != geteuid())
		return refuse(fd, EACCES);
	return fd;
}

int service_connect(bool *none)
{
	char name[17];

	*none = false;
	if (!service_name(name))
		return -1;
	scoped_fd runtime = runtime_directory();
	scoped_fd directory = runtime >= 0 ? own_directory(runtime, "serve", O_NOFOLLOW, 022) : -1;
	int fd = directory >= 0 ? dial(directory, name) : -1;
	*none = fd < 0 && (errno == ENOENT || errno == ECONNREFUSED);
	return fd;
}

static struct writer frame_begin(enum front_frame type)
{
	struct writer w = { .at = queue + end, .end = queue + sizeof(queue) };

	put_u32(&w, 0);
	put_u16(&w, (uint16_t)type);
	return w;
}

/* One that has no room is none of those that we expect: nobody is told anything any more. */
static void frame_end(const struct writer *w)
{
	struct writer head = { .at = queue + end, .end = queue + end + 4 };

	deaf |= w->bad;
	if (deaf)
		return;
	put_u32(&head, (uint32_t)(w->at - queue - end - WIRE_HEADER));
	end = (size_t)(w->at - queue);
}

static void put_strings(struct writer *w, char **strings, uint32_t count)
{
	put_u32(w, count);
	for (uint32_t i = 0; i < count; i++)
		put_str(w, strings[i], FRONT_FRAME_MAX);
}

void service_request(uint8_t given, int argc, char **argv)
{
	char cwd[PATH_MAX];
	uint32_t variables = 0;
	struct writer w = frame_begin(FRONT_HELLO);

	put_u32(&w, FRONT_MAGIC);
	put_u16(&w, FRONT_VERSION);
	frame_end(&w);
	while (environ[variables] != NULL)
		variables++;
	w = frame_begin(FRONT_REQUEST);
	put_u8(&w, given);
	put_strings(&w, argv + 1, (uint32_t)argc - 1);
	put_strings(&w, environ, variables);
	put_str(&w, getcwd(cwd, sizeof(cwd)) != NULL ? cwd : "", sizeof(cwd));
	frame_end(&w);
}

void service_channel(const uint8_t *bytes, uint32_t n)
{
	struct writer w = frame_begin(FRONT_CHANNEL);

	put_blob(&w, bytes, n);
	frame_end(&w);
}

void service_gone(uint32_t status, const char *why)
{
	struct writer w = frame_begin(FRONT_GONE);

	put_u32(&w, status);
	put_str(&w, why, 1024);
	frame_end(&w);
}

void service_lost(uint8_t fd, uint32_t error)
{
	struct writer w = frame_begin(FRONT_LOST);

	put_u8(&w, fd);
	put_u32(&w, error);
	frame_end(&w);
}

bool service_queued(void) { return begin < end && !deaf; }

bool service_has_room(void) { return end - begin < (1u << 20) && sizeof(queue) - end > (2u << 20); }

void service_flush(int service)
{
	while (service_queued()) {
		ssize_t n = send(service, queue + begin, end - begin, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			/* What it had said before it went is still to be read. */
			deaf = errno != EAGAIN;
			return;
		}
		begin += (size_t)n;
	}
	begin = end = 0;
}
