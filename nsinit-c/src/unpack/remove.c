#include "inside/root.h"
#include "proto/steps.h"
#include "unpack/unpack.h"

static uint64_t freed; /* bytes on the disk */
static unsigned long moved;

/* Takes a directory that is not empty to the top, where its turn comes: neither depth nor length of a path counts. */
static void move_up(int directory, const char *entry, int top)
{
	char name[24];
	long done;

	do {
		snprintf(name, sizeof(name), "%lu", moved++);
		done = syscall(SYS_renameat2, directory, entry, top, name, RENAME_NOREPLACE);
	} while (done < 0 && errno == EEXIST);
	must(done, entry, "rename");
}

DIR *directory_list(int directory)
{
	DIR *entries = fdopendir(directory);

	if (entries == NULL)
		fail("directory", "list");
	return entries;
}

const char *directory_next(DIR *entries)
{
	struct dirent *entry;

	errno = 0;
	do
		entry = readdir(entries);
	while (entry != NULL && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
	if (entry == NULL && errno != 0)
		fail("directory", "list");
	return entry ? entry->d_name : NULL;
}

/* False if it is a directory that is not empty. */
static bool drop(int directory, const char *name)
{
	struct stat st;

	must(fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW), name, "fstatat");
	if (S_ISDIR(st.st_mode))
		return unlinkat(directory, name, AT_REMOVEDIR) == 0;
	must(unlinkat(directory, name, 0), name, "unlink");
	freed += st.st_nlink == 1 ? (uint64_t)st.st_blocks * 512 : 0;
	return true;
}

/* Empties a directory of the top, where its own directories go. */
static void empty_below(int top, const char *path)
{
	int directory = must(openat(top, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), path, "open");
	DIR *entries = directory_list(directory);
	const char *name;

	while ((name = directory_next(entries)) != NULL) {
		if (!drop(directory, name))
			move_up(directory, name, top);
	}
	closedir(entries);
}

/* True if there was anything in it. */
static bool empty_top(int top)
{
	DIR *entries = directory_list(top);
	bool found = false;
	const char *name;

	while ((name = directory_next(entries)) != NULL) {
		found = true;
		if (drop(top, name))
			continue;
		empty_below(top, name);
		must(unlinkat(top, name, AT_REMOVEDIR), name, "rmdir");
	}
	closedir(entries);
	return found;
}

void report(uint64_t number)
{
	uint8_t bytes[sizeof(number)];
	struct writer w = { .at = bytes, .end = bytes + sizeof(bytes) };

	put_u64(&w, number);
	if (write(STDOUT_FILENO, bytes, sizeof(bytes)) != sizeof(bytes))
		fail("report", "write");
}

void step_remove(const struct remove_step *step)
{
	while (empty_top(must(root_open(step->path, O_RDONLY | O_DIRECTORY, RESOLVE_NO_SYMLINKS), step->path, "open")))
		;
	report(freed);
}
