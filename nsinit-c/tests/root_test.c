#include "inside/root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/beneath.h"
#include "check.h"
#include "tree.h"

#define SWAPS 2000

static int host_root;

static void leave_tree(void)
{
	if (fchdir(host_root) < 0 || chroot(".") < 0)
		abort();
}

/*
 * Makes the hostile tree the root of the functions under test. The process itself gets the directory above it as its
 * root, so that a path which is not resolved beneath the tree gets out of it, is seen, and does no harm.
 */
static void enter_tree(void)
{
	make_tree();
	host_root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (geteuid() != 0 && unshare(CLONE_NEWUSER) < 0)
		skip("no user namespace to be had");
	(void)atexit(leave_tree);
	if (chdir(tree_root) < 0 || chroot(".") < 0 || root_set_current() < 0)
		abort();
	leave_tree();
	if (chdir(tree_root) < 0 || chdir("..") < 0 || chroot(".") < 0)
		abort();
	memcpy(tree_root, "/root", 6);
	memcpy(tree_outside, "/outside", 9);
}

/* Nothing but the tree and the victim. */
static bool no_way_out(void)
{
	struct stat st;

	/* A directory has a link of its own, one from above and one from each directory in it. */
	return outside_untouched() && stat("/", &st) == 0 && st.st_nlink == 4 && access("/file", F_OK) < 0;
}

static void hostile_links(void)
{
	tree_link(tree_outside, "absolute");
	tree_link("../outside", "relative");
	tree_link("../../../../../../..", "climbing");
	tree_link("/", "slash");
	tree_link("loop2", "loop1");
	tree_link("loop1", "loop2");
	tree_link("/proc/self/root", "magic");
}

static bool inside(const char *name)
{
	struct stat st;

	return lstat(tree_path(name), &st) == 0;
}

static mode_t mode_of(const char *name)
{
	struct stat st;

	return lstat(tree_path(name), &st) == 0 ? st.st_mode : 0;
}

