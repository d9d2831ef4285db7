#include "tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char tree_root[64], tree_outside[64];
static char base[48];
static pid_t owner;

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *walk)
{
	(void)st;
	(void)flag;
	(void)walk;
	return remove(path);
}

static void remove_tree(void)
{
	if (owner == getpid())
		(void)nftw(base, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	owner = 0;
}

static void write_file(const char *path, const char *content)
{
	FILE *file = fopen(path, "we");

	if (file == NULL || fputs(content, file) < 0 || fclose(file) != 0)
		abort();
}

void make_tree(void)
{
	remove_tree();
	memcpy(base, "/tmp/nsinit-test-XXXXXX", sizeof("/tmp/nsinit-test-XXXXXX"));
	if (mkdtemp(base) == NULL)
		abort();
	if (owner == 0)
		(void)atexit(remove_tree);
	owner = getpid();
	(void)snprintf(tree_root, sizeof(tree_root), "%s/root", base);
	(void)snprintf(tree_outside, sizeof(tree_outside), "%s/outside", base);
	if (chmod(base, 0755) < 0 || mkdir(tree_root, 0755) < 0 || mkdir(tree_outside, 0755) < 0)
		abort();
	char secret[80];
	(void)snprintf(secret, sizeof(secret), "%s/secret", tree_outside);
	write_file(secret, "secret");
}

const char *tree_path(const char *name)
{
	static char path[4200];

	(void)snprintf(path, sizeof(path), "%s/%s", tree_root, name);
	return path;
}

void tree_file(const char *name, const char *content) { write_file(tree_path(name), content); }

void tree_link(const char *target, const char *name)
{
	if (symlink(target, tree_path(name)) < 0)
		abort();
}

bool outside_untouched(void)
{
	DIR *directory = opendir(tree_outside);
	unsigned entries = 0;
	struct stat st;
	char secret[80];

	while (directory != NULL && readdir(directory) != NULL)
		entries++;
	if (directory != NULL)
		(void)closedir(directory);
	(void)snprintf(secret, sizeof(secret), "%s/secret", tree_outside);
	return entries == 3 && stat(secret, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 6;
}
