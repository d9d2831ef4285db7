#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS_MAX  60 /* for a test, which takes milliseconds, on a machine with better things to do */
#define CODE_SKIPPED 77

static unsigned broken_tests;
static bool broken;

int status_of(void (*body)(void))
{
	int status = -1;
	pid_t child;

	(void)fflush(stdout);
	child = fork();
	if (child == 0) {
		(void)alarm(SECONDS_MAX);
		body();
		(void)fflush(stdout);
		exit(broken);
	}
	(void)waitpid(child, &status, 0);
	return status;
}

void test(const char *sentence, void (*body)(void))
{
	int status = status_of(body);
	bool skipped = WIFEXITED(status) && WEXITSTATUS(status) == CODE_SKIPPED;

	if (WIFSIGNALED(status))
		printf("# ended by signal %d\n", WTERMSIG(status));
	else if (status != 0 && !skipped)
		printf("# exit code %d\n", WEXITSTATUS(status));
	broken_tests += status != 0 && !skipped;
	printf("%s - %s\n", skipped ? "skipped" : status == 0 ? "ok" : "not ok", sentence);
}

int tests_done(void) { return broken_tests > 0; }

bool check_that(bool held, const char *what, const char *file, int line)
{
	if (!held)
		(void)fprintf(stderr, "# %s:%d: does not hold: %s\n", file, line, what);
	broken |= !held;
	return held;
}

bool check_text(const char *got, const char *wanted, const char *file, int line)
{
	bool same = got != NULL && wanted != NULL ? strcmp(got, wanted) == 0 : got == wanted;

	if (!same)
		(void)fprintf(stderr, "# %s:%d: got \"%s\", wanted \"%s\"\n", file, line, got ? got : "(none)",
			      wanted ? wanted : "(none)");
	broken |= !same;
	return same;
}

void skip(const char *why)
{
	(void)fprintf(stderr, "# skipped: %s\n", why);
	exit(CODE_SKIPPED);
}
