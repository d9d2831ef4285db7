#include "unpack/unpack.h"

#include <sys/xattr.h>

#include "inside/root.h"
#include "proto/event.h"
#include "proto/steps.h"

#define PIPE_BYTES (1u << 20) /* what an ordinary user may have in a pipe */

static struct {
	int parent;	      /* the directory of path; -1: none was opened yet */
	size_t parent_length; /* of its own path, the begin of path */
	char path[PATH_MAX];  /* of the member at hand */
	const char *name;     /* its last component */
	int file;	      /* an open file or directory; -1: a symbolic link */
	uint32_t directories; /* that may still be made without being a member */
	uint64_t resolve;     /* what is on the way to a member */
	const struct unpack_step *step;
	uint32_t lost, lost_for; /* extended attributes that could not be set; the errno of the first one */
} at = { .parent = -1, .file = -1, .name = "" };

static bool is_plain(const char *path)
{
	for (;; path++) {
		size_t n = strcspn(path, "/");

		if (n == 0 || (n <= 2 && strncmp(path, "..", n) == 0))
			return false;
		path += n;
		if (*path == '\0')
			return true;
	}
}

const char *member_decode(struct member *m, uint16_t type, struct reader r)
{
	bool linked = type == MEMBER_SYMLINK || type == MEMBER_LINK;
	bool named = linked || type == MEMBER_FILE || type == MEMBER_DIRECTORY || type == MEMBER_LOOK;

	*m = (struct member){ .type = type, .path = "", .target = "" };
	if (type < MEMBER_FILE || type > MEMBER_LOOK)
		return "unknown frame";
	if (named)
		m->path = get_str(&r);
	if (linked || type == MEMBER_XATTR)
		m->target = get_str(&r);
	if (type == MEMBER_DATA || type == MEMBER_SIZE)
		m->offset = get_u64(&r);
	if (type == MEMBER_DATA || type == MEMBER_XATTR)
		m->bytes = get_blob(&r);
	if (type == MEMBER_ATTRIBUTES) {
		m->uid = get_u32(&r);
		m->gid = get_u32(&r);
		m->mode = get_u32(&r);
		m->seconds = get_u64(&r);
		m->nanoseconds = get_u32(&r);
	}
	if (r.bad || r.at != r.end)
		return "malformed";
	named &= (type != MEMBER_DIRECTORY && type != MEMBER_LOOK) || *m->path;
	if ((named && !is_plain(m->path)) || (type == MEMBER_LINK && !is_plain(m->target)))
		return "a path that is not plain";
	return strlen(m->path) >= PATH_MAX || m->mode > 07777 || m->offset > INT64_MAX ? "out of range" : NULL;
}

