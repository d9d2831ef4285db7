#include "hands.h"
#include "root.h"
#include "unpack.h"

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

/* True if there was anything in it. At the top, directories are emptied; else they go there. */
static bool empty(int directory, int top)
{
	DIR *list = fdopendir(directory);
	struct dirent *entry;
	bool found = false;

	if (list == NULL)
		fail("directory", "list");
	while ((entry = readdir(list)) != NULL) {
		const char *name = entry->d_name;
		struct stat st;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		found = true;
		must(fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW), name, "fstatat");
		if (!S_ISDIR(st.st_mode)) {
			must(unlinkat(directory, name, 0), name, "unlink");
			freed += st.st_nlink == 1 ? (uint64_t)st.st_blocks * 512 : 0;
		} else if (unlinkat(directory, name, AT_REMOVEDIR) == 0) {
			continue;
		} else if (top >= 0) {
			move_up(directory, name, top);
		} else {
			empty(must(openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), name,
				   "open"),
			      directory);
			must(unlinkat(directory, name, AT_REMOVEDIR), name, "rmdir");
		}
	}
	closedir(list);
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
	while (empty(must(root_open(step->path, O_RDONLY | O_DIRECTORY, RESOLVE_NO_SYMLINKS), step->path, "open"), -1))
		;
	report(freed);
}
