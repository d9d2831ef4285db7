/*
 * A key in a session keyring, which processes inherit.
 *
 *   keys hold COMMAND...   runs it with such a key, and says then what the key holds
 *   keys change            tries to change it
 *   keys fill COMMAND...   runs it when this user may have no more keys
 */
#include <errno.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define TYPE "user"
#define NAME "nsrun-test"

static int hold(char *const command[])
{
	char content[64];
	long key, length;
	pid_t child;

	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0)
		return 77;
	key = syscall(SYS_add_key, TYPE, NAME, "untouched", strlen("untouched"), KEY_SPEC_SESSION_KEYRING);
	if (key < 0)
		return 77;
	child = fork();
	if (child == 0) {
		execvp(command[0], command);
		_exit(127);
	}
	if (child < 0 || waitpid(child, NULL, 0) != child)
		return 1;
	length = syscall(SYS_keyctl, KEYCTL_READ, key, content, sizeof(content));
	if (length < 0)
		return 1;
	printf("the key holds: %.*s\n", (int)length, content);
	return 0;
}

static int fill(char *const command[])
{
	char name[32];
	int i = 0;

	/* In a keyring that ends with us. */
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0)
		return 77;
	do
		(void)snprintf(name, sizeof(name), NAME "-%d", i);
	while (syscall(SYS_add_key, TYPE, name, "x", 1, KEY_SPEC_SESSION_KEYRING) >= 0 && ++i < 10000);
	if (errno != EDQUOT)
		return 77;
	execvp(command[0], command);
	return 127;
}

static int change(void)
{
	long key = syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, TYPE, NAME, 0);

	if (key < 0 || syscall(SYS_keyctl, KEYCTL_UPDATE, key, "changed", strlen("changed")) < 0)
		printf("%s\n", strerror(errno));
	return 0;
}

int main(int argc, char *argv[])
{
	if (argc > 2 && strcmp(argv[1], "hold") == 0)
		return hold(argv + 2);
	if (argc > 2 && strcmp(argv[1], "fill") == 0)
		return fill(argv + 2);
	return argc == 2 && strcmp(argv[1], "change") == 0 ? change() : 2;
}
