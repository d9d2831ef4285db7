#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes on their way from one descriptor to another. What was not yet written stops the reading. */
struct stream {
	int from, to; /* -1: none */
	bool counted; /* output of the container, which has a limit */
	size_t at, end;
	uint8_t *bytes; /* STREAM_BYTES of them */
};

/* No more than a pipe takes at once where poll(2) says that it takes any. */
#define STREAM_BYTES 4096u

enum stream_state { STREAM_GOES_ON, STREAM_ENDED, STREAM_UNREAD };

bool stream_empty(const struct stream *s);
/* Fills in what to wait for, and deals with what came: the end of what comes in, or of whoever takes it, is told. */
void stream_want(const struct stream *s, struct pollfd fds[2]);
enum stream_state stream_step(struct stream *s, const struct pollfd fds[2]);
/* Reads on, without waiting, once nobody writes any more; true while there is something to be written. */
bool stream_draining(struct stream *s);

/* The most bytes that all counted streams may pass on together; beyond it they are read and thrown away. */
void stream_limit(uint64_t bytes);
uint64_t stream_passed(void);
bool stream_over(void);

/*
 * Our fds 0 to 2 are shared with the caller's shell, so O_NONBLOCK must not be set on them; a description of our own
 * may. Only of a terminal or pipe: a file opened again would be written from its start. The fd itself where there is
 * none to be had.
 */
int stream_own_description(int fd);
