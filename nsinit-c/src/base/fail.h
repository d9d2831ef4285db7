#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

/*
 * The one door out of a set-up that failed: reports step, object, errno and detail to whoever
 * listens, and ends this process. Nothing is unwound: what was set up lives in namespaces that end
 * with their last process. The step is the one that fail_at named last.
 *
 * errno is read first, so that nothing between the failing call and here may change it. detail is a
 * printf format.
 */
noreturn void fail(const char *object, const char *detail, ...) __attribute__((format(printf, 2, 3)));
noreturn void fail_errno(int error, const char *object, const char *detail, ...) __attribute__((format(printf, 3, 4)));

/*
 * The value of a system call, handed through; fails if it is negative. Arguments are evaluated in no fixed order, so
 * none of them but the call itself may change errno.
 */
int must(long value, const char *object, const char *detail, ...) __attribute__((format(printf, 3, 4)));

/* New memory, private or shared (MAP_*) with the processes cloned from here on; fails if there is none. */
void *must_map(size_t length, int flags);

/* The same as fail() for a failure that another process has reported already. */
noreturn void fail_reported(void);

#define NO_INDEX UINT16_MAX
/* What is being done from here on, and which step of the plan that is; reported along with a failure. */
void fail_at(uint16_t step, uint16_t index);
/* How a failure is reported: false if nobody listens any more. Until there is one it is printed on stderr. */
typedef bool failure_report(uint16_t step, uint16_t index, int error, const char *object, const char *detail);
void fail_report(failure_report *report);
/*
 * Called before a failure is reported, and before the process ends; either may be NULL. The monitor knows whether its
 * container has reported the cause, and takes it down.
 */
void fail_hooks(bool (*is_reported)(void), void (*at_end)(void));
/* Set in memory that a vfork child shares with its parent, so that the parent learns of the child's
 * failure: 1, or FAILED_AND_REPORTED. */
#define FAILED_AND_REPORTED 2
extern volatile int failed;
