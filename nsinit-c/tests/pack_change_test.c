/* A tree that changes while nsinit tells of it: the pipe is full, and nsinit waits, while somebody does. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "packed.h"
#include "proto/steps.h"
#include "tree.h"
#include "unpack/unpack.h"

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
	for (packed_length = 0; packed_length < 4096;) {
		ssize_t n = read(out_of_it, packed + packed_length, 4096 - packed_length);

		if (n <= 0)
			abort(); /* it has failed */
		packed_length += (size_t)n;
	}
}

static void end_to_pack(void)
{
	ssize_t n;
	int status;

	while ((n = read(out_of_it, packed + packed_length, sizeof(packed) - packed_length)) > 0)
		packed_length += (size_t)n;
	CHECK(waitpid(packer, &status, 0) == packer && status == 0);
	CHECK(packed[packed_length - 2] == MEMBER_END);
}

static void large_file(const char *name)
{
	static char chunk[1 << 20];
	int fd = open(tree_path(name), O_CREAT | O_WRONLY, 0600);

	memset(chunk, 'x', sizeof(chunk));
	for (unsigned i = 0; i < PACKED_LARGE >> 20; i++)
		CHECK(write(fd, chunk, sizeof(chunk)) == sizeof(chunk));
	close(fd);
}

static uint64_t bytes_of(const char *path, uint8_t last)
{
	struct entry e = packed_entry(path);
	uint64_t sum = 0;

	for (unsigned i = 0;; i++) {
		struct frame f = packed_about(e, MEMBER_DATA, i);

		if (f.type == 0)
			return sum;
		CHECK(frame_number(&f, 8) == sum);
		sum += frame_number(&f, 4);
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
	CHECK(packed_entry("a").size == PACKED_LARGE && bytes_of("a", 0) == PACKED_LARGE);
	CHECK(packed_about(packed_entry("a"), MEMBER_CHANGED, 0).type == MEMBER_CHANGED);
}

static void files_that_grow(void)
{
	enter_tree();
	large_file("tree/a");
	begin_to_pack();
	CHECK(truncate(tree_path("tree/a"), 2LL * PACKED_LARGE) == 0);
	end_to_pack();
	CHECK(packed_entry("a").size == PACKED_LARGE && bytes_of("a", 'x') == PACKED_LARGE);
	CHECK(packed_about(packed_entry("a"), MEMBER_CHANGED, 0).type == MEMBER_CHANGED);
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
	CHECK_TEXT(packed_paths(), " d d/a d/a/a d/a/secret z ");
	CHECK(packed_entry("d/a/secret").size == 4);
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
	CHECK_TEXT(packed_paths(), " a c ");
}

int main(void)
{
	test("a file that shrinks has the size that was told", files_that_shrink);
	test("a file that grows has the size that was told", files_that_grow);
	test("a directory that becomes a link is not followed", directories_that_are_swapped);
	test("what goes away is not told", what_goes_away);
	return tests_done();
}
