#include "session.h"

#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "outside/proxy.h"

int session, typing, reading;

void session_start_on(int out[2], bool input)
{
	int in[2], master, slave;

	if (pipe(in) < 0 || openpty(&master, &slave, NULL, NULL, NULL) < 0)
		abort();
	CHECK(dup2(in[0], STDIN_FILENO) == 0 && dup2(out[1], STDOUT_FILENO) == 1);
	(void)close(in[0]);
	(void)close(out[1]);
	typing = in[1];
	reading = out[0];
	proxy_start(24, 80, input);
	/* The relay closes its slave when it hangs up. */
	session = dup(slave);
	proxy_attach(master, slave);
}

void session_start(bool input)
{
	int out[2];

	if (pipe(out) < 0 || fcntl(out[0], F_SETPIPE_SZ, 4096) < 0)
		abort();
	session_start_on(out, input);
}

bool session_turn(int timeout)
{
	struct pollfd fds[PROXY_FDS];
	int n;

	proxy_want(fds);
	n = poll(fds, PROXY_FDS, timeout);
	proxy_step(fds);
	return n > 0;
}

void session_raw(void)
{
	struct termios t;

	CHECK(tcgetattr(session, &t) == 0);
	cfmakeraw(&t);
	CHECK(tcsetattr(session, TCSANOW, &t) == 0);
}
