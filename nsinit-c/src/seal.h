#pragma once

#include <stdbool.h>

/*
 * Makes sure that this program runs from a sealed memfd, with an empty environment: whoever gets at
 * /proc/PID/exe from inside the container finds a file that nobody can write (runc CVE-2019-5736),
 * and nothing of the caller's environment is to be read in /proc/1/environ. Executes itself again
 * if need be; returns in the copy.
 */
void seal_self(char **argv);
/* Whether it does. */
bool is_sealed(void);
