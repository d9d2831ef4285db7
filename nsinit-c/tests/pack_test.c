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
#include "packed.h"
#include "proto/steps.h"
#include "tree.h"
#include "unpack/unpack.h"

static void pack_into_memory(void)
{
	int out = memfd_create("frames", MFD_CLOEXEC);

	if (out < 0 || dup2(out, 1) != 1)
		abort();
	pack_it();
	ssize_t n = pread(out, packed, sizeof(packed), 0);
	packed_length = n < 0 ? 0 : (size_t)n;
}

static bool refused(void)
{
	int status = status_of(pack_into_memory);

	return WIFEXITED(status) && WEXITSTATUS(status) == 125;
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

	CHECK_TEXT(packed_paths(), " a a/z a.txt b link ");
	struct entry b = packed_entry("b");
	CHECK(b.mode == (S_IFREG | 04711) && b.uid == 42 && b.gid == 43 && b.seconds == 7 && b.size == 7);
	CHECK(b.inode == 0 && !b.again);
	struct frame data = packed_about(b, MEMBER_DATA, 0), piece = packed_about(b, MEMBER_PIECE, 0);
	CHECK(frame_number(&piece, 8) == 0);
	CHECK(frame_number(&piece, 8) == 7);
	CHECK(frame_number(&data, 8) == 0);
	CHECK(frame_number(&data, 4) == 7 && memcmp(data.at, "content", 7) == 0);
	CHECK(packed_about(packed_entry("a/z"), MEMBER_PIECE, 0).type == 0 &&
	      packed_about(packed_entry("a/z"), MEMBER_DATA, 0).type == 0);
	CHECK_TEXT(packed_entry("link").target, "/outside/secret");
	CHECK(S_ISLNK(packed_entry("link").mode) && packed_entry("a").mode == (S_IFDIR | 0700));
	CHECK(S_ISDIR(packed_entry("").mode) && packed[packed_length - 2] == MEMBER_END);
}

static void names_alone(void)
{
	enter_tree();
	tree_file("tree/file", "content");
	pack_wanted.content = false;
	pack_into_memory();
	CHECK(packed_entry("file").size == 7 && packed_about(packed_entry("file"), MEMBER_DATA, 0).type == 0);
}

static void a_file_alone(void)
{
	enter_tree();
	tree_file("file", "x");
	tree_link("file", "link");
	pack_wanted.path = "/file";
	pack_into_memory();
	CHECK_TEXT(packed_paths(), " ");
	CHECK(S_ISREG(packed_entry("").mode) && packed_about(packed_entry(""), MEMBER_DATA, 0).type == MEMBER_DATA);
	pack_wanted.path = "/link";
	pack_into_memory();
	CHECK(S_ISLNK(packed_entry("").mode));
	pack_wanted.follow = true;
	pack_into_memory();
	CHECK(S_ISREG(packed_entry("").mode) && packed_entry("").size == 1);
}

/* Whoever opened one of them would wait here, for ever. */
static void fifos_and_devices_are_not_opened(void)
{
	enter_tree();
	CHECK(mkfifo(tree_path("tree/fifo"), 0600) == 0);
	if (mknod(tree_path("tree/device"), S_IFCHR | 0600, makedev(10, 130)) < 0)
		skip("a device needs CAP_MKNOD");
	pack_into_memory();
	CHECK(S_ISFIFO(packed_entry("fifo").mode));
	CHECK(S_ISCHR(packed_entry("device").mode) && packed_entry("device").rdev == ((uint64_t)10 << 32 | 130));
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
	CHECK(!packed_entry("a").again && packed_entry("b").again && !packed_entry("c").again);
	CHECK(packed_entry("a").inode == packed_entry("b").inode && packed_entry("a").inode != 0 &&
	      packed_entry("c").inode == 0);
	CHECK(packed_about(packed_entry("a"), MEMBER_DATA, 0).type != 0 &&
	      packed_about(packed_entry("b"), MEMBER_DATA, 0).type == 0);
}

static void holes_are_left_out(void)
{
	enter_tree();
	int fd = open(tree_path("tree/sparse"), O_CREAT | O_WRONLY, 0600);
	CHECK(pwrite(fd, "x", 1, 1 << 20) == 1 && ftruncate(fd, 3 << 20) == 0);
	CHECK(close(open(tree_path("tree/empty"), O_CREAT | O_WRONLY, 0600)) == 0);
	CHECK(truncate(tree_path("tree/empty"), 1 << 20) == 0);
	pack_into_memory();
	struct entry e = packed_entry("sparse");
	struct frame piece = packed_about(e, MEMBER_PIECE, 0), data = packed_about(e, MEMBER_DATA, 0);
	uint64_t offset = frame_number(&piece, 8), size = frame_number(&piece, 8);
	CHECK(e.size == 3 << 20 && packed_about(e, MEMBER_PIECE, 1).type == 0);
	CHECK(offset <= 1 << 20 && offset + size > 1 << 20 && size <= 64 << 10);
	CHECK(frame_number(&data, 8) == offset);
	CHECK(frame_number(&data, 4) == size);
	CHECK(packed_entry("empty").size == 1 << 20 && packed_about(packed_entry("empty"), MEMBER_PIECE, 0).type == 0);
}

static void extended_attributes_come_along(void)
{
	enter_tree();
	tree_file("tree/file", "x");
	if (setxattr(tree_path("tree/file"), "user.note", "hello", 5, 0) < 0)
		skip("no attributes of users here");
	pack_into_memory();
	struct frame f = packed_about(packed_entry("file"), MEMBER_XATTR, 0);
	for (unsigned i = 1; f.type != 0 && strcmp((const char *)f.at + 4, "user.note") != 0; i++)
		f = packed_about(packed_entry("file"), MEMBER_XATTR, i);
	CHECK_TEXT(f.type ? frame_text(&f) : NULL, "user.note");
	CHECK(f.type && frame_number(&f, 4) == 5 && memcmp(f.at, "hello", 5) == 0);
}

/* What is resolved beneath the tree does not get out; "outside" lies beside it. */
static void no_link_leads_out(void)
{
	static const char *const out[] = { "/way/secret", "/tree/../../outside/secret", "/up/outside/secret" };

	enter_tree();
	tree_link(tree_outside, "way");
	tree_link("..", "up");
	tree_link("/proc/self/root", "magic");
	pack_wanted.follow = true;
	for (size_t i = 0; i < sizeof(out) / sizeof(out[0]); i++) {
		pack_wanted.path = out[i];
		CHECK(refused());
	}
	pack_wanted.path = "/no/such";
	CHECK(refused());
	tree_link(tree_outside, "tree/directory");
	pack_wanted.path = "/tree";
	pack_into_memory();
	CHECK_TEXT(packed_paths(), " directory ");
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
	CHECK(packed[packed_length - 2] == MEMBER_END);
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
	CHECK((frame_number(&f, 4) & S_IFMT) == itself);
	CHECK((frame_number(&f, 4) & S_IFMT) == target);
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
	test("the kinds of what has a path are told", kinds_are_told);
	return tests_done();
}
