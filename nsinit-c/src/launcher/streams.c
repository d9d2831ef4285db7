#include "launcher/streams.h"

#include "base/fail.h"
#include "base/sys.h"
#include "outside/control.h"

/* Where a stream of a container leads to. */
enum stream_source { FROM_PIPE, FROM_NULL, FROM_CALLER, FROM_FILE, FROM_STDOUT, STREAM_SOURCES };

/*
 * A named pipe is open once somebody has its other end, which may be long in coming. Any word of the launcher's, and
 * its end, kills us meanwhile: nothing is made yet, and nobody wants it any more.
 */
static int open_file(const char *path, uint32_t flags, int fd)
{
	struct pollfd word = { CONTROL_IN, POLLIN, 0 };

	must(fcntl(CONTROL_IN, F_SETOWN, getpid()) | fcntl(CONTROL_IN, F_SETSIG, SIGKILL), "start", "F_SETSIG");
	must(fcntl(CONTROL_IN, F_SETFL, O_ASYNC), "start", "O_ASYNC");
	if (poll(&word, 1, 0) != 0)
		fail_reported();
	int opened = must(open(path, (int)flags | O_CLOEXEC | O_NOCTTY, 0666), path, "open, for fd %d", fd);
	must(fcntl(CONTROL_IN, F_SETFL, 0), "start", "not O_ASYNC");
	return opened;
}

static int open_stream(int fd, struct reader *r, const int inner[3])
{
	enum stream_source from = get_u8(r);
	const char *path = get_str(r);
	uint32_t flags = get_u32(r);
	struct stat st;
	int opened = fd;

	if (r->bad || from >= STREAM_SOURCES || (from == FROM_STDOUT && fd != STDERR_FILENO))
		fail_errno(EPROTO, "start", "a stream is malformed");
	if (from == FROM_NULL)
		opened = must(open("/dev/null", O_RDWR | O_CLOEXEC), "/dev/null", "open");
	else if (from == FROM_PIPE)
		opened = inner[fd];
	else if (from == FROM_STDOUT)
		opened = STDOUT_FILENO;
	else if (from == FROM_FILE)
		opened = open_file(path, flags, fd);
	must(fstat(opened, &st), "start", "fstat of fd %d", fd);
	/* Its .. would be on the host. */
	if (S_ISDIR(st.st_mode))
		fail_errno(EISDIR, path, "fd %d would lead out of the container", fd);
	return opened;
}

void streams_take(struct reader *r, const int inner[3])
{
	for (int fd = 0; fd <= 2; fd++) {
		int opened = open_stream(fd, r, inner);

		/* A stream that is its own copy keeps no flag that would close it. */
		if (opened != fd)
			must(dup2(opened, fd), "dup2", "fd %d", fd);
	}
	for (int fd = 0; fd <= 2; fd++)
		close(inner[fd]);
}
