/* Programs that the monitor runs: real ones, and this one, which reports what it was given. */
#include <errno.h>
#include <fcntl.h>
#include <linux/securebits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "decoded.h"
#include "frames.h"
#include "plans.h"
#include "proto/steps.h"

#define SELF	 "/proc/self/exe"
#define VARIABLE "ONLY=this one"
#define LONG_MS	 60000u

/* What a step that failed has said; shared with the process that runs it. */
static struct {
	int error;
	char object[256], detail[512];
} * said;

static struct {
	const char *program;
	const char *const *argv;
	uint32_t timeout_ms;
	const char *input;
	uint32_t owner;
	int output; /* becomes fd 2 */
} step;

static char heard[16 << 10];

static bool keep(uint16_t id, uint16_t index, int error, const char *object, const char *detail)
{
	(void)id;
	(void)index;
	said->error = error;
	(void)snprintf(said->object, sizeof(said->object), "%s", object);
	(void)snprintf(said->detail, sizeof(said->detail), "%s", detail);
	return true;
}

/* In an argument of the test, PID stands for the pid. */
static struct value arguments(void)
{
	static struct value list[3 * 8 + 1];
	static char before[8][64];
	size_t i;

	for (i = 0; step.argv[i]; i++) {
		const char *pid = strstr(step.argv[i], "PID");

		if (pid != NULL)
			(void)snprintf(before[i], sizeof(before[i]), "%.*s", (int)(pid - step.argv[i]), step.argv[i]);
		list[3 * i] = VALUE(pid ? before[i] : step.argv[i]);
		list[3 * i + 1] = VALUE(pid != NULL);
		list[3 * i + 2] = VALUE(pid ? pid + 3 : "");
	}
	list[3 * i] = (struct value){ .kind = VALUE_END };
	return LIST_OF(list);
}

static const struct run_program_step *plan_of_step(void)
{
	static struct bytes b;

	begin_plan(&b);
	put_step(&b, STEP_NAMESPACES, 0x10000000, step.owner, NO_LIMIT, LIST());
	put_step(&b, STEP_RUN_PROGRAM, step.program, arguments(), LIST(VARIABLE), step.timeout_ms,
		 BYTES(step.input, strlen(step.input)));
	add_exec(&b);
	CHECK_TEXT(decode_built(&b), NULL);
	run.plan = &plan;
	return &plan.steps[1].run_program;
}

/* As the monitor: it has blocked everything, and its caller ignored some of it. Returns if the program did well. */
static void run_step_now(void)
{
	sigset_t all;

	(void)sigfillset(&all);
	CHECK(sigprocmask(SIG_SETMASK, &all, NULL) == 0);
	CHECK(signal(SIGUSR1, SIG_IGN) != SIG_ERR && signal(SIGPIPE, SIG_IGN) != SIG_ERR);
	CHECK(dup2(step.output, STDERR_FILENO) >= 0);
	(void)close(step.output);
	run.null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	run.init = 4711;
	fail_report(keep);
	step_run_program(plan_of_step());
}

static int listen_to_step(void)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		abort();
	step.output = ends[1];
	return ends[0];
}

/* Until nobody has the other end any more. */
static void hear(int fd)
{
	size_t n = 0;
	ssize_t k;

	(void)close(step.output);
	while ((k = read(fd, heard + n, sizeof(heard) - 1 - n)) > 0)
		n += (size_t)k;
	heard[n] = 0;
	(void)close(fd);
}

static void begin_test(const char *program, const char *const *argv)
{
	said = mmap(NULL, sizeof(*said), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (said == MAP_FAILED)
		abort();
	step.program = program;
	step.argv = argv;
	step.timeout_ms = LONG_MS;
	step.input = "";
	step.owner = NO_OWNER;
}

/* Runs the step in a process of its own. */
static int status_of_step(void)
{
	int fd = listen_to_step(), status = status_of(run_step_now);

	hear(fd);
	return status;
}

static void check_good(void)
{
	CHECK(status_of_step() == 0);
	CHECK_TEXT(said->object, "");
}

static void check_failed(int error, const char *detail)
{
	int status = status_of_step();

	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 125);
	CHECK(said->error == error);
	CHECK_TEXT(said->object, step.program);
	CHECK_TEXT(said->detail, detail);
}

#define SHELL(script) begin_test("/bin/sh", (const char *const[]){ "sh", "-c", script, NULL })

/* ---- how it ends ---- */

