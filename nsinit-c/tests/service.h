#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "encode.h"

/*
 * A service for the real front, which the variable FRONT_PROGRAM names: the test's process itself, which listens where
 * the front looks, and a launcher that tells what it was given, and ends with LAUNCHER_CODE. For root, /run is the
 * test's own.
 */

enum { LAUNCHER_CODE = 42 };
/* Frames to and from the front; all numbers of nsinit's are lower. */
enum { HELLO = 1, REQUEST = 40, OUTPUT, CHANNEL, GONE, DONE, ELSEWHERE, LEAVE, LOST, KILL, CLOSE };
#define MAGIC 0x4e525346u

/* A directory of the test's own, and where the front looks for its socket. */
extern char place[64], jar[80], serve_place[80], socket_path[104];
extern pid_t front;
extern const char *front_program;
/* What the front writes to, and what it reads from; -1 where it was given something else. */
extern int front_out, front_err, front_in;
/* The connection. */
extern int connection;
/* Run by the front's process before it is one. */
extern void (*before_front)(void);

/* Directories, jar and launcher; no socket yet. */
void make_place(void);
/* Now there is somebody who listens. */
void listen_there(void);
/* Whether anything was said to who listens there, or at that socket. */
bool was_asked(void);
bool was_asked_at(int socket);
/* Starts the front with these arguments, up to NULL, behind its name. */
void start_front(const char *word, ...);
/* Accepts its connection, and hears HELLO and REQUEST, whose payload is in heard. */
void accept_front(void);
/* All of that, and says HELLO. */
void begin_service(const char *command);

/* Says what was put together. */
void say_bytes(const struct bytes *b);
#define say(type, ...) \
	do { \
		static struct bytes said; \
		said.length = 0; \
		put_frame(&said, (type), __VA_ARGS__); \
		say_bytes(&said); \
	} while (0)
void say_hello(void);
void say_output(int fd, const char *text);
/* A frame of nsinit's in a CHANNEL: what is in b. */
void say_channel(const struct bytes *b);
void say_nsinit_hello(void);
/* A container that runs a script; which is to be in a session of its own. */
void say_script(const char *script);
/* As that, with nothing said of it yet: the begin of a plan, and its end. */
void begin_script(struct bytes *plan, uint64_t more_namespaces);
void end_script(struct bytes *plan, const char *script);
void say_plan(struct bytes *plan);
/* From HELLO to nsinit until the script runs. */
void run_script(const char *script);
/* One that says "hangs" on standard error in its set-up, and hangs. */
void say_hanging(void);
/* From HELLO to nsinit until a container runs that lives on, and ends once a line is written to this pipe. */
const char *run_detached(void);

/* The next frame of the front, or, in a CHANNEL, of its nsinit: its type; 0 if there is none any more. */
unsigned hear(void);
extern const uint8_t *heard;
extern size_t heard_length;
uint32_t heard_number(size_t at, size_t bytes);
/* Hears frames up to the one of this type. */
bool hear_until(unsigned type);

/* As wait(2) has it. */
int front_status(void);
int front_code(void);
/* All that it wrote there, up to the end. */
const char *all_of(int fd);
/* The next bytes that are there. */
const char *some_of(int fd);
/* Nobody is left in the front's process group, or will be in a moment. */
bool nobody_left(void);
/* What the launcher has said of itself. */
const char *launcher_said(void);
