#include <linux/magic.h>
#include <sys/xattr.h>

#include "base/beneath.h"
#include "base/detached.h"
#include "inside/root.h"
#include "proto/steps.h"
#include "unpack/unpack.h"

#define OUT_BYTES   (1u << 20)	/* what an ordinary user may have in a pipe */
#define NAMES_BYTES (64u << 20) /* of all directories that are open */
#define MOST_LINKS  (1u << 20)	/* files that are known to have several names */
#define MOST_PIECES (1u << 18)	/* of a file with holes */
#define LEAST_HOLE  (64u << 10) /* smaller ones are zeroes as others are */

struct link {
	uint64_t device, inode;
};

struct piece {
	uint64_t offset, length;
};

/* A directory whose entries are being told. */
struct level {
	size_t begin, path_length;
	uint32_t *order; /* of its names, where they begin */
	uint32_t next, count;
};

/* All but a few pages of it are never touched. */
static struct {
	const struct pack_step *step;
	int top, at;	     /* what is packed, and the directory at hand; O_PATH */
	char path[PATH_MAX]; /* of the entry at hand, beneath top */
	size_t filled, used, depth;
	struct level levels[PATH_MAX / 2 + 1];
	struct piece pieces[MOST_PIECES];
	struct link links[MOST_LINKS]; /* a hash table */
	char xattrs[XATTR_LIST_MAX];
	uint8_t out[OUT_BYTES]; /* frames that are not written yet */
	char names[NAMES_BYTES];
} * pack;

static const char *shown(void) { return *pack->path ? pack->path : pack->step->path; }

/* ---- frames ---- */

static void flush(void)
{
	for (size_t done = 0; done < pack->filled;)
		done += (size_t)must(write(STDOUT_FILENO, pack->out + done, pack->filled - done), shown(), "write");
	pack->filled = 0;
}

static struct writer begin(enum member_type type)
{
	if (OUT_BYTES - pack->filled < MEMBER_MAX + WIRE_HEADER)
		flush();
	struct writer w = { .at = pack->out + pack->filled, .end = pack->out + OUT_BYTES };
	put_u32(&w, 0);
	put_u16(&w, (uint16_t)type);
	return w;
}

static void end(struct writer w)
{
	struct writer head = { .at = pack->out + pack->filled, .end = w.at };

	put_u32(&head, (uint32_t)(w.at - head.at) - WIRE_HEADER);
	pack->filled = (size_t)(w.at - pack->out);
}

/* ---- what an entry has ---- */

/* The very inode, whatever has its name by now. Waits for nobody who has a lease on it: EAGAIN. */
static int reopen(int found)
{
	char self[sizeof("self/fd/-2147483648")];

	snprintf(self, sizeof(self), "self/fd/%d", found);
	return must(openat(run.proc, self, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC), shown(), "open");
}

/* Whether a file was told already under another name; from now on it is. */
static bool known_link(const struct stat *st)
{
	/* Where it is too crowded it is a file of its own. */
	for (uint64_t at = st->st_ino; at < st->st_ino + 64; at++) {
		struct link *link = &pack->links[at % MOST_LINKS];
		bool known = link->inode == st->st_ino && link->device == st->st_dev;

		if (known || link->inode == 0) {
			*link = (struct link){ st->st_dev, st->st_ino };
			return known;
		}
	}
	return false;
}

static void tell_xattrs(int file)
{
	ssize_t n = flistxattr(file, pack->xattrs, sizeof(pack->xattrs));

	for (const char *name = pack->xattrs; name < pack->xattrs + n; name += strlen(name) + 1) {
		struct writer w = begin(MEMBER_XATTR);

		put_str(&w, name, XATTR_NAME_MAX);
		ssize_t size = fgetxattr(file, name, w.at + sizeof(uint32_t), XATTR_SIZE_MAX);
		if (size < 0)
			continue; /* it is gone, or not for us to read */
		put_u32(&w, (uint32_t)size);
		w.at += size;
		end(w);
	}
}

