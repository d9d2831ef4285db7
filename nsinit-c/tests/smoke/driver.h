#ifndef NSRUN_SMOKE_DRIVER_H
#define NSRUN_SMOKE_DRIVER_H

/* The orchestrator's part, played in C: starts nsinit, sends it a plan, listens. Nothing here waits longer than 10
 * s. */
#include <sys/types.h>

#include <stdbool.h>

#include "../encode.h"

#define FRAME_HELLO	1u
#define FRAME_READ	2u
#define FRAME_FILE	3u
#define FRAME_PLAN	4u
#define FRAME_SIGNAL	5u
#define FRAME_SERVE	6u
#define FRAME_CONTAINER 7u
#define FRAME_START	8u
#define FRAME_PIPES	9u
#define FRAME_SPARE	10u
#define FRAME_READY	16u
#define FRAME_STARTED	17u
#define FRAME_FAILED	18u
#define FRAME_EXITED	19u
#define FRAME_REFUSED	23u
#define FRAME_GONE	24u
#define FRAME_SPARED	25u

#define PROTOCOL_MAGIC	 0x4e52534eu
#define PROTOCOL_VERSION 3u

#define DEADLINE_MS 30000

/* nsinit's ends of its pipes. */
#define DRIVER_ORDERS 10
#define DRIVER_EVENTS 13

struct driver {
	pid_t monitor;
	int monitor_pidfd;
	int channel; /* what nsinit tells; -1 once closed */
	int orders;  /* what it is told; the same with a socket */
	int output;  /* memfd: stdout of the container */
	int errors;  /* memfd: stderr of the container */
};

/* All that nsinit said until its channel closed. */
struct outcome {
	/* FILE */
	size_t file_length;
	/* EXITED */
	uint64_t maxrss_kib, wall_ns, peak_rss_bytes, output_bytes;
	uint32_t value;
	bool signalled;
	uint8_t cause;
	bool exited, failed, timed_out;
	bool hello;
	bool gone; /* of a launcher's container */
	uint32_t ready_pid, started_pid;
	/* FAILED */
	unsigned failures;
	uint32_t error;
	uint16_t step, index;
	char object[256];
	char detail[256];
	/* REFUSED */
	unsigned refusals;
	uint16_t refused_type;
	char refused_why[64];
	/* PIPES */
	uint32_t pipes_error, pipes[3];
	uint32_t file_error;
	char file[4096];
	int monitor_status; /* as waitpid gives it, -1 if it had to be killed */
	char errors[4096];
	size_t output_length;
	char output[65536];
};

/* What a caller did to itself before it executed nsinit; NULL: nothing. */
extern void (*driver_before_exec)(void);

/* Where the pid of nsinit is, if somebody is between it and us; NULL: it is our child. */
extern volatile pid_t *driver_nsinit;
/* Talk to it over a socket, not over two pipes. */
extern bool driver_by_socket;

void put_hello(struct bytes *b, uint32_t version);

/* Starts nsinit with stdin (-1: /dev/null) and sends it those bytes, HELLO included. False: told why on stdout. */
bool driver_start(struct driver *d, const char *nsinit, int input, const struct bytes *bytes);
/* HELLO and a plan, which is ended. */
bool driver_start_plan(struct driver *d, const char *nsinit, int input, const struct bytes *plan);
bool driver_send(struct driver *d, const struct bytes *bytes);
void driver_signal(struct driver *d, uint32_t signo);
void driver_close_channel(struct driver *d);

/* Reads events into o until one of this type, or the end: false if the end came first. */
bool driver_await(struct driver *d, struct outcome *o, uint16_t type);
/* The containers of a launcher, by their numbers. */
#define DRIVER_CONTAINERS 64
extern struct outcome *driver_containers;
/* As driver_await, for an event of a launcher's container; what is heard of others meanwhile is noted. */
bool driver_await_of(struct driver *d, struct outcome *o, uint32_t container, uint16_t type);
/* Reads the rest, reaps the monitor, collects what was written, releases everything. */
void driver_finish(struct driver *d, struct outcome *o);

/* A pidfd of that process, -1 if it is gone. */
int pidfd_of(pid_t pid);
/* True once the process behind the pidfd has ended; closes it. -1 counts as ended. */
bool ended_within(int pidfd, int ms);

/* A temporary file without a name, with these bytes, its offset at 0. */
int memory_file(const void *bytes, size_t n);

#endif
