#include "fail.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "event.h"

volatile int failed;

static uint16_t current_index = UINT16_MAX;
static void (*before_exit)(void);

void fail_at(uint16_t index) { current_index = index; }

void fail_hook(void (*hook)(void)) { before_exit = hook; }

__attribute__((format(printf, 4, 0))) static noreturn void leave(enum step_id step, int error, const char *object,
								 const char *detail, va_list args)
{
	char text[512];

	failed = 1;
	vsnprintf(text, sizeof(text), detail, args);
	if (event_socket() < 0)
		dprintf(STDERR_FILENO, "nsinit: %s: %s (%s)\n", object, strerror(error), text);
	else
		event_failed((uint16_t)step, current_index, error, object, text);
	fail_told();
}

void fail_told(void)
{
	if (before_exit != NULL)
		before_exit();
	/* Only seen by a parent that did not listen: nsrun's own code for "nsrun itself failed". */
	_exit(125);
}

void fail(enum step_id step, const char *object, const char *detail, ...)
{
	int error = errno;
	va_list args;

	va_start(args, detail);
	leave(step, error, object, detail, args);
}

void fail_errno(enum step_id step, int error, const char *object, const char *detail, ...)
{
	va_list args;

	va_start(args, detail);
	leave(step, error, object, detail, args);
}
