/* What a tree is made of, as nsinit tells it. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "check.h"
#include "inside/root.h"
#include "proto/steps.h"
#include "tree.h"
#include "unpack/unpack.h"

#define LARGE (8u << 20)

static struct pack_step step = { .path = "/tree", .content = true };
static uint8_t told[LARGE * 2];
static size_t length;

/* "/" of the functions under test is the tree of the host's as in unpack_test.c, and "/tree" in it what is packed. */
static void enter_tree(void)
{
	make_tree();
	int host = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (geteuid() != 0)
		skip("chroot needs root");
	if (chdir(tree_root) < 0 || chroot(".") < 0 || root_set_current() < 0 || fchdir(host) < 0 || chroot(".") < 0)
		abort();
	run.proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (run.proc < 0 || mkdir(tree_path("tree"), 0755) < 0)
		abort();
}

static void pack_it(void) { step_pack(&step); }

static void pack_into_memory(void)
{
	int out = memfd_create("frames", MFD_CLOEXEC);

	if (out < 0 || dup2(out, 1) != 1)
		abort();
	pack_it();
	ssize_t n = pread(out, told, sizeof(told), 0);
	length = n < 0 ? 0 : (size_t)n;
}

static bool refused(void)
{
	int status = status_of(pack_into_memory);

	return WIFEXITED(status) && WEXITSTATUS(status) == 125;
}

/* ---- frames, read without nsinit's own code ---- */

struct frame {
	unsigned type;
	const uint8_t *at, *end;
};

static uint64_t number(struct frame *f, unsigned bytes)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value |= (uint64_t)f->at[i] << (8 * i);
	f->at += bytes;
	return value;
}

static const char *text(struct frame *f)
{
	uint64_t n = number(f, 4);
	const char *string = (const char *)f->at;

	f->at += n + 1;
	return string;
}

static struct frame frame_at(size_t *at)
{
	struct frame head = { 0, told + *at, told + length };
	uint64_t n = number(&head, 4);

	head.type = (unsigned)number(&head, 2);
	head.end = head.at + n;
	*at += 6 + n;
	CHECK(*at <= length);
	return head;
}

struct entry {
	const char *path, *target;
	uint32_t mode, uid, gid;
	uint64_t seconds, size, rdev, inode;
	uint8_t again;
	size_t next; /* the frame behind it */
};

static struct entry decode(struct frame f, size_t next)
{
	struct entry e = { .path = text(&f), .next = next };

	e.mode = (uint32_t)number(&f, 4);
	e.uid = (uint32_t)number(&f, 4);
	e.gid = (uint32_t)number(&f, 4);
	e.seconds = number(&f, 8);
	number(&f, 4);
	e.size = number(&f, 8);
	e.rdev = number(&f, 8);
	number(&f, 8);
	e.inode = number(&f, 8);
	e.again = (uint8_t)number(&f, 1);
	e.target = text(&f);
	CHECK(f.at == f.end);
	return e;
}

/* NULL as the path if nothing was told of it. */
static struct entry entry(const char *path)
{
	for (size_t at = 0; at < length;) {
		struct frame f = frame_at(&at);
		struct entry e = { 0 };

		if (f.type == MEMBER_ENTRY)
			e = decode(f, at);
		if (e.path != NULL && strcmp(e.path, path) == 0)
			return e;
	}
	return (struct entry){ 0 };
}

/* All paths, with a space behind each. */
static const char *paths(void)
{
	static char all[4096];

	all[0] = '\0';
	for (size_t at = 0; at < length;) {
		struct frame f = frame_at(&at);

		if (f.type == MEMBER_ENTRY)
			(void)snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s ", text(&f));
	}
	return all;
}

/* The n-th frame of a type that is about an entry; its type is 0 if there is none. */
static struct frame about(struct entry e, unsigned type, unsigned n)
{
	for (size_t at = e.next; at < length;) {
		struct frame f = frame_at(&at);

		if (f.type == MEMBER_ENTRY || f.type == MEMBER_END)
			break;
		if (f.type == type && n-- == 0)
			return f;
	}
	return (struct frame){ 0 };
}

/* ---- tests ---- */

