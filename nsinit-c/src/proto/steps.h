#pragma once

#include "base/fail.h"
#include "base/sys.h"
#include "proto/plan.h"

/*
 * The step functions, one for each step, in the file of its mechanism. A step function returns when the step is done,
 * and ends the process through fail() otherwise.
 */
#define STEP_FUNCTION(id, constant, name, stage, ...) void step_##name(const struct name##_step *step);
NSRUN_STEPS(STEP_FUNCTION)
#undef STEP_FUNCTION

/* What the step functions of one run share. */
struct run {
	struct spare *spare; /* in memory that monitor and init share; NULL where this is none */
	const struct plan *plan;
	int null_fd;	     /* the host's /dev/null */
	int proc;	     /* the host's /proc; -1 where a pid namespace of its own ends a container's processes */
	bool own_pty;	     /* the plan has a console */
	bool detaches;	     /* and a detach: the container lives on without its caller */
	struct winsize size; /* that its pty gets, found by the monitor */
	bool stdin_null;     /* input is not wanted */
	bool nesting;	     /* we make PID 1 of the container, in a user namespace within our own */
	int control;	     /* of the monitor: from the orchestrator; -1: that is gone */
	pid_t init;	     /* host side, once it is cloned */
	pid_t parent;	     /* of the command, where that is init */
};
extern struct run run;

/*
 * How much of what a process inside can make without end - signals, orphans - is dealt with before the others get their
 * turn.
 */
enum { ROUND = 16 };

/* Writes a uid_map or gid_map, which fd is open on. */
void id_map_write(int fd, const char *path, struct list ranges);
/* Puts pointers to the strings of a list at *at, and a NULL behind them, as execve wants them. Returns where that ends.
 */
char **list_strings(char **at, struct list list);
/*
 * The same for arguments of "s1s": a string, whether pid stands behind it in decimal, another string. They are put
 * together at text, and take no more room there than their entries do, which have 10 bytes beside the strings and a
 * NUL.
 */
char **list_arguments(char **at, char *text, struct list list, pid_t pid);
/* Carries out the steps of one stage that are not done yet, from index first on. Returns the index of the first step of
 * a later stage. */
uint16_t run_stage(enum step_stage stage, uint16_t first);
/* The first step of this id; NULL if the plan has none. */
const struct step *run_step(enum step_id id);
/* The standard streams are /dev/null from here on: a reader of the command's output sees its end when the command is
 * done with it, not when we are. */
void drop_streams(void);
/* Gives the plan's bytes back to the kernel; its lists, strings and blobs may not be used any more. */
void release_plan(void);
