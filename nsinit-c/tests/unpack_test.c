#include "unpack/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "check.h"
#include "frames.h"
#include "inside/root.h"
#include "proto/steps.h"
#include "tree.h"

static struct bytes b;
static int host_root;

static void named(uint16_t type, const char *path, const char *target)
{
	if (target != NULL)
		put_frame(&b, type, "ss", path, target);
	else
		put_frame(&b, type, "s", path);
}

static void data(uint64_t offset, const char *text)
{
	put_frame(&b, MEMBER_DATA, "8b", offset, BYTES(text, strlen(text)));
}

static void attributes(uint32_t mode) { put_frame(&b, MEMBER_ATTRIBUTES, "44484", 0, 0, mode, 1000000000, 5); }

static void file(const char *path, const char *content)
{
	named(MEMBER_FILE, path, NULL);
	data(0, content);
	attributes(0644);
}

/* What the test wrote is our standard input, and the tree is "/" of the functions under test. */
static void run_unpack(const struct unpack_step *step)
{
	int in = memfd_create("frames", MFD_CLOEXEC), out = memfd_create("report", MFD_CLOEXEC);

	put_frame(&b, MEMBER_END, "");
	if (write(in, b.at, b.length) != (ssize_t)b.length || lseek(in, 0, SEEK_SET) != 0 || dup2(in, 0) != 0 ||
	    dup2(out, 1) != 1)
		abort();
	step_unpack(step);
}

static void unpack_up_to(uint32_t directories)
{
	run_unpack(&(const struct unpack_step){ .directories = directories });
}

static void unpack(void) { unpack_up_to(100); }

/* As into a container that runs: what is there counts. */
static bool follow;

static void unpack_into(void)
{
	const struct unpack_step step = { .directories = 0, .follow = follow, .keep = true };

	run_unpack(&step);
}

static void unpack_with_two(void) { unpack_up_to(2); }

/* As root_test.c has it: what is not resolved beneath the tree gets out of it, is seen, and does no harm. */
static void enter_tree(void)
{
	make_tree();
	host_root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (geteuid() != 0)
		skip("owners need root");
	if (chdir(tree_root) < 0 || chroot(".") < 0 || root_set_current() < 0 || fchdir(host_root) < 0 ||
	    chroot(".") < 0)
		abort();
	b.length = 0;
}

static bool refused(void (*body)(void))
{
	int status = status_of(body);

	b.length = 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == 125;
}

static struct stat stat_of(const char *name)
{
	struct stat st = { 0 };

	CHECK(lstat(tree_path(name), &st) == 0);
	return st;
}

static const char *content_of(const char *name)
{
	static char text[64];
	int fd = open(tree_path(name), O_RDONLY | O_NOFOLLOW);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	text[n < 0 ? 0 : n] = '\0';
	close(fd);
	return text;
}

static void members_become_files(void)
{
	enter_tree();
	named(MEMBER_DIRECTORY, "etc", NULL);
	file("etc/passwd", "root");
	named(MEMBER_SYMLINK, "etc/mtab", "/proc/mounts");
	attributes(0777);
	named(MEMBER_LINK, "etc/copy", "etc/passwd");
	file("usr/lib/os-release", "Debian");
	named(MEMBER_FILE, "su", NULL);
	data(0, "x");
	put_frame(&b, MEMBER_ATTRIBUTES, "44484", 42, 8, 06755, 7, 0);
	named(MEMBER_DIRECTORY, "etc", NULL);
	attributes(0555);
	unpack();

	CHECK_TEXT(content_of("etc/passwd"), "root");
	CHECK_TEXT(content_of("usr/lib/os-release"), "Debian");
	CHECK(stat_of("etc/copy").st_ino == stat_of("etc/passwd").st_ino);
	CHECK(S_ISLNK(stat_of("etc/mtab").st_mode));
	CHECK(stat_of("etc").st_mode == (S_IFDIR | 0555) && stat_of("usr").st_mode == (S_IFDIR | 0755));
	CHECK(stat_of("su").st_uid == 42 && stat_of("su").st_gid == 8 && stat_of("su").st_mode == (S_IFREG | 06755));
	CHECK(stat_of("su").st_mtim.tv_sec == 7 && stat_of("etc").st_mtim.tv_sec == 1000000000);
}

static void holes_stay_holes(void)
{
	enter_tree();
	named(MEMBER_FILE, "sparse", NULL);
	data(1 << 20, "middle");
	put_frame(&b, MEMBER_SIZE, "8", 3 << 20);
	attributes(0600);
	unpack();

	CHECK(stat_of("sparse").st_size == 3 << 20 && stat_of("sparse").st_blocks < 64);
}