static void ends_well(void)
{
	SHELL("echo well");
	check_good();
	CHECK_TEXT(heard, "well\n");
}

static void ends_with_a_code(void)
{
	SHELL("echo 'that is wrong' >&2; exit 3");
	check_failed(EPERM, "exit code 3; what it said stands above");
	CHECK_TEXT(heard, "that is wrong\n");
}

static void ends_by_a_signal(void)
{
	SHELL("kill -SEGV $$");
	check_failed(EINTR, "signal 11; what it said stands above");
}

static void is_missing(void)
{
	begin_test("/no/such/program", (const char *const[]){ "program", NULL });
	check_failed(ENOENT, "could not be executed");
}

static void is_not_executable(void)
{
	begin_test("/etc/passwd", (const char *const[]){ "passwd", NULL });
	check_failed(EACCES, "could not be executed");
}

static void names_no_interpreter(void)
{
	char path[] = "/tmp/nsinit-program-XXXXXX";
	int fd = mkstemp(path);

	CHECK(fd >= 0 && write(fd, "#!/no/such\n", 11) == 11 && fchmod(fd, 0700) == 0 && close(fd) == 0);
	begin_test(path, (const char *const[]){ "script", NULL });
	check_failed(ENOENT, "the file is there; the interpreter or loader it names is not");
	CHECK(unlink(path) == 0);
}

/* heard is whole only when the last process is gone that could say something: those that it has started, too. */
static void takes_too_long(void)
{
	SHELL("sleep 1000 & sleep 1000 & wait");
	step.timeout_ms = 100;
	check_failed(ETIMEDOUT, "time limit of 100 ms; killed");
}

static void loses_its_monitor(void)
{
	int fd, status;
	char byte;
	pid_t monitor;

	SHELL("printf x; exec sleep 1000");
	fd = listen_to_step();
	monitor = fork();
	if (monitor == 0) {
		run_step_now();
		_exit(0);
	}
	CHECK(read(fd, &byte, 1) == 1);
	CHECK(kill(monitor, SIGKILL) == 0 && waitpid(monitor, &status, 0) == monitor);
	hear(fd);
	CHECK_TEXT(heard, "");
}

/* The pipe that the orchestrator writes to is what it is known by. */
static void loses_its_orchestrator(void)
{
	int fd, control[2], status;
	char byte;
	pid_t monitor;

	SHELL("sleep 1000 & printf x; wait");
	fd = listen_to_step();
	CHECK(pipe2(control, O_CLOEXEC) == 0);
	monitor = fork();
	if (monitor == 0) {
		(void)close(control[1]);
		run.control = control[0];
		run_step_now();
		_exit(0);
	}
	(void)close(control[0]);
	CHECK(read(fd, &byte, 1) == 1);
	/* A signal for the command is read later. */
	CHECK(write(control[1], "frame", 5) == 5);
	(void)close(control[1]);
	CHECK(waitpid(monitor, &status, 0) == monitor && WIFEXITED(status) && WEXITSTATUS(status) == 125);
	hear(fd);
	CHECK_TEXT(heard, "");
}

/* ---- what it gets ---- */

static unsigned long long signals_of(const char *name)
{
	FILE *file = fopen("/proc/self/status", "re");
	unsigned long long set = 1;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, name, strlen(name)) == 0)
			set = strtoull(line + strlen(name), NULL, 16);
	if (file)
		(void)fclose(file);
	return set;
}

static size_t read_input(char *bytes, size_t size)
{
	size_t n = 0;
	ssize_t k;

	while (n < size && (k = read(STDIN_FILENO, bytes + n, size - n)) > 0)
		n += (size_t)k;
	return n;
}

static bool is_null(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3);
}

/* The program's part of the tests: one line about each thing. */
static int report(int argc, char **argv, char **env)
{
	static char input[128 << 10];
	int signo = 0, open_above = 0;

	for (int i = 1; i < argc; i++)
		printf("argument <%s>\n", argv[i]);
	for (; *env; env++)
		printf("variable <%s>\n", *env);
	for (int fd = 3; fd < 1000; fd++)
		open_above += fcntl(fd, F_GETFD) >= 0;
	(void)prctl(PR_GET_PDEATHSIG, &signo);
	printf("%d descriptors above 2\n", open_above);
	printf("blocked %llx, ignored %llx\n", signals_of("SigBlk:"), signals_of("SigIgn:"));
	printf("session of its own: %d, dies by %d with its parent\n", getsid(0) == getpid(), signo);
	printf("securebits %d\n", prctl(PR_GET_SECUREBITS));
	printf("input null: %d\n", is_null(STDIN_FILENO));
	size_t n = read_input(input, sizeof(input));
	printf("input of %zu bytes, the last <%.3s>\n", n, n > 3 ? input + n - 3 : input);
	return 0;
}