static void entries_are_told_in_order(void)
{
	struct timespec times[2] = { { 7, 0 }, { 7, 0 } };

	enter_tree();
	tree_file("tree/b", "content");
	CHECK(mkdir(tree_path("tree/a"), 0700) == 0);
	tree_file("tree/a/z", "");
	tree_file("tree/a.txt", "x");
	tree_link("/outside/secret", "tree/link");
	CHECK(chown(tree_path("tree/b"), 42, 43) == 0 && chmod(tree_path("tree/b"), 04711) == 0);
	CHECK(utimensat(AT_FDCWD, tree_path("tree/b"), times, 0) == 0);
	pack_into_memory();

	CHECK_TEXT(paths(), " a a/z a.txt b link ");
	struct entry b = entry("b");
	CHECK(b.mode == (S_IFREG | 04711) && b.uid == 42 && b.gid == 43 && b.seconds == 7 && b.size == 7);
	CHECK(b.inode == 0 && !b.again);
	struct frame data = about(b, MEMBER_DATA, 0), piece = about(b, MEMBER_PIECE, 0);
	CHECK(number(&piece, 8) == 0);
	CHECK(number(&piece, 8) == 7);
	CHECK(number(&data, 8) == 0);
	CHECK(number(&data, 4) == 7 && memcmp(data.at, "content", 7) == 0);
	CHECK(about(entry("a/z"), MEMBER_PIECE, 0).type == 0 && about(entry("a/z"), MEMBER_DATA, 0).type == 0);
	CHECK_TEXT(entry("link").target, "/outside/secret");
	CHECK(S_ISLNK(entry("link").mode) && entry("a").mode == (S_IFDIR | 0700));
	CHECK(S_ISDIR(entry("").mode) && told[length - 2] == MEMBER_END);
}

static void names_alone(void)
{
	enter_tree();
	tree_file("tree/file", "content");
	step.content = false;
	pack_into_memory();
	CHECK(entry("file").size == 7 && about(entry("file"), MEMBER_DATA, 0).type == 0);
}

static void a_file_alone(void)
{
	enter_tree();
	tree_file("file", "x");
	tree_link("file", "link");
	step.path = "/file";
	pack_into_memory();
	CHECK_TEXT(paths(), " ");
	CHECK(S_ISREG(entry("").mode) && about(entry(""), MEMBER_DATA, 0).type == MEMBER_DATA);
	step.path = "/link";
	pack_into_memory();
	CHECK(S_ISLNK(entry("").mode));
	step.follow = true;
	pack_into_memory();
	CHECK(S_ISREG(entry("").mode) && entry("").size == 1);
}

/* Whoever opened one of them would wait here, for ever. */
static void fifos_and_devices_are_not_opened(void)
{
	enter_tree();
	CHECK(mkfifo(tree_path("tree/fifo"), 0600) == 0);
	if (mknod(tree_path("tree/device"), S_IFCHR | 0600, makedev(10, 130)) < 0)
		skip("a device needs CAP_MKNOD");
	pack_into_memory();
	CHECK(S_ISFIFO(entry("fifo").mode));
	CHECK(S_ISCHR(entry("device").mode) && entry("device").rdev == ((uint64_t)10 << 32 | 130));
}

static void hard_links_have_content_once(void)
{
	char first[256];

	enter_tree();
	tree_file("tree/a", "content");
	(void)snprintf(first, sizeof(first), "%s", tree_path("tree/a"));
	CHECK(link(first, tree_path("tree/b")) == 0);
	tree_file("tree/c", "content");
	pack_into_memory();
	CHECK(!entry("a").again && entry("b").again && !entry("c").again);
	CHECK(entry("a").inode == entry("b").inode && entry("a").inode != 0 && entry("c").inode == 0);
	CHECK(about(entry("a"), MEMBER_DATA, 0).type != 0 && about(entry("b"), MEMBER_DATA, 0).type == 0);
}

static void holes_are_left_out(void)
{
	enter_tree();
	int fd = open(tree_path("tree/sparse"), O_CREAT | O_WRONLY, 0600);
	CHECK(pwrite(fd, "x", 1, 1 << 20) == 1 && ftruncate(fd, 3 << 20) == 0);
	CHECK(close(open(tree_path("tree/empty"), O_CREAT | O_WRONLY, 0600)) == 0);
	CHECK(truncate(tree_path("tree/empty"), 1 << 20) == 0);
	pack_into_memory();
	struct entry e = entry("sparse");
	struct frame piece = about(e, MEMBER_PIECE, 0), data = about(e, MEMBER_DATA, 0);
	uint64_t offset = number(&piece, 8), size = number(&piece, 8);
	CHECK(e.size == 3 << 20 && about(e, MEMBER_PIECE, 1).type == 0);
	CHECK(offset <= 1 << 20 && offset + size > 1 << 20 && size <= 64 << 10);
	CHECK(number(&data, 8) == offset);
	CHECK(number(&data, 4) == size);
	CHECK(entry("empty").size == 1 << 20 && about(entry("empty"), MEMBER_PIECE, 0).type == 0);
}

