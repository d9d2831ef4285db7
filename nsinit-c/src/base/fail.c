#include "base/fail.h"

#include "base/sys.h"

volatile int failed;

static uint16_t current_step, current_index = NO_INDEX;
static failure_report *report_failure;
static bool (*reported_before)(void);
static void (*before_exit)(void);

void fail_at(uint16_t step, uint16_t index)
{
	current_step = step;
	current_index = index;
}

void fail_report(failure_report *report) { report_failure = report; }

void fail_hooks(bool (*is_reported)(void), void (*at_end)(void))
{
	reported_before = is_reported;
	before_exit = at_end;
}

__attribute__((format(printf, 3, 0))) static noreturn void leave(int error, const char *object, const char *detail,
								 va_list args)
{
	char text[512];

	failed = 1;
	if (reported_before != NULL && reported_before())
		fail_reported();
	vsnprintf(text, sizeof(text), detail, args);
	if (report_failure == NULL)
		dprintf(STDERR_FILENO, "nsinit: %s: %s (%s)\n", object, strerror(error), text);
	else if (report_failure(current_step, current_index, error, object, text))
		failed = FAILED_AND_REPORTED;
	fail_reported();
}

void fail_reported(void)
{
	if (before_exit != NULL)
		before_exit();
	/* Only seen by a parent that did not listen: nsrun's own code for "nsrun itself failed". */
	syscall(SYS_exit_group, 125);
	/* A filter of the plan may deny even that, and _exit would try for ever. */
	__builtin_trap();
}

#define LEAVE(error) \
	do { \
		va_list args; \
		va_start(args, detail); \
		leave(error, object, detail, args); \
	} while (0)

void fail(const char *object, const char *detail, ...) { LEAVE(errno); }

void fail_errno(int error, const char *object, const char *detail, ...) { LEAVE(error); }

void *must_map(size_t length, int flags)
{
	void *bytes = mmap(NULL, length, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	if (bytes == MAP_FAILED)
		fail("mmap", "%zu bytes", length);
	return bytes;
}

int must(long value, const char *object, const char *detail, ...)
{
	if (value < 0)
		LEAVE(errno);
	return (int)value;
}
