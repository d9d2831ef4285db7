#ifndef NSRUN_SMOKE_OBSERVE_H
#define NSRUN_SMOKE_OBSERVE_H

/* Looks at a container from outside, so that no verdict rests on what the container says of itself. */
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * The process that runs the command: the only child of init, or init itself where the command is pid 1; 0 if there is
 * none. STARTED comes when execve can't fail any more, a moment before the kernel closes what was to be closed and
 * gives the process its new name; this waits for the name.
 */
pid_t command_under(pid_t init);
pid_t command_as(pid_t init);

/* Until there is a file /dev/shm/ready in the root of that process. */
bool await_ready(pid_t inside);

/* One line of /proc/PID/status without its name, e.g. status_of(7, "NSpid"); "" if there is none. Static memory. */
const char *status_of(pid_t pid, const char *field);

/* The whole of /proc/PID/NAME; "" if it can't be read. Static memory. */
char *proc_file(pid_t pid, const char *name);

/* Whether both processes (0: this one) are in the same namespace of that name, e.g. "uts"; false if unreadable. */
bool same_namespace(pid_t a, pid_t b, const char *name);
/* As same_namespace, but false also if unreadable. */
bool different_namespace(pid_t a, pid_t b, const char *name);

/* The mount points of a process, sorted and separated by blanks. Static memory. */
const char *mount_points(pid_t pid);
/* The options of one mount point, e.g. "ro,nosuid"; "" if nothing is mounted there. Static memory. */
const char *mount_options(pid_t pid, const char *point);
size_t mount_count(pid_t pid);

/* File descriptors above 2 that the process holds; -1 if unreadable. */
int extra_descriptors(pid_t pid);

/* How many children a process has; -1 if /proc is unreadable. What is orphaned in a container is a child of its pid
 * 1. */
int children_of(pid_t parent);
/* The only one; 0 if there is none, or another one. */
pid_t child_of(pid_t parent);

/* Entered by a child that joins the container's user, UTS and network namespaces. */
struct inside {
	char hostname[65];
	char interfaces[256]; /* names, separated by blanks */
	bool loopback_up;
	bool loopback_answers; /* a datagram to 127.0.0.1 arrives */
};

bool look_inside(pid_t pid, struct inside *seen);

#endif
