#include "packed.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "inside/root.h"
#include "proto/steps.h"
#include "tree.h"
#include "unpack/unpack.h"

uint8_t packed[2 * PACKED_LARGE];
size_t packed_length;
struct pack_step pack_wanted = { .path = "/tree", .content = true };

/* "/" of the functions under test is the tree of the host's as in unpack_test.c, and "/tree" in it what is packed. */
void enter_tree(void)
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

void pack_it(void) { step_pack(&pack_wanted); }

uint64_t frame_number(struct frame *f, unsigned bytes)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value |= (uint64_t)f->at[i] << (8 * i);
	f->at += bytes;
	return value;
}

const char *frame_text(struct frame *f)
{
	uint64_t n = frame_number(f, 4);
	const char *string = (const char *)f->at;

	f->at += n + 1;
	return string;
}

static struct frame frame_at(size_t *at)
{
	struct frame head = { 0, packed + *at, packed + packed_length };
	uint64_t n = frame_number(&head, 4);

	head.type = (unsigned)frame_number(&head, 2);
	head.end = head.at + n;
	*at += 6 + n;
	CHECK(*at <= packed_length);
	return head;
}

static struct entry decode(struct frame f, size_t next)
{
	struct entry e = { .path = frame_text(&f), .next = next };

	e.mode = (uint32_t)frame_number(&f, 4);
	e.uid = (uint32_t)frame_number(&f, 4);
	e.gid = (uint32_t)frame_number(&f, 4);
	e.seconds = frame_number(&f, 8);
	frame_number(&f, 4);
	e.size = frame_number(&f, 8);
	e.rdev = frame_number(&f, 8);
	frame_number(&f, 8);
	e.inode = frame_number(&f, 8);
	e.again = (uint8_t)frame_number(&f, 1);
	e.target = frame_text(&f);
	CHECK(f.at == f.end);
	return e;
}

struct entry packed_entry(const char *path)
{
	for (size_t at = 0; at < packed_length;) {
		struct frame f = frame_at(&at);
		struct entry e = { 0 };

		if (f.type == MEMBER_ENTRY)
			e = decode(f, at);
		if (e.path != NULL && strcmp(e.path, path) == 0)
			return e;
	}
	return (struct entry){ 0 };
}

const char *packed_paths(void)
{
	static char all[4096];

	all[0] = '\0';
	for (size_t at = 0; at < packed_length;) {
		struct frame f = frame_at(&at);

		if (f.type == MEMBER_ENTRY)
			(void)snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s ", frame_text(&f));
	}
	return all;
}

struct frame packed_about(struct entry e, unsigned type, unsigned n)
{
	for (size_t at = e.next; at < packed_length;) {
		struct frame f = frame_at(&at);

		if (f.type == MEMBER_ENTRY || f.type == MEMBER_END)
			break;
		if (f.type == type && n-- == 0)
			return f;
	}
	return (struct frame){ 0 };
}