/* Where a file that had size bytes has something else than a hole. Returns how many pieces. */
static size_t find_pieces(int file, off_t size)
{
	size_t count = 0;
	off_t from = 0, to;

	while ((from = lseek(file, from, SEEK_DATA)) >= 0 && from < size) {
		struct piece *last = &pack->pieces[count - (count > 0)];

		to = lseek(file, from, SEEK_HOLE);
		if (to <= from)
			break;
		if (count == 0 || (uint64_t)from - last->offset - last->length >= LEAST_HOLE) {
			if (count == MOST_PIECES)
				fail_errno(EFBIG, shown(), "more than %u pieces with holes between", MOST_PIECES);
			last = &pack->pieces[count++];
			last->offset = (uint64_t)from;
		}
		last->length = (uint64_t)(to < size ? to : size) - last->offset;
		from = to;
	}
	/* No more: there is nothing behind, or the file was cut off. */
	must(from < 0 && errno != ENXIO ? -1 : 0, shown(), "SEEK_DATA");
	return count;
}

/* Zeroes for what is not there any more. False if that was so. */
static bool tell_piece(int file, struct piece piece)
{
	bool whole = true;

	while (piece.length > 0) {
		struct writer w = begin(MEMBER_DATA);
		uint32_t most = piece.length < MEMBER_MAX / 2 ? (uint32_t)piece.length : MEMBER_MAX / 2;

		put_u64(&w, piece.offset);
		uint8_t *at = w.at + sizeof(uint32_t);
		uint32_t n = (uint32_t)must(pread(file, at, most, (off_t)piece.offset), shown(), "read");
		whole &= n > 0;
		memset(at, 0, n > 0 ? 0 : most);
		n = n > 0 ? n : most;
		put_u32(&w, n);
		w.at += n;
		end(w);
		piece.offset += n;
		piece.length -= n;
	}
	return whole;
}

static void tell_content(int file, const struct stat *before)
{
	bool holes = before->st_blocks * 512 < before->st_size, whole = true;
	struct stat st;

	pack->pieces[0] = (struct piece){ 0, (uint64_t)before->st_size };
	size_t count = holes ? find_pieces(file, before->st_size) : before->st_size > 0;
	for (size_t i = 0; i < count; i++) {
		struct writer w = begin(MEMBER_PIECE);

		put_u64(&w, pack->pieces[i].offset);
		put_u64(&w, pack->pieces[i].length);
		end(w);
	}
	for (size_t i = 0; i < count; i++)
		whole &= tell_piece(file, pack->pieces[i]);
	if (!whole || fstat(file, &st) < 0 || st.st_size != before->st_size ||
	    memcmp(&st.st_mtim, &before->st_mtim, sizeof(st.st_mtim)) != 0)
		end(begin(MEMBER_CHANGED));
}

/*
 * Tells what is open for its path alone, which does nothing to a device or FIFO. True: a directory, whose entries are
 * to be told; those below top that the kernel makes up are none.
 */
static bool tell_entry(int found)
{
	char target[PATH_MAX] = "";
	struct stat st;
	struct statfs fs;

	must(fstat(found, &st), shown(), "fstat");
	must(S_ISLNK(st.st_mode) ? readlinkat(found, "", target, sizeof(target) - 1) : 0, shown(), "readlink");
	bool content = S_ISREG(st.st_mode) && pack->step->content;
	bool again = content && st.st_nlink > 1 && known_link(&st);
	struct writer w = begin(MEMBER_ENTRY);
	put_str(&w, pack->path, PATH_MAX);
	put_u32(&w, st.st_mode);
	put_u32(&w, st.st_uid);
	put_u32(&w, st.st_gid);
	put_u64(&w, (uint64_t)st.st_mtim.tv_sec);
	put_u32(&w, (uint32_t)st.st_mtim.tv_nsec);
	put_u64(&w, (uint64_t)st.st_size);
	put_u64(&w, (uint64_t)major(st.st_rdev) << 32 | minor(st.st_rdev));
	put_u64(&w, st.st_dev);
	put_u64(&w, st.st_nlink > 1 ? st.st_ino : 0);
	put_u8(&w, again);
	put_str(&w, target, PATH_MAX);
	end(w);
	if (!S_ISDIR(st.st_mode) && (!content || again))
		return false;
	scoped_fd file = reopen(found);
	tell_xattrs(file);
	if (content)
		tell_content(file, &st);
	must(fstatfs(found, &fs), shown(), "statfs");
	return S_ISDIR(st.st_mode) &&
	       (found == pack->top || (fs.f_type != PROC_SUPER_MAGIC && fs.f_type != SYSFS_MAGIC));
}

