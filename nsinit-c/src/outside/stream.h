#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes on their way from one descriptor to another. What was not yet written stops the reading. */
struct stream {
	int from, to; /* -1: none */
	bool counted; /* output of the container, which has a limit */
	int logged;   /* its number, if it goes to the log and nowhere else; else 0 */
	int rest;     /* what is to be read once from has ended; 0: nothing */
	size_t at, end;
	/* Of what was read, what is to be passed on, which may be more, where there is room; NULL: all. */
	size_t (*filter)(uint8_t *bytes, size_t n);
	unsigned drained; /* how often it was read when nobody was left to write */
	uint8_t *bytes;	  /* STREAM_ROOM of them */
};

/* No more than a pipe takes at once where poll(2) says that it takes any. */
#define STREAM_BYTES 4096u
/* Room for what is read at once by one that has to keep up with a monitor. */
#define STREAM_ROOM (64u << 10)

/* How soon a job that came to the foreground, which nobody says, has the terminal. */
#define FOREGROUND_MS 200

enum stream_state { STREAM_GOES_ON, STREAM_ENDED, STREAM_UNREAD };

bool stream_empty(const struct stream *s);
/* How much is read at once; at most STREAM_ROOM. */
extern size_t stream_at_once;
/* Fills in what to wait for, and deals with what came: the end of what comes in, or of whoever takes it, is returned.
 */
void stream_want(const struct stream *s, struct pollfd fds[2]);
enum stream_state stream_step(struct stream *s, const struct pollfd fds[2]);
/*
 * Reads on, without waiting, once nobody writes any more; true while there is something to be written. Whoever outside
 * has got hold of the other end can't go on for ever.
 */
bool stream_draining(struct stream *s);

/* The most bytes that all counted streams may pass on together; beyond it they are read and thrown away. */
void stream_limit(uint64_t bytes);
uint64_t stream_passed(void);
bool stream_over(void);

/* Whether it is a terminal of our session, and another job's at the moment. */
bool stream_in_background(int tty);

/*
 * A descriptor that leads to where fd leads, or from there, and never blocks. Our fds 0 to 2 are shared with the
 * caller's shell, so O_NONBLOCK must not be set on them: where no description of our own is to be had, of a terminal of
 * another user's or a socket, a process in between does the waiting. A regular file is taken for one that does not
 * block, as poll(2) takes it.
 */
int stream_way(int fd, bool out);
/* True while one of those processes has something to pass on, or waits for something to. */
bool stream_pumping(void);
void stream_end_pumps(void);