static const char *const reporting[] = { "report", "--pid=PID/ns", "PID", "plain", "", NULL };

static void is_given_what_the_plan_says(void)
{
	begin_test(SELF, reporting);
	/* Not for it. */
	CHECK(setenv("SECRET", "x", 1) == 0 && open("/etc/passwd", O_RDONLY) > 2 && dup2(STDERR_FILENO, 99) == 99);
	check_good();
	CHECK_TEXT(heard, "argument <--pid=4711/ns>\nargument <4711>\nargument <plain>\nargument <>\n"
			  "variable <" VARIABLE ">\n"
			  "0 descriptors above 2\n"
			  "blocked 0, ignored 0\n"
			  "session of its own: 1, dies by 9 with its parent\n"
			  "securebits 0\n"
			  "input null: 1\n"
			  "input of 0 bytes, the last <>\n");
}

/* More than a pipe holds. */
static void reads_its_input(void)
{
	static char input[100001];

	memset(input, 'i', sizeof(input) - 1);
	input[sizeof(input) - 2] = '.';
	begin_test(SELF, reporting);
	step.input = input;
	check_good();
	CHECK(strstr(heard, "input null: 0\ninput of 100000 bytes, the last <ii.>\n") != NULL);
	SHELL("exit 0");
	step.input = input;
	check_good();
}

static void has_no_room_for_its_input(void)
{
	struct rlimit few = { 1000, 1000 };
	static char input[2001];

	memset(input, 'i', sizeof(input) - 1);
	CHECK(setrlimit(RLIMIT_FSIZE, &few) == 0);
	SHELL("exit 0");
	step.input = input;
	check_failed(EFBIG, "1000 of 2000 bytes of its input; see ulimit -f");
}

/* The monitor keeps its capabilities when it becomes the owner of a user namespace, and comes back. */
static void loses_power_with_its_ids(void)
{
	if (geteuid() != 0 || prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP) < 0)
		skip("for root with CAP_SETPCAP");
	begin_test(SELF, reporting);
	step.owner = 1000;
	check_good();
	CHECK(strstr(heard, "\nsecurebits 0\n") != NULL);
}

/* The longest pid there can be, and the shortest argument it can stand in. */
static void arguments_fit_where_their_entries_did(void)
{
	static const uint8_t entries[2][11] = { [0] = { [4] = 0, [5] = 1 }, [1] = { [4] = 0, [5] = 1 } };
	struct list list = { 2, { .at = entries[0], .end = entries[0] + sizeof(entries) } };
	static const char blank[sizeof(entries)];
	char *text = (char *)at_the_edge(blank, sizeof(blank)), *argv[3];

	CHECK(list_arguments(argv, text, list, INT32_MAX) == argv + 3);
	CHECK_TEXT(argv[0], "2147483647");
	CHECK_TEXT(argv[1], "2147483647");
	CHECK(argv[2] == NULL);
}

int main(int argc, char **argv, char **env)
{
	if (strcmp(argv[0], "report") == 0)
		return report(argc, argv, env);
	test("a program that ends with 0 has done its part", ends_well);
	test("one that ends with another code fails, and what it said is to be read", ends_with_a_code);
	test("one that is killed fails with the signal", ends_by_a_signal);
	test("one that is not there fails with ENOENT", is_missing);
	test("one that may not be executed fails with EACCES", is_not_executable);
	test("a script without its interpreter is told from a file that is not there", names_no_interpreter);
	test("one that takes too long is killed with all it has started", takes_too_long);
	test("one that runs dies with the monitor", loses_its_monitor);
	test("one that runs is killed when the orchestrator is gone", loses_its_orchestrator);
	test("it gets arguments, variables, signals and descriptors as the plan says, and no more",
	     is_given_what_the_plan_says);
	test("it reads its input, however long, or does not", reads_its_input);
	test("input that there is no room for fails before it is run", has_no_room_for_its_input);
	test("it has no power that a change of ids leaves", loses_power_with_its_ids);
	test("arguments with the pid take no more room than their entries", arguments_fit_where_their_entries_did);
	return tests_done();
}