static void extended_attributes_come_along(void)
{
	enter_tree();
	tree_file("tree/file", "x");
	if (setxattr(tree_path("tree/file"), "user.note", "hello", 5, 0) < 0)
		skip("no attributes of users here");
	pack_into_memory();
	struct frame f = about(entry("file"), MEMBER_XATTR, 0);
	for (unsigned i = 1; f.type != 0 && strcmp((const char *)f.at + 4, "user.note") != 0; i++)
		f = about(entry("file"), MEMBER_XATTR, i);
	CHECK_TEXT(f.type ? text(&f) : NULL, "user.note");
	CHECK(f.type && number(&f, 4) == 5 && memcmp(f.at, "hello", 5) == 0);
}

/* What is resolved beneath the tree does not get out; "outside" lies beside it. */
static void no_link_leads_out(void)
{
	static const char *const out[] = { "/way/secret", "/tree/../../outside/secret", "/up/outside/secret" };

	enter_tree();
	tree_link(tree_outside, "way");
	tree_link("..", "up");
	tree_link("/proc/self/root", "magic");
	step.follow = true;
	for (size_t i = 0; i < sizeof(out) / sizeof(out[0]); i++) {
		step.path = out[i];
		CHECK(refused());
	}
	step.path = "/no/such";
	CHECK(refused());
	tree_link(tree_outside, "tree/directory");
	step.path = "/tree";
	pack_into_memory();
	CHECK_TEXT(paths(), " directory ");
}

