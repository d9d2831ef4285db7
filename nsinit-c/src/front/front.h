#pragma once

/*
 * The front: the program `nsrun`. It asks a service, a JVM of the same user that is there already, for what to do, and
 * is the caller's own process meanwhile: its streams, its terminal, its signals. Where there is no service it becomes
 * the launcher script, which starts a JVM (README.md, "The front").
 */
#include <stdnoreturn.h>

#include "proto/wire.h"

/* As HELLO of nsinit's, with numbers of its own. */
#define FRONT_MAGIC	0x4e525346u
#define FRONT_VERSION	1u
#define FRONT_FRAME_MAX (32u << 20)

/* Between front and service; the others are those of nsinit (proto/event.h), in a CHANNEL. */
enum front_frame {
	FRONT_HELLO = 1,
	FRONT_REQUEST = 40,
	FRONT_OUTPUT = 41,
	FRONT_CHANNEL = 42,
	FRONT_GONE = 43,
	FRONT_DONE = 44,
	FRONT_ELSEWHERE = 45,
	FRONT_LEAVE = 46,
	FRONT_LOST = 47,
	FRONT_KILL = 48,
	FRONT_CLOSE = 49,
};

/* As docker run: nsrun itself failed; the command can't be executed; there is none. */
enum { FRONT_FAILED = 125, FRONT_NOT_EXECUTABLE, FRONT_NOT_FOUND };

/* One line on stderr, behind "nsrun: ". */
void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