static void what_is_there_makes_way(void)
{
	enter_tree();
	tree_link("../outside/secret", "file");
	tree_link("../outside", "directory");
	tree_file("link", "old");
	file("file", "new");
	named(MEMBER_DIRECTORY, "directory", NULL);
	attributes(0700);
	named(MEMBER_SYMLINK, "link", "nowhere");
	named(MEMBER_DIRECTORY, "empty", NULL);
	file("empty", "file");
	unpack();

	CHECK_TEXT(content_of("file"), "new");
	CHECK(S_ISDIR(stat_of("directory").st_mode) && S_ISLNK(stat_of("link").st_mode));
	CHECK_TEXT(content_of("empty"), "file");
	CHECK(outside_untouched());
}

static void no_link_on_the_way(void)
{
	enter_tree();
	tree_link("../outside", "way");
	tree_link("/", "slash");
	file("way/secret", "harm");
	CHECK(refused(unpack));
	named(MEMBER_DIRECTORY, "way/new", NULL);
	CHECK(refused(unpack));
	file("way/deep/new", "harm");
	CHECK(refused(unpack));
	named(MEMBER_LINK, "stolen", "way/secret");
	CHECK(refused(unpack));
	named(MEMBER_LINK, "stolen", "slash/outside/secret");
	CHECK(refused(unpack));
	/* Nor one that stays inside. */
	CHECK(mkdir(tree_path("kept"), 0755) == 0);
	tree_link("kept", "inside");
	file("inside/new", "harm");
	CHECK(refused(unpack));
	CHECK(access(tree_path("kept/new"), F_OK) < 0 && errno == ENOENT);
	CHECK(outside_untouched());
}

static void paths_are_plain(void)
{
	static const char *const bad[] = {
		"..", "../outside/new", "a/../../outside/new", "/outside/new", "a//b", "a/.", "./a", "a/", ""
	};

	enter_tree();
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		file(bad[i], "harm");
		CHECK(refused(unpack));
		named(MEMBER_LINK, "link", bad[i]);
		CHECK(refused(unpack));
	}
	named(MEMBER_DIRECTORY, "../outside/new", NULL);
	CHECK(refused(unpack));
	CHECK(outside_untouched());
}

static void directories_with_files_stay(void)
{
	enter_tree();
	file("a/b", "x");
	file("a", "y");
	CHECK(refused(unpack));
	CHECK_TEXT(content_of("a/b"), "x");
}

static void what_is_there_may_be_kept(void)
{
	enter_tree();
	CHECK(mkdir(tree_path("directory"), 0755) == 0);
	tree_link("directory", "link");
	tree_file("file", "old");
	file("directory", "file");
	CHECK(refused(unpack_into));
	named(MEMBER_SYMLINK, "directory", "link");
	CHECK(refused(unpack_into));
	named(MEMBER_DIRECTORY, "file", NULL);
	CHECK(refused(unpack_into));
	named(MEMBER_DIRECTORY, "link", NULL);
	CHECK(refused(unpack_into));
	/* Nor is a directory made that is none of the members. */
	file("missing/file", "x");
	CHECK(refused(unpack_into));
	CHECK(S_ISDIR(stat_of("directory").st_mode) && S_ISLNK(stat_of("link").st_mode));
	CHECK_TEXT(content_of("file"), "old");
	file("file", "new");
	unpack_into();
	CHECK_TEXT(content_of("file"), "new");
}

static void links_on_the_way_may_be_followed(void)
{
	enter_tree();
	CHECK(mkdir(tree_path("usr"), 0755) == 0);
	tree_link("/usr", "bin");
	tree_link("../../outside", "way");
	tree_link("/proc/self/cwd", "magic");
	file("bin/sh", "shell");
	CHECK(refused(unpack_into));
	CHECK(access(tree_path("usr/sh"), F_OK) < 0);
	follow = true;
	file("bin/sh", "shell");
	named(MEMBER_LINK, "bin/ash", "bin/sh");
	unpack_into();
	CHECK_TEXT(content_of("usr/sh"), "shell");
	CHECK_TEXT(content_of("usr/ash"), "shell");
	b.length = 0;
	file("way/secret", "harm");
	CHECK(refused(unpack_into));
	file("magic/file", "harm");
	CHECK(refused(unpack_into));
	CHECK(outside_untouched());
}

static void directories_of_no_member_are_counted(void)
{
	enter_tree();
	file("a/b/file", "x");
	unpack_with_two();
	CHECK_TEXT(content_of("a/b/file"), "x");
	b.length = 0;
	file("c/d/e/file", "x");
	CHECK(refused(unpack_with_two));
}

static void attributes_that_can_not_be_kept(void)
{
	uint8_t report[8] = { 0 };

	enter_tree();
	file("file", "x");
	put_frame(&b, MEMBER_XATTR, "sb", "no such attribute", BYTES("x", 1));
	unpack();
	CHECK(pread(1, report, sizeof(report), 0) == 8 && report[0] == 1 && report[4] == EOPNOTSUPP);
}

