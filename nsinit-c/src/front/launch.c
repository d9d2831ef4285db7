#include "front/launch.h"

#include "base/sys.h"
#include "front/front.h"
#include "front/signals.h"

struct place {
	unsigned up; /* directories above this program */
	const char *below;
};

/* Where bin/install puts it, and where a build leaves it. */
static const struct place launchers[] = { { 2, "/lib/nsrun/launch" }, { 4, "/bin/nsrun" } };
static const struct place jars[] = { { 2, "/lib/nsrun/orchestrator.jar" },
				     { 4, "/orchestrator/target/orchestrator.jar" } };

/* The path of what lies there: as the launcher names it, which has a class archive for each. NULL if there is none. */
static const char *path_of(struct place place)
{
	static char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *end = path + (n > 0 ? n : 0);

	for (*end = 0; place.up > 0 && end != NULL; place.up--) {
		end = strrchr(path, '/');
		if (end != NULL)
			*end = 0;
	}
	if (end == NULL || strlen(place.below) >= (size_t)(path + sizeof(path) - end))
		return NULL;
	memcpy(end, place.below, strlen(place.below) + 1);
	return path;
}

bool launch_jar(struct stat *st)
{
	const char *own = getenv("NSRUN_JAR");

	if (own != NULL && own[0] != 0)
		return stat(own, st) == 0 && S_ISREG(st->st_mode);
	for (size_t i = 0; i < ARRAY_LEN(jars); i++) {
		const char *path = path_of(jars[i]);
		if (path != NULL && stat(path, st) == 0 && S_ISREG(st->st_mode))
			return true;
	}
	return false;
}

/* Returns where there is none that can be executed. */
static void become_launcher(char **argv)
{
	const char *own = getenv("NSRUN_LAUNCH");

	if (own != NULL && own[0] == '/') {
		execve(own, argv, environ);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(launchers); i++) {
		const char *path = path_of(launchers[i]);
		if (path != NULL)
			execve(path, argv, environ);
		if (errno != ENOENT && errno != ENOTDIR)
			return;
	}
}

noreturn void launch(char **argv)
{
	signals_as_given();
	become_launcher(argv);
	tell("the launcher can't be started: %s; install nsrun again, or set NSRUN_LAUNCH", strerror(errno));
	_exit(FRONT_FAILED);
}

static void serve(void)
{
	char *words[] = { (char[]){ "nsrun" }, (char[]){ "serve" }, (char[]){ "start" }, NULL };

	/* Nobody's child, in nobody's session, and in nobody's way. */
	if (setsid() < 0 || chdir("/") < 0 || fork() != 0)
		_exit(0);
	sys_close_range(0, ~0u, 0);
	if (open("/dev/null", O_RDWR) == 0 && dup(0) == 1 && dup(0) == 2)
		become_launcher(words);
	_exit(FRONT_FAILED);
}

void launch_service(void)
{
	pid_t child = fork();

	if (child == 0)
		serve();
	if (child > 0)
		waitpid(child, NULL, 0);
}