/* Makes what is missing of the first n bytes of path, and opens that directory. */
static int make_directories(const char *path, size_t n)
{
	int directory = must(root_open("/", O_PATH | O_DIRECTORY, 0), "/", "open");
	char name[PATH_MAX];

	for (size_t from = 0, length; from < n; from += length + 1) {
		scoped_fd above = directory;

		length = strcspn(path + from, "/");
		memcpy(name, path + from, length);
		name[length] = '\0';
		if (mkdirat(above, name, 0755) == 0 && at.directories-- == 0)
			fail_errno(E2BIG, path, "too many directories that are no member");
		directory = openat(above, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		must(directory, path, "open its directory");
	}
	return directory;
}

/* Makes path the one at hand. Its directory stays open for the next one, which mostly is in the same. */
static void enter(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;
	bool same = at.parent >= 0 && n == at.parent_length && memcmp(path, at.path, n) == 0;

	close(at.file);
	at.file = -1;
	memcpy(at.path, path, strlen(path) + 1);
	at.name = at.path + (slash ? n + 1 : 0);
	at.parent_length = n;
	if (same)
		return;
	close(at.parent);
	at.path[n] = '\0';
	at.parent = root_open(n ? at.path : "/", O_PATH | O_DIRECTORY, at.resolve);
	if (at.parent < 0 && errno == ENOENT && at.step->directories > 0)
		at.parent = at.step->follow ? root_mkdir(at.path, 0755) : make_directories(path, n);
	at.path[n] = path[n];
	must(at.parent, path, "open its directory");
}

/* What is there already makes way, unless it is a directory that has files, or that stays. */
static void make_way(void)
{
	if (unlinkat(at.parent, at.name, 0) == 0 || errno == ENOENT)
		return;
	if (errno != EISDIR)
		fail(at.path, "replace");
	must(at.step->keep ? -1 : unlinkat(at.parent, at.name, AT_REMOVEDIR), at.path, "replace a directory");
}

static void make_file(const char *path)
{
	enter(path);
	make_way();
	at.file = openat(at.parent, at.name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	must(at.file, path, "create");
}

static void make_directory(const char *path)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

	if (*path == '\0') {
		close(at.file);
		at.file = must(root_open("/", flags, 0), "/", "open");
		return;
	}
	enter(path);
	at.file = openat(at.parent, at.name, flags);
	if (at.file >= 0)
		return;
	if (!at.step->keep)
		make_way();
	must(mkdirat(at.parent, at.name, 0755), path, "mkdir");
	at.file = must(openat(at.parent, at.name, flags), path, "open");
}

static void make_link(const char *path, const char *target)
{
	char above[PATH_MAX];
	const char *slash = strrchr(target, '/');
	struct stat from;

	if (strcmp(path, target) == 0)
		return;
	enter(path);
	snprintf(above, sizeof(above), "/%.*s", slash ? (int)(slash - target) : 0, target);
	scoped_fd parent = root_open(above, O_PATH | O_DIRECTORY, at.resolve);
	target = slash ? slash + 1 : target;
	if (parent < 0 || fstatat(parent, target, &from, AT_SYMLINK_NOFOLLOW) < 0 || S_ISDIR(from.st_mode))
		fail_errno(ENOENT, path, "hard link to no earlier file");
	make_way();
	must(linkat(parent, target, at.parent, at.name, 0), path, "hard link");
}

static void write_data(const struct member *m)
{
	for (size_t done = 0; done < m->bytes.length;) {
		off_t offset = (off_t)(m->offset + done);

		done += (size_t)must(pwrite(at.file, m->bytes.bytes + done, m->bytes.length - done, offset), at.path,
				     "write");
	}
}

/* Owner before mode, which chown clears of the set-id bits. A symbolic link has none of its own. */
static void set_attributes(const struct member *m)
{
	const struct timespec time = { (time_t)m->seconds, (long)m->nanoseconds };
	const struct timespec times[] = { time, time };
	const int flags = AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW;
	const char *name = at.file < 0 ? at.name : "";
	int fd = at.file < 0 ? at.parent : at.file;

	must(fchownat(fd, name, m->uid, m->gid, flags), at.path, "owner %u:%u", m->uid, m->gid);
	must(at.file < 0 ? 0 : fchmod(fd, m->mode), at.path, "mode %04o", m->mode);
	must(utimensat(fd, name, times, flags), at.path, "times");
}

/* Tells the kinds of what has a path itself, and of what that leads to; 0: of nothing that could be found. */
static void look(const char *path)
{
	struct stat itself = { 0 }, target = { 0 };
	scoped_fd found = root_open(*path ? path : "/", O_PATH | O_NOFOLLOW, at.resolve);
	scoped_fd followed = root_open(*path ? path : "/", O_PATH, 0);

	fstat(found, &itself);
	fstat(followed, &target);
	report((uint64_t)target.st_mode << 32 | itself.st_mode);
}

static void carry_out(const struct member *m)
{
	switch (m->type) {
	case MEMBER_FILE:
		return make_file(m->path);
	case MEMBER_DATA:
		return write_data(m);
	case MEMBER_SIZE:
		must(ftruncate(at.file, (off_t)m->offset), at.path, "size %llu", (unsigned long long)m->offset);
		return;
	case MEMBER_DIRECTORY:
		return make_directory(m->path);
	case MEMBER_SYMLINK:
		enter(m->path);
		make_way();
		must(symlinkat(m->target, at.parent, at.name), m->path, "symbolic link to %s", m->target);
		return;
	case MEMBER_LINK:
		return make_link(m->path, m->target);
	case MEMBER_ATTRIBUTES:
		return set_attributes(m);
	case MEMBER_LOOK:
		return look(m->path);
	case MEMBER_XATTR:
		if (fsetxattr(at.file, m->target, m->bytes.bytes, m->bytes.length, 0) < 0 && at.lost++ == 0)
			at.lost_for = (uint32_t)errno;
	}
}

/* The next frame of our standard input, in bytes, of which those before r->at are done with. */
static uint16_t receive(uint8_t *bytes, size_t size, struct reader *r, struct reader *payload)
{
	for (;;) {
		size_t have = (size_t)(r->end - r->at);
		struct reader head = *r;
		uint32_t length = get_u32(&head);
		uint16_t type = get_u16(&head);

		if (!head.bad && length > MEMBER_MAX)
			fail_errno(EPROTO, "archive", "a frame of %u bytes", length);
		*payload = get_sub(&head, length);
		if (!head.bad) {
			r->at = head.at;
			return type;
		}
		memmove(bytes, r->at, have);
		int n = must(read(STDIN_FILENO, bytes + have, size - have), "archive", "read");
		if (n == 0)
			fail_errno(EPIPE, "archive", "its frames end too early");
		*r = (struct reader){ .at = bytes, .end = bytes + have + (size_t)n };
	}
}

void step_unpack(const struct unpack_step *step)
{
	/* Room for what the pipe has, behind a frame cut short. */
	const size_t size = PIPE_BYTES + MEMBER_MAX + WIRE_HEADER;
	uint8_t *bytes = must_map(size, MAP_PRIVATE);
	struct reader r = { .at = bytes, .end = bytes }, payload;
	struct member m;

	/* Only for speed. */
	fcntl(STDIN_FILENO, F_SETPIPE_SZ, PIPE_BYTES);
	umask(022);
	at.directories = step->directories;
	at.resolve = step->follow ? 0 : RESOLVE_NO_SYMLINKS;
	at.step = step;
	do {
		uint16_t type = receive(bytes, size, &r, &payload);
		const char *wrong = member_decode(&m, type, payload);

		if (wrong != NULL)
			fail_errno(EPROTO, "archive", "%s (frame %u)", wrong, type);
		carry_out(&m);
	} while (m.type != MEMBER_END);
	report((uint64_t)at.lost_for << 32 | at.lost);
}