static void paths_that_are_too_long(void)
{
	char name[201];

	enter_tree();
	memset(name, 'd', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	int at = open(tree_path("tree"), O_RDONLY | O_DIRECTORY);
	for (unsigned depth = 0; depth < 19; depth++) {
		CHECK(mkdirat(at, name, 0700) == 0);
		at = openat(at, name, O_RDONLY | O_DIRECTORY);
	}
	pack_into_memory();
	CHECK(told[length - 2] == MEMBER_END);
	for (unsigned depth = 0; depth < 2; depth++) {
		CHECK(mkdirat(at, name, 0700) == 0);
		at = openat(at, name, O_RDONLY | O_DIRECTORY);
	}
	CHECK(refused());
	/* Nobody else could remove them. */
	for (unsigned depth = 21; depth > 0; depth--) {
		at = openat(at, "..", O_RDONLY | O_DIRECTORY);
		CHECK(unlinkat(at, name, AT_REMOVEDIR) == 0);
	}
}

/* ---- a tree that changes: the pipe is full, and nsinit waits, while it is changed ---- */

static int out_of_it;
static pid_t packer;

static void begin_to_pack(void)
{
	int ends[2];

	if (pipe(ends) < 0)
		abort();
	packer = fork();
	if (packer == 0) {
		if (dup2(ends[1], 1) != 1)
			abort();
		close(ends[0]);
		close(ends[1]);
		pack_it();
		_exit(0);
	}
	close(ends[1]);
	out_of_it = ends[0];
	/* The first of it: the entry of a large file, and nsinit in the midst of that. */
	for (length = 0; length < 4096;) {
		ssize_t n = read(out_of_it, told + length, 4096 - length);

		if (n <= 0)
			abort(); /* it has failed */
		length += (size_t)n;
	}
}

static void end_to_pack(void)
{
	ssize_t n;
	int status;

	while ((n = read(out_of_it, told + length, sizeof(told) - length)) > 0)
		length += (size_t)n;
	CHECK(waitpid(packer, &status, 0) == packer && status == 0);
	CHECK(told[length - 2] == MEMBER_END);
}

static void large_file(const char *name)
{
	static char chunk[1 << 20];
	int fd = open(tree_path(name), O_CREAT | O_WRONLY, 0600);

	memset(chunk, 'x', sizeof(chunk));
	for (unsigned i = 0; i < LARGE >> 20; i++)
		CHECK(write(fd, chunk, sizeof(chunk)) == sizeof(chunk));
	close(fd);
}

static uint64_t bytes_of(const char *path, uint8_t last)
{
	struct entry e = entry(path);
	uint64_t sum = 0;

	for (unsigned i = 0;; i++) {
		struct frame f = about(e, MEMBER_DATA, i);

		if (f.type == 0)
			return sum;
		CHECK(number(&f, 8) == sum);
		sum += number(&f, 4);
		CHECK(sum < e.size || f.end[-1] == last);
	}
}

static void files_that_shrink(void)
{
	enter_tree();
	large_file("tree/a");
	begin_to_pack();
	CHECK(truncate(tree_path("tree/a"), 5) == 0);
	end_to_pack();
	CHECK(entry("a").size == LARGE && bytes_of("a", 0) == LARGE);
	CHECK(about(entry("a"), MEMBER_CHANGED, 0).type == MEMBER_CHANGED);
}

static void files_that_grow(void)
{
	enter_tree();
	large_file("tree/a");
	begin_to_pack();
	CHECK(truncate(tree_path("tree/a"), 2LL * LARGE) == 0);
	end_to_pack();
	CHECK(entry("a").size == LARGE && bytes_of("a", 'x') == LARGE);
	CHECK(about(entry("a"), MEMBER_CHANGED, 0).type == MEMBER_CHANGED);
}

static void directories_that_are_swapped(void)
{
	char moved[256];

	enter_tree();
	CHECK(mkdir(tree_path("tree/d"), 0755) == 0 && mkdir(tree_path("tree/d/a"), 0755) == 0);
	large_file("tree/d/a/a");
	tree_file("tree/d/a/secret", "mine");
	tree_file("tree/d/secret", "mine, too");
	tree_file("tree/z", "");
	begin_to_pack();
	(void)snprintf(moved, sizeof(moved), "%s", tree_path("d"));
	CHECK(rename(tree_path("tree/d"), moved) == 0);
	tree_link(tree_outside, "tree/d");
	end_to_pack();
	/* What was open goes on; what would have to be found again is gone. */
	CHECK_TEXT(paths(), " d d/a d/a/a d/a/secret z ");
	CHECK(entry("d/a/secret").size == 4);
	CHECK(outside_untouched());
}

static void what_goes_away(void)
{
	enter_tree();
	large_file("tree/a");
	tree_file("tree/b", "");
	tree_file("tree/c", "");
	begin_to_pack();
	CHECK(unlink(tree_path("tree/b")) == 0);
	end_to_pack();
	CHECK_TEXT(paths(), " a c ");
}

/* ---- and into it again ---- */

static void look_at(const char *path, uint32_t itself, uint32_t target, bool follow)
{
	const struct unpack_step unpack = { .follow = follow, .keep = true };
	uint8_t report[16] = { 0 };
	uint32_t n = (uint32_t)strlen(path);
	int in = memfd_create("frames", MFD_CLOEXEC), out = memfd_create("report", MFD_CLOEXEC);

	CHECK(dprintf(in, "%c%c%c%c%c%c", (int)n + 5, 0, 0, 0, MEMBER_LOOK, 0) == 6);
	CHECK(dprintf(in, "%c%c%c%c%s%c", (int)n, 0, 0, 0, path, 0) == (int)n + 5);
	CHECK(dprintf(in, "%c%c%c%c%c%c", 0, 0, 0, 0, MEMBER_END, 0) == 6);
	if (lseek(in, 0, SEEK_SET) != 0 || dup2(in, 0) != 0 || dup2(out, 1) != 1)
		abort();
	step_unpack(&unpack);
	CHECK(pread(1, report, sizeof(report), 0) == 16);
	struct frame f = { 0, report, report + 16 };
	CHECK((number(&f, 4) & S_IFMT) == itself);
	CHECK((number(&f, 4) & S_IFMT) == target);
}

static void kinds_are_told(void)
{
	enter_tree();
	tree_file("file", "");
	tree_link("tree", "link");
	tree_link("nothing", "dangling");
	CHECK(mkdir(tree_path("tree/sub"), 0755) == 0);
	look_at("", S_IFDIR, S_IFDIR, true);
	look_at("tree", S_IFDIR, S_IFDIR, false);
	look_at("file", S_IFREG, S_IFREG, true);
	look_at("link", S_IFLNK, S_IFDIR, true);
	look_at("dangling", S_IFLNK, 0, true);
	look_at("none", 0, 0, true);
	look_at("file/none", 0, 0, true);
	look_at("link/sub", S_IFDIR, S_IFDIR, true);
	look_at("link/sub", 0, S_IFDIR, false);
}

int main(void)
{
	test("all entries of a tree are told, sorted, with what they are and have", entries_are_told_in_order);
	test("without content, names and attributes alone are told", names_alone);
	test("what is no directory is one entry, and a link is followed if asked for", a_file_alone);
	test("FIFOs and devices are told, and not opened", fifos_and_devices_are_not_opened);
	test("a file of two names is told once, and then as the same", hard_links_have_content_once);
	test("holes are left out", holes_are_left_out);
	test("extended attributes come along", extended_attributes_come_along);
	test("no link leads out of the root", no_link_leads_out);
	test("paths that are too long are refused", paths_that_are_too_long);
	test("a file that shrinks has the size that was told", files_that_shrink);
	test("a file that grows has the size that was told", files_that_grow);
	test("a directory that becomes a link is not followed", directories_that_are_swapped);
	test("what goes away is not told", what_goes_away);
	test("the kinds of what has a path are told", kinds_are_told);
	return tests_done();
}
