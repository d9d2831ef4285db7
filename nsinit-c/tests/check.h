#pragma once

#include <stdbool.h>

/*
 * Unit tests. A test is a sentence about behaviour and a function; it runs in a process of its own, so that a crash or
 * a hang is its failure alone, and so that it may change what a process has only one of.
 */
void test(const char *sentence, void (*body)(void));
/* The exit code of the program: 0 if all tests held. */
int tests_done(void);

/* Inside a test: a check that does not hold is told with its place, and the test goes on. */
#define CHECK(held)		check_that((held), #held, __FILE__, __LINE__)
#define CHECK_TEXT(got, wanted) check_text((got), (wanted), __FILE__, __LINE__)
bool check_that(bool held, const char *what, const char *file, int line);
bool check_text(const char *got, const char *wanted, const char *file, int line);
/* Ends a test that this caller or this kernel can't run. */
_Noreturn void skip(const char *why);

/* Runs body in a child process and returns what waitpid(2) says of it. */
int status_of(void (*body)(void));
