#include "proto/steps.h"

/* What a right to a file is, where the path is no directory; the kernel refuses the others there. */
#define FILE_RIGHTS \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE | \
	 1u << 14 /* truncate */ | 1u << 15 /* ioctl_dev */)

static int open_rule(int directory, const char *path, uint64_t resolve)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = resolve };

	return (int)syscall(SYS_openat2, directory, path, &how, sizeof(how));
}

/*
 * A rule is for what the caller named. Mounts he may cross by their names; a link is not his, and is followed on the
 * mount alone that it lies on: /bin to /usr/bin, but nowhere into a volume.
 */
static int find(const char *path)
{
	const uint64_t one_mount = RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS;
	char above[PATH_MAX];
	const char *rest = path;
	int whole = open_rule(AT_FDCWD, path, RESOLVE_NO_SYMLINKS);
	scoped_fd before = -1;

	/* Absolute links need an absolute path: the kernel can't compare mounts else. */
	if (whole < 0 && errno == ELOOP)
		whole = open_rule(AT_FDCWD, path, one_mount);
	if (whole >= 0 || errno != EXDEV || path[0] != '/')
		return whole;
	memcpy(above, path, strlen(path) + 1);
	/* As far as it goes without a link. */
	while (before < 0) {
		char *slash = strrchr(above, '/');

		rest = path + (slash - above) + 1;
		slash[slash == above] = 0;
		before = open_rule(AT_FDCWD, above, RESOLVE_NO_SYMLINKS);
	}
	return open_rule(before, rest, one_mount);
}

static void add_rule(int ruleset, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = access };
	scoped_fd fd = must(find(path), path, "open");
	struct stat st;

	must(fstat(fd, &st), path, "fstat");
	if (!S_ISDIR(st.st_mode))
		rule.allowed_access &= FILE_RIGHTS;
	rule.parent_fd = fd;
	must(syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0), path,
	     "landlock_add_rule access=%#llx", (unsigned long long)access);
}

void step_landlock(const struct landlock_step *step)
{
	/* The numbers are those of landlock_ruleset_attr as Linux 6.12 has it, and in its order. An older kernel takes
	 * less of it, as long as what it lacks is not asked for. */
	size_t size = step->scoped	  ? offsetof(struct landlock_step, rules)
		      : step->handled_net ? offsetof(struct landlock_step, scoped)
					  : offsetof(struct landlock_step, handled_net);
	struct reader list = step->rules.entries;

	_Static_assert(offsetof(struct landlock_step, rules) == 3 * sizeof(uint64_t),
		       "the kernel's struct comes first");

	scoped_fd ruleset = must(syscall(SYS_landlock_create_ruleset, step, size, 0), "landlock_create_ruleset",
				 "fs=%#llx net=%#llx scoped=%#llx", (unsigned long long)step->handled_fs,
				 (unsigned long long)step->handled_net, (unsigned long long)step->scoped);
	for (uint32_t i = 0; i < step->rules.count; i++) {
		const char *path = get_str(&list);

		add_rule(ruleset, path, get_u64(&list));
	}
	must(syscall(SYS_landlock_restrict_self, ruleset, 0), "landlock_restrict_self", "%u rules", step->rules.count);
}