/* ---- directories ---- */

static int by_name(const void *a, const void *b)
{
	return strcmp(pack->names + *(const uint32_t *)a, pack->names + *(const uint32_t *)b);
}

static void *take_room(size_t bytes)
{
	pack->used += bytes;
	if (pack->used > NAMES_BYTES)
		fail_errno(E2BIG, shown(), "directories with names of more than %u bytes", NAMES_BYTES);
	return pack->names + pack->used - bytes;
}

/* Sorted: who packs the same tree again tells the same. */
static void descend(int directory)
{
	struct level *level = &pack->levels[pack->depth++];
	DIR *entries = directory_list(reopen(directory));

	close(pack->at);
	pack->at = directory;
	*level = (struct level){ .begin = pack->used, .path_length = strlen(pack->path) };
	for (const char *name; (name = directory_next(entries)) != NULL; level->count++)
		memcpy(take_room(strlen(name) + 1), name, strlen(name) + 1);
	closedir(entries);
	take_room(-pack->used % sizeof(uint32_t));
	level->order = take_room(level->count * sizeof(uint32_t));
	for (size_t i = 0, at = level->begin; i < level->count; at += strlen(pack->names + at) + 1)
		level->order[i++] = (uint32_t)at;
	qsort(level->order, level->count, sizeof(uint32_t), by_name);
}

/* Goes on with the directory above. If that is not where it was, what it had left is gone. */
static void ascend(void)
{
	struct level *above = &pack->levels[pack->depth > 1 ? pack->depth - 2 : 0];

	pack->used = pack->levels[--pack->depth].begin;
	pack->path[above->path_length] = '\0';
	close(pack->at);
	pack->at = open_beneath(pack->top, *pack->path ? pack->path : "/", O_PATH | O_DIRECTORY, RESOLVE_NO_SYMLINKS);
	if (pack->at < 0)
		above->next = above->count;
}

static void tell_next(struct level *level)
{
	if (level->next == level->count)
		return ascend();

	const char *name = pack->names + level->order[level->next++];
	size_t n = level->path_length, left = sizeof(pack->path) - n;

	if (snprintf(pack->path + n, left, "%s%s", n ? "/" : "", name) >= (int)left)
		fail_errno(ENAMETOOLONG, shown(), "path");
	int found = open_beneath(pack->at, name, O_PATH | O_NOFOLLOW, RESOLVE_NO_SYMLINKS);
	if (found < 0 && errno == ENOENT)
		return; /* gone since its name was read */
	if (tell_entry(must(found, shown(), "open")))
		return descend(found);
	close(found);
}

void step_pack(const struct pack_step *step)
{
	pack = must_map(sizeof(*pack), MAP_PRIVATE | MAP_NORESERVE);
	pack->step = step;
	/* Only for speed. */
	fcntl(STDOUT_FILENO, F_SETPIPE_SZ, OUT_BYTES);
	pack->top = root_open(step->path, O_PATH | (step->follow ? 0 : O_NOFOLLOW), 0);
	must(pack->top, step->path, "open");
	if (step->one_mount)
		pack->top = mount_clone(pack->top, false, NULL, step->path);
	pack->at = -1;
	if (tell_entry(pack->top))
		descend(must(fcntl(pack->top, F_DUPFD_CLOEXEC, 0), step->path, "dup"));
	while (pack->depth > 0)
		tell_next(&pack->levels[pack->depth - 1]);
	end(begin(MEMBER_END));
	flush();
}
