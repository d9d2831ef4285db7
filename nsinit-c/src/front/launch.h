#pragma once

#include <stdbool.h>
#include <stdnoreturn.h>
#include <sys/stat.h>

/* The jar that the launcher would start: NSRUN_JAR, or the one beside this program. False if there is none. */
bool launch_jar(struct stat *st);
/* Becomes the launcher, with the same arguments; all that is open here is closed on the way. */
noreturn void launch(char **argv);
/* Starts a service, for whoever comes next, and does not wait for it. */
void launch_service(void);
