/*
 * Times whole commands against each other: interleave ROUNDS <COMMANDS
 *
 * A line of COMMANDS is SECTION and NAME, then environment settings NAME=VALUE, then the command and its arguments,
 * separated by tabs. Round by round every command runs once, so that whatever else the machine does meets all of them
 * alike; the first round only warms up. Writes "sample SECTION NAME MILLISECONDS CPU" lines, or "missing SECTION NAME
 * WHY" for a command that does not exit with 0.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS_MAX 32
#define WORDS_MAX    64

struct command {
	char *section, *name;
	char *words[WORDS_MAX]; /* settings, then argv, then NULL */
	size_t settings;
	bool broken;
};

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static bool parse(char *line, struct command *c)
{
	size_t n = 0;

	line[strcspn(line, "\n")] = 0;
	*c = (struct command){ .section = strsep(&line, "\t") };
	c->name = strsep(&line, "\t");
	for (char *word = strsep(&line, "\t"); word && n < WORDS_MAX - 1; word = strsep(&line, "\t"))
		c->words[n++] = word;
	while (c->settings < n && strchr(c->words[c->settings], '=') && c->words[c->settings][0] != '-')
		c->settings++;
	return c->settings < n;
}

/* The child's half; what it writes on stderr is kept for the reader of a failure. */
static _Noreturn void become(const struct command *c, int errors)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	dup2(null, 0);
	dup2(null, 1);
	dup2(errors, 2);
	for (size_t i = 0; i < c->settings; i++)
		putenv(c->words[i]);
	execvp(c->words[c->settings], c->words + c->settings);
	dprintf(2, "can't be executed\n");
	_exit(127);
}

static double ms_of(struct timeval t) { return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3; }

struct spent {
	double wall_ms; /* from before the fork to after the wait; negative if the command failed, which is told */
	double cpu_ms;	/* of the command and all that it waited for */
};

static struct spent run_once(const struct command *c)
{
	int errors = memfd_create("stderr", MFD_CLOEXEC);
	double start = now_ms();
	pid_t pid = fork();
	struct rusage usage = { 0 };
	struct spent spent;
	int status = 0;

	if (pid == 0)
		become(c, errors);
	wait4(pid, &status, 0, &usage);
	spent.wall_ms = now_ms() - start;
	spent.cpu_ms = ms_of(usage.ru_utime) + ms_of(usage.ru_stime);
	if (status != 0) {
		char said[256] = "";
		ssize_t n = pread(errors, said, sizeof(said) - 1, 0);

		said[n > 0 ? strcspn(said, "\n") : 0] = 0;
		printf("missing\t%s\t%s\t%s %d: %s\n", c->section, c->name, WIFEXITED(status) ? "code" : "signal",
		       WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), said);
		spent.wall_ms = -1;
	}
	close(errors);
	return spent;
}

static void run_round(struct command *commands, size_t n, bool counts)
{
	for (size_t i = 0; i < n; i++) {
		struct spent spent;

		if (commands[i].broken)
			continue;
		spent = run_once(&commands[i]);
		commands[i].broken = spent.wall_ms < 0;
		if (counts && !commands[i].broken)
			printf("sample\t%s\t%s\t%.4f\t%.4f\n", commands[i].section, commands[i].name, spent.wall_ms,
			       spent.cpu_ms);
	}
}

int main(int argc, char **argv)
{
	static struct command commands[COMMANDS_MAX];
	size_t n = 0;
	char *line = NULL;
	size_t capacity = 0;
	long rounds = argc == 2 ? strtol(argv[1], NULL, 10) : 0;

	if (rounds < 1) {
		fputs("usage: interleave ROUNDS <COMMANDS\n", stderr);
		return 2;
	}
	/* The words of a command stay in its line, which therefore is not freed. */
	for (; n < COMMANDS_MAX && getline(&line, &capacity, stdin) > 0; line = NULL, capacity = 0) {
		if (!parse(line, &commands[n++])) {
			fputs("interleave: a line without a command\n", stderr);
			return 2;
		}
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (long round = 0; round <= rounds; round++)
		run_round(commands, n, round > 0);
	return 0;
}