static bool same_file(int fd, const char *path)
{
	struct stat a, b;

	return fd >= 0 && fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static int open_errno(const char *path, uint64_t flags, uint64_t resolve)
{
	int fd = root_open(path, flags, resolve);
	int error = errno;

	if (fd < 0)
		return error;
	(void)close(fd);
	return 0;
}

/* ---- opening ---- */

static void links_stay_inside(void)
{
	enter_tree();
	hostile_links();
	tree_file("file", "x");
	CHECK(open_errno("/absolute/secret", O_RDONLY, 0) == ENOENT);
	CHECK(open_errno("/relative/secret", O_RDONLY, 0) == ENOENT);
	CHECK(open_errno("/../outside/secret", O_RDONLY, 0) == ENOENT);
	CHECK(open_errno("../../outside/secret", O_RDONLY, 0) == ENOENT);
	CHECK(same_file(root_open("/climbing", O_PATH, 0), tree_root));
	CHECK(same_file(root_open("/slash/climbing/slash/file", O_PATH, 0), tree_path("file")));
	CHECK(same_file(root_open("/..", O_PATH, 0), tree_root));
	CHECK(open_errno("/loop1", O_PATH, 0) == ELOOP);
	CHECK(open_errno("/loop1/x", O_PATH, 0) == ELOOP);
}

static void no_link_at_all(void)
{
	enter_tree();
	hostile_links();
	tree_file("file", "x");
	CHECK(open_errno("/file", O_PATH, RESOLVE_NO_SYMLINKS) == 0);
	CHECK(open_errno("/slash", O_PATH, RESOLVE_NO_SYMLINKS) == ELOOP);
	CHECK(open_errno("/slash/file", O_PATH, RESOLVE_NO_SYMLINKS) == ELOOP);
}

static void magic_links(void)
{
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	CHECK(open_beneath(root, "/proc/self/exe", O_PATH, 0) < 0 && errno == ELOOP);
	CHECK(open_beneath(root, "/proc/self/root/etc", O_PATH, 0) < 0 && errno == ELOOP);
	CHECK(open_beneath(root, "/proc/self/cwd", O_PATH, 0) < 0 && errno == ELOOP);
	CHECK(open_beneath(root, "/proc/self/fd/1", O_PATH, 0) < 0 && errno == ELOOP);
	/* /proc/self itself is none: it is text like any link. */
	CHECK(open_beneath(root, "/proc/self/status", O_PATH, 0) >= 0);
}

static void descriptors_are_not_inherited(void)
{
	int fds[3];
	const char *name;

	enter_tree();
	fds[0] = root_open("/", O_PATH, 0);
	fds[1] = root_mkdir("/a/b", 0755);
	fds[2] = root_open_parent("/a/b/c", &name);
	for (unsigned i = 0; i < 3; i++)
		CHECK(fds[i] >= 0 && fcntl(fds[i], F_GETFD) == FD_CLOEXEC);
}

/* ---- making directories ---- */

static int make_directory(const char *path, mode_t mode)
{
	int fd = root_mkdir(path, mode);

	if (fd < 0)
		return errno;
	(void)close(fd);
	return 0;
}

static void directories_are_made(void)
{
	enter_tree();
	(void)umask(0);
	CHECK(make_directory("/a/b/c", 0751) == 0);
	CHECK(mode_of("a") == (S_IFDIR | 0751) && mode_of("a/b/c") == (S_IFDIR | 0751));
	CHECK(make_directory("//a///b/./d//", 0700) == 0);
	CHECK(mode_of("a/b/d") == (S_IFDIR | 0700) && mode_of("a/b") == (S_IFDIR | 0751));
	CHECK(make_directory("relative/x", 0755) == 0 && inside("relative/x"));
	CHECK(make_directory("/../../up", 0755) == 0 && inside("up"));
	CHECK(make_directory("/a/new/../other", 0755) == 0 && inside("a/other"));
	CHECK(same_file(root_mkdir("/a/b/c", 0755), tree_path("a/b/c")));
	CHECK(same_file(root_mkdir("/", 0755), tree_root));
	CHECK(no_way_out());
}

static void existing_directories_are_left_alone(void)
{
	enter_tree();
	CHECK(mkdir(tree_path("mine"), 0700) == 0);
	tree_file("mine/file", "x");
	CHECK(make_directory("/mine", 0777) == 0);
	CHECK(mode_of("mine") == (S_IFDIR | 0700) && inside("mine/file"));
}

static void directories_through_links(void)
{
	enter_tree();
	hostile_links();
	CHECK(mkdir(tree_path("real"), 0755) == 0);
	tree_link("/real", "good");
	CHECK(make_directory("/good/x", 0755) == 0 && inside("real/x"));
	CHECK(make_directory("/climbing/real/y", 0755) == 0 && inside("real/y"));
	CHECK(make_directory("/loop1/x", 0755) == ELOOP);
	CHECK(no_way_out());
}

/* Cloud images have such links; what they lead to is made, inside. */
static void directories_through_links_to_nothing(void)
{
	static char chain[64][8];

	enter_tree();
	hostile_links();
	CHECK(make_directory("/absolute/x", 0755) == 0 && inside("outside/x"));
	CHECK(rmdir(tree_path("outside/x")) == 0 && rmdir(tree_path("outside")) == 0);
	CHECK(make_directory("/relative/y/z", 0755) == 0 && inside("outside/y/z"));
	tree_link("climbing/deep/../er/./dir", "to");
	CHECK(make_directory("/to", 0755) == 0 && inside("deep") && inside("er/dir"));
	CHECK(mkdir(tree_path("sub"), 0755) == 0);
	tree_link("../new", "sub/up");
	CHECK(make_directory("/sub/up", 0755) == 0 && inside("new") && !inside("sub/new"));
	tree_link("grows/x", "grows");
	CHECK(make_directory("/grows", 0755) == ELOOP);
	for (unsigned i = 0; i < 42; i++)
		(void)snprintf(chain[i], sizeof(chain[i]), "c%u", i);
	for (unsigned i = 0; i < 41; i++)
		tree_link(chain[i + 1], chain[i]);
	CHECK(make_directory("/c0", 0755) == ELOOP && !inside("c41"));
	CHECK(make_directory("/c1", 0755) == 0 && inside("c41"));
	CHECK(no_way_out());
}

static void directories_that_cannot_be(void)
{
	static char long_path[5001];

	enter_tree();
	tree_file("file", "x");
	memset(long_path, '/', sizeof(long_path) - 1);
	CHECK(make_directory("/file", 0755) == ENOTDIR);
	CHECK(make_directory("/file/x", 0755) == ENOTDIR);
	for (unsigned i = 1; i < sizeof(long_path) - 1; i += 2)
		long_path[i] = 'd';
	CHECK(make_directory(long_path, 0755) == ENAMETOOLONG);
	memset(long_path + 1, 'd', 300);
	long_path[301] = 0;
	CHECK(make_directory(long_path, 0755) == ENAMETOOLONG);
	CHECK(mode_of("file") != 0 && no_way_out());
}

/* What could not be made is told by why it could not be made. */
static void no_permission(void)
{
	enter_tree();
	if (geteuid() != 0)
		skip("needs another user's directory");
	CHECK(chmod(tree_root, 0555) == 0 && seteuid(65534) == 0);
	CHECK(make_directory("/x/y", 0755) == EACCES);
	CHECK(seteuid(0) == 0 && !inside("x"));
}

/* ---- parents and files ---- */

static void check_parent(const char *path, const char *parent, const char *name)
{
	const char *got = NULL;
	int fd = root_open_parent(path, &got);

	CHECK(same_file(fd, tree_path(parent)));
	CHECK_TEXT(got, name);
}

static void parents(void)
{
	const char *name;

	enter_tree();
	check_parent("/x", "", "x");
	check_parent("x", "", "x");
	check_parent("//x", "", "x");
	check_parent("/a/b/x", "a/b", "x");
	check_parent("/a/../x", "", "x");
	check_parent("/a/b/..", "a/b", "..");
	CHECK(root_open_parent("", &name) < 0 && errno == ENOENT);
	CHECK(root_open_parent("/", &name) < 0 && errno == EISDIR);
	CHECK(root_open_parent("/a/", &name) < 0 && errno == EISDIR);
}

static void files_are_made(void)
{
	enter_tree();
	(void)umask(0);
	CHECK(root_touch("/a/b/file") == 0);
	CHECK(mode_of("a/b/file") == (S_IFREG | 0644) && mode_of("a/b") == (S_IFDIR | 0755));
	CHECK(root_touch("/../file") == 0 && inside("file"));
	CHECK(no_way_out());
}

static void existing_entries_are_left_alone(void)
{
	struct stat st;
	char victim[100];

	enter_tree();
	tree_file("file", "content");
	CHECK(mkfifo(tree_path("fifo"), 0600) == 0 && mkdir(tree_path("directory"), 0700) == 0);
	(void)snprintf(victim, sizeof(victim), "%s/new", tree_outside);
	tree_link(victim, "dangling");
	tree_link("../outside/new", "relative");
	CHECK(root_touch("/file") == 0 && stat(tree_path("file"), &st) == 0 && st.st_size == 7);
	CHECK(root_touch("/fifo") == 0 && mode_of("fifo") == (S_IFIFO | 0600));
	CHECK(root_touch("/directory") == 0 && mode_of("directory") == (S_IFDIR | 0700));
	CHECK(root_touch("/dangling") == 0 && S_ISLNK(mode_of("dangling")) && inside("outside/new"));
	CHECK(unlink(tree_path("outside/new")) == 0 && rmdir(tree_path("outside")) == 0);
	CHECK(root_touch("/relative") == 0 && S_ISLNK(mode_of("relative")) && inside("outside/new"));
	CHECK(root_touch("/relative/x") == -1 && errno == ENOTDIR);
	CHECK(root_touch("/..") == 0 && root_touch("/.") == 0);
	CHECK(root_touch("/file/x") == -1 && errno == ENOTDIR);
	CHECK(no_way_out());
}

/* ---- against somebody who swaps a directory for a link while we work ---- */

static void swap_for_ever(void)
{
	char swap[100], link[100];

	(void)snprintf(swap, sizeof(swap), "%s/swap", tree_root);
	(void)snprintf(link, sizeof(link), "%s/link", tree_root);
	for (;;)
		(void)syscall(SYS_renameat2, AT_FDCWD, swap, AT_FDCWD, link, RENAME_EXCHANGE);
}

static void swapped_directories(void)
{
	pid_t swapper;
	unsigned made = 0;

	enter_tree();
	CHECK(mkdir(tree_path("swap"), 0755) == 0);
	tree_link("../outside", "link");
	(void)fflush(stdout);
	swapper = fork();
	if (swapper == 0)
		swap_for_ever();
	for (unsigned i = 0; i < SWAPS; i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "/swap/d%u/e", i);
		made += make_directory(path, 0755) == 0;
		(void)snprintf(path, sizeof(path), "/swap/f%u", i);
		made += root_touch(path) == 0;
		CHECK(open_errno("/swap/secret", O_RDONLY, 0) == ENOENT);
	}
	(void)kill(swapper, SIGKILL);
	(void)waitpid(swapper, NULL, 0);
	CHECK(made > 0);
	CHECK(no_way_out());
}

int main(void)
{
	test("no link leads out of the root", links_stay_inside);
	test("where no link is allowed, a link anywhere in the path is refused", no_link_at_all);
	test("a magic link is never followed", magic_links);
	test("what is opened is closed by execve", descriptors_are_not_inherited);
	test("directories are made one by one, inside", directories_are_made);
	test("a directory that exists is left as it is", existing_directories_are_left_alone);
	test("directories are made through links that stay inside, and no others", directories_through_links);
	test("what a link to nothing leads to is made, inside", directories_through_links_to_nothing);
	test("a directory that can't be is told by its errno", directories_that_cannot_be);
	test("a directory that may not be made is told by why", no_permission);
	test("the parent of a path is opened, or made", parents);
	test("a file is made with its parents", files_are_made);
	test("what exists is not touched, and nothing outside through a link", existing_entries_are_left_alone);
	test("a directory swapped for a link leads nowhere", swapped_directories);
	return tests_done();
}
