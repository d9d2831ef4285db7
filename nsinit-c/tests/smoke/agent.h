#ifndef NSRUN_SMOKE_AGENT_H
#define NSRUN_SMOKE_AGENT_H

/* The other side of what a container shares with others outside. */
#include <stdbool.h>
#include <sys/types.h>

/* All of one connection to an agent. */
struct agent_message {
	bool connected;
	bool ended;	/* nobody holds its other end any more */
	int descriptor; /* came beside the first byte; -1: none did */
	char text[256];
};

/* A socket that anybody may connect to. */
int agent_listen(const char *at);
/* Waits so long for a connection, and for each part of it. True if a descriptor came, which the caller closes. */
bool agent_hears(int listener, int ms, struct agent_message *m);

/* Whether nobody has locked that byte. */
bool lockable(int fd, off_t offset);

#endif
