#include "inside/root.h"

#include "base/beneath.h"
#include "base/sys.h"

/* As many as the kernel follows (path_resolution(7)). */
#define MOST_LINKS 40

static int root_fd = -1;

int root_set_current(void)
{
	close(root_fd);
	return root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

int root_open(const char *path, uint64_t flags, uint64_t resolve)
{
	return open_beneath(root_fd, path, flags, resolve);
}

/*
 * Makes the directories of path one by one. Each is opened by its whole path from the root, so that
 * links and ".." mean what they mean inside, and the next one is made relative to that descriptor.
 */
static int make_directories(char *path, mode_t mode)
{
	int parent = root_open("/", O_PATH | O_DIRECTORY, 0);
	char *at = path;

	while (parent >= 0) {
		char *name, kept;
		int dir, made;

		at += strspn(at, "/");
		if (*at == 0)
			return parent;
		name = at;
		at += strcspn(at, "/");
		kept = *at;
		*at = 0;
		made = mkdirat(parent, name, mode) < 0 ? errno : 0;
		dir = root_open(path, O_PATH | O_DIRECTORY, 0);
		/* "No such directory" is the consequence; why it could not be made is the cause. */
		if (dir < 0 && errno == ENOENT && made != 0 && made != EEXIST)
			errno = made;
		*at = kept;
		close_scoped(&parent);
		parent = dir;
	}
	return -1;
}

/*
 * Writes path with its links replaced by where they lead: nothing can be made through a link to nothing. It is still
 * hostile, and says where to make something, never where something is.
 */
static int expand(const char *path, char real[PATH_MAX])
{
	char rest[PATH_MAX], link[PATH_MAX], *at = rest;
	size_t n = 0, links = 0;

	snprintf(rest, sizeof(rest), "%s", path);
	for (*real = 0; at += strspn(at, "/"), *at; real[n] = 0) {
		size_t length = strcspn(at, "/"), left = strlen(at + length) + 1;

		snprintf(real + n, PATH_MAX - n, "/%.*s", (int)length, at);
		scoped_fd fd = root_open(real, O_PATH | O_NOFOLLOW, 0);
		ssize_t size = fd < 0 ? -1 : readlinkat(fd, "", link, sizeof(link));
		/* ENOENT: nothing, or no link. */
		if (size < 0 && errno != ENOENT)
			return -1;
		at += length;
		if (size < 0) {
			n += 1 + length;
		} else if (++links <= MOST_LINKS && (size_t)size + left <= sizeof(rest)) {
			memmove(rest + size, at, left);
			memcpy(rest, link, (size_t)size);
			at = rest;
			n = *link == '/' ? 0 : n;
		} else {
			errno = links > MOST_LINKS ? ELOOP : ENAMETOOLONG;
			return -1;
		}
		if (n >= PATH_MAX - 1) {
			errno = ENAMETOOLONG;
			return -1;
		}
	}
	return 0;
}

int root_mkdir(const char *path, mode_t mode)
{
	char real[PATH_MAX];
	size_t size = strlen(path) + 1;
	int fd = root_open(path, O_PATH | O_DIRECTORY, 0);

	if (fd < 0 && errno == ENOENT && size <= sizeof(real))
		fd = make_directories(memcpy(real, path, size), mode);
	if (fd < 0 && errno == ENOENT && expand(path, real) == 0)
		fd = make_directories(real, mode);
	return fd;
}

int root_open_parent(const char *path, const char **name)
{
	char copy[PATH_MAX];
	size_t n = strlen(path);
	char *slash;

	if (n == 0 || n >= sizeof(copy) || path[n - 1] == '/') {
		errno = n == 0 ? ENOENT : n >= sizeof(copy) ? ENAMETOOLONG : EISDIR;
		return -1;
	}
	memcpy(copy, path, n + 1);
	slash = strrchr(copy, '/');
	*name = slash ? path + (slash - copy) + 1 : path;
	if (slash == NULL || slash == copy)
		return root_open("/", O_PATH | O_DIRECTORY, 0);
	*slash = 0;
	return root_mkdir(copy, 0755);
}

static int touch(const char *path)
{
	const char *name = "";
	scoped_fd parent = root_open_parent(path, &name);
	scoped_fd fd =
		parent < 0 ? -1 : openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);

	return fd < 0 ? -1 : 0;
}

int root_touch(const char *path)
{
	char real[PATH_MAX];
	int made = touch(path);

	if (made < 0 && errno == EEXIST)
		made = expand(path, real) < 0 ? -1 : touch(real);
	return made < 0 && errno != EEXIST ? -1 : 0;
}