static void too_early(void)
{
	const struct unpack_step step = { .directories = 1 };
	int in = memfd_create("frames", MFD_CLOEXEC);

	if (write(in, b.at, b.length) != (ssize_t)b.length || lseek(in, 0, SEEK_SET) != 0 || dup2(in, 0) != 0)
		abort();
	step_unpack(&step);
}

static void frames_that_end_too_early(void)
{
	enter_tree();
	file("file", "x");
	CHECK(refused(too_early));
	file("file", "x");
	b.length -= 3;
	CHECK(refused(too_early));
	size_t frame = begin_frame(&b, MEMBER_DATA);
	b.at[frame + 3] = 0x7f;
	CHECK(refused(too_early));
}

/* A file larger than the pipe, in frames that do not end where reads do. */
static void large_files(void)
{
	static char chunk[100 * 1000];

	enter_tree();
	memset(chunk, 'x', sizeof(chunk) - 1);
	named(MEMBER_FILE, "large", NULL);
	data(0, chunk);
	data(99999, chunk);
	unpack();
	CHECK(stat_of("large").st_size == 199998);
}

static void members_are_decoded(void)
{
	struct member m;

	b.length = 0;
	named(MEMBER_SYMLINK, "usr/bin/sh", "dash");
	for (size_t n = 6; n <= b.length + 1; n++) {
		uint8_t *exact = at_the_edge(b.at + 6, n - 6);
		const char *wrong = member_decode(&m, MEMBER_SYMLINK, (struct reader){ exact, exact + n - 6, false });

		CHECK_TEXT(wrong, n == b.length ? NULL : "malformed");
	}
	CHECK_TEXT(member_decode(&m, MEMBER_END, (struct reader){ b.at, b.at, false }), NULL);
	CHECK_TEXT(member_decode(&m, MEMBER_LOOK + 1, (struct reader){ b.at, b.at, false }), "unknown frame");
	b.length = 0;
	attributes(010000);
	CHECK_TEXT(member_decode(&m, MEMBER_ATTRIBUTES, (struct reader){ b.at + 6, b.at + b.length, false }),
		   "out of range");
}

static void remove_all(void)
{
	const struct remove_step step = { .path = "/tree" };
	int out = memfd_create("report", MFD_CLOEXEC);

	if (dup2(out, 1) != 1)
		abort();
	step_remove(&step);
}

/* Deeper than a path can tell, closed to its owner, and with links to what has to stay. */
static void trees_are_removed(void)
{
	uint8_t report[8] = { 0 };
	char name[200];

	enter_tree();
	memset(name, 'd', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	CHECK(mkdir(tree_path("tree"), 0700) == 0 && mkdir(tree_path("tree/0"), 0) == 0);
	int at = open(tree_path("tree"), O_RDONLY | O_DIRECTORY);
	CHECK(symlinkat(tree_outside, at, "link") == 0);
	for (unsigned depth = 0; depth < 60; depth++) {
		CHECK(mkdirat(at, name, 0700) == 0);
		int next = openat(at, name, O_RDONLY | O_DIRECTORY);
		close(openat(next, "file", O_CREAT | O_WRONLY, 0600));
		close(at);
		at = next;
	}
	int file_fd = openat(at, "large", O_CREAT | O_WRONLY, 0);
	CHECK(write(file_fd, name, sizeof(name)) == sizeof(name));
	remove_all();
	CHECK(rmdir(tree_path("tree")) == 0);
	CHECK(outside_untouched());
	CHECK(pread(1, report, sizeof(report), 0) == 8 && (report[0] | report[1] | report[2]) != 0);
}

int main(void)
{
	test("members become files, with owners, modes and times", members_become_files);
	test("holes of a file stay holes", holes_stay_holes);
	test("what is there makes way, and is never written through", what_is_there_makes_way);
	test("no link on the way to a member is followed", no_link_on_the_way);
	test("a path that is not plain is refused", paths_are_plain);
	test("a directory that has files is not replaced", directories_with_files_stay);
	test("a directory and what is none need not replace one another", what_is_there_may_be_kept);
	test("links on the way to a member may be followed, and lead nowhere else", links_on_the_way_may_be_followed);
	test("directories of no member are counted", directories_of_no_member_are_counted);
	test("attributes that can't be kept are reported", attributes_that_can_not_be_kept);
	test("frames that end too early are refused", frames_that_end_too_early);
	test("frames need not end where reads do", large_files);
	test("members are decoded up to their last byte", members_are_decoded);
	test("a tree is removed however deep, and nothing else", trees_are_removed);
	return tests_done();
}
