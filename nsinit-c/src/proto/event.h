#pragma once

/*
 * Frames out of nsinit. They go to the orchestrator over the control channel, or, from inside
 * the container, to the monitor over the inner socket, which keeps message boundaries and hands most of
 * them on as they are.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "proto/wire.h"

enum frame_type {
	FRAME_HELLO = 1,
	FRAME_READ = 2,
	FRAME_FILE = 3,
	FRAME_PLAN = 4,
	FRAME_SIGNAL = 5,
	FRAME_SERVE = 6,     /* in place of PLAN: to be a launcher (launcher/launcher.h) */
	FRAME_CONTAINER = 7, /* both ways, of a launcher: u32 number, then a frame */
	FRAME_START = 8,     /* in one of those */
	FRAME_PIPES = 9,     /* both ways */
	FRAME_SPARE = 10,    /* in a CONTAINER: to set up what no guest has a part in */
	FRAME_READY = 16,
	FRAME_STARTED = 17,
	FRAME_FAILED = 18,
	FRAME_EXITED = 19,
	FRAME_LOG = 20,
	FRAME_TRACE = 21,
	FRAME_TERMINAL = 22,
	FRAME_REFUSED = 23,
	FRAME_GONE = 24,       /* the last of a launcher's container: its monitor is reaped */
	FRAME_SPARED = 25,     /* init of a spare waits for its plan */
	FRAME_CLOCK = 26,      /* of a container that lives on: when what follows happened */
	FRAME_STOP = 27,       /* to the monitor of one (lifecycle/clients.h) */
	FRAME_NAMESPACES = 28, /* of one: where they can be entered */
	FRAME_ATTACH = 29,     /* in place of PLAN: to attach to one (attached/attached.h) */
	FRAME_STREAMS = 30,    /* to the monitor of one, and back (lifecycle/attach.h) */
	FRAME_MISSED = 31,     /* of one that has attached: what it was too slow for */
	FRAME_DETACHED = 32,   /* it has gone, and the container goes on */
	FRAME_END_INPUT = 33,  /* to the monitor of one: input has ended */
	FRAME_RESTART = 34,    /* of one: how often it was started again, and whether it will be */
	/* Only between init and monitor. */
	FRAME_CONSOLE = 100, /* the pty's master and slave come along as file descriptors */
	FRAME_EXECING = 101,
	FRAME_CHILD = 102,    /* struct child_exit */
	FRAME_WATCH = 103,    /* the container's procfs comes along */
	FRAME_LISTENER = 104, /* that of the command's filter comes along */
	FRAME_INIT = 105,     /* the pid of another init */
	FRAME_COMMAND = 106,  /* whoever sends it becomes the command */
};

#define HELLO_MAGIC	 0x4e52534eu
#define PROTOCOL_VERSION 3u
#define EVENT_MAX	 (64u << 10)

#define EVENT_FDS 16u

/* As wait4(2) gives it. */
struct child_exit {
	int status;
	struct rusage usage;
};

enum exit_cause {
	CAUSE_OWN,
	CAUSE_TIMEOUT,
	CAUSE_CONTROL_GONE,
	CAUSE_MEMORY,
	CAUSE_CPU_TIME,
	CAUSE_PROCESSES,
	CAUSE_OUTPUT
};

/* How a container ended, and what was measured of it. */
struct ending {
	enum exit_cause cause;
	uint64_t wall_ns, peak_rss_bytes, output_bytes;
};

#define NO_CONTAINER 0u

/* Where this process reports its events to, among them why it fails. */
void event_to(int fd);
/*
 * From here on, and until event_to, events are those of a launcher's container with this number: each goes in a
 * CONTAINER frame, in one write of at most PIPE_BUF bytes, since other monitors write there too. One that is longer, as
 * TRACE may be, is not sent.
 */
void event_of(uint32_t number);
/* The number of the container whose events they are, of a launcher, who tells when all of it is gone; else
 * NO_CONTAINER. */
uint32_t event_number(void);
int event_fd(void);

/* Starts a frame in bytes; event_send fills in its length. */
struct writer event_begin(uint8_t *bytes, size_t size, enum frame_type type);
/* Blocks until the frame is written. False if the reader is gone. */
bool event_send(uint8_t *bytes, struct writer *w);
bool event_send_bytes(const uint8_t *bytes, size_t length);

bool event_hello(void);
bool event_pid(enum frame_type type, uint32_t pid);
/* CLOCK_REALTIME. */
bool event_clock(void);
bool event_child(const struct child_exit *child);
bool event_exited(const struct child_exit *child, const struct ending *ending);
/* A frame of the orchestrator that is not carried out. */
bool event_refused(uint16_t type, const char *why);
bool event_failed(uint16_t step, uint16_t index, int error, const char *object, const char *detail);

/* A frame of nothing but descriptors, at most EVENT_FDS, which are copied to the monitor. */
bool event_fds(enum frame_type type, const int *fds, size_t count);
/* One message with descriptors at its first byte, as sendmsg(2) returns it. */
ssize_t send_fds(int socket, struct iovec *parts, size_t n, const int *fds, size_t count);
/* What comes beside a message: descriptors, -1 where there are none; its sender, 0 unless fd has SO_PASSCRED. */
struct enclosed {
	int fds[EVENT_FDS];
	pid_t sender; /* as we see it, whatever its pid namespace; by the kernel's word */
};

/* One message of the inner socket, without blocking, as recv(2) returns it. */
ssize_t event_receive(int fd, uint8_t *bytes, size_t size, struct enclosed *enclosed);
void child_exit_decode(struct reader *r, struct child_exit *child);
