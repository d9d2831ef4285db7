#include "attached/attached.h"

#include "attached/keys.h"
#include "base/fail.h"
#include "base/sys.h"
#include "lifecycle/attach.h"
#include "outside/control.h"
#include "outside/output.h"
#include "outside/proxy.h"
#include "outside/stream.h"
#include "proto/event.h"
#include "proto/steps.h"

enum { FD_CONTROL, FD_MONITOR, FD_SIGNALS, FD_STDOUT, FD_PROXY, FD_OUTPUT = FD_PROXY + PROXY_FDS };
enum { FD_COUNT = FD_OUTPUT + OUTPUT_FDS };

/* A monitor does nothing that takes long; but a machine may be busy. */
#define PATIENCE_MS 20000

static uint8_t flags;
static int control, orchestrator, monitor, signals;
static bool attached, has_input;
/* EXITED, which the orchestrator hears once all that was written before is on its way. */
static uint8_t end[128];
static size_t end_length;

static noreturn void leave(uint8_t why)
{
	uint8_t bytes[WIRE_HEADER + 1];
	struct writer w = event_begin(bytes, sizeof(bytes), FRAME_DETACHED);

	proxy_restore();
	put_u8(&w, why);
	event_send(bytes, &w);
	_exit(0);
}

static noreturn void tell_end(void)
{
	if (end_length == 0)
		leave(DETACHED_LOST);
	proxy_restore();
	event_send_bytes(end, end_length);
	_exit(0);
}

/* A number of so many bytes, at most 4. */
static void ask(enum frame_type type, size_t size, uint32_t number)
{
	uint8_t bytes[WIRE_HEADER + 4];
	struct writer w = event_begin(bytes, sizeof(bytes), type);

	put_u32(&w, number);
	w.at = bytes + WIRE_HEADER + size;
	event_to(monitor);
	event_send(bytes, &w);
	event_to(orchestrator);
}

static void dial(const char *directory)
{
	char path[sizeof("/proc/self/fd/-2147483648/control")];
	scoped_fd fd = must(open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC), directory, "open");

	/* A path of any length is short by way of its directory. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d/control", fd);
	monitor = control_dial(path, PATIENCE_MS);
	event_to(monitor);
	event_hello();
	ask(FRAME_STREAMS, 1, flags & ATTACH_INPUT ? STREAMS_INPUT : 0);
}

/* What has the size of our terminal already would not show itself to us. */
static void change_size(int terminal)
{
	struct winsize other = run.size;

	other.ws_row++;
	if (run.size.ws_row > 0)
		ioctl(terminal, TIOCSWINSZ, &other);
	proxy_resize();
}

static void begin(uint8_t given, const int *fds)
{
	attached = true;
	has_input = (given & STREAMS_INPUT) != 0;
	event_pid(FRAME_STARTED, 0);
	if (!(given & STREAMS_TERMINAL)) {
		output_join(STDOUT_FILENO, fds[0], fds[1]);
		output_join(STDERR_FILENO, fds[2], fds[3]);
		if (has_input)
			output_join(STDIN_FILENO, fds[4], 0);
		return;
	}
	proxy_start(0, 0, has_input);
	/* Who holds the other end types the end of input as well. */
	proxy_join(fds[2], fds[0], fds[1], flags & ATTACH_ENDS ? fds[3] : -1, keys_filter);
	change_size(fds[2]);
}

static void hear_monitor(void)
{
	uint8_t bytes[sizeof(end)];
	struct enclosed with;
	ssize_t n = event_receive(monitor, bytes, WIRE_HEADER, &with);
	struct reader r = { .at = bytes, .end = bytes + (n > 0 ? n : 0) };
	uint32_t length = get_u32(&r);
	uint16_t type = get_u16(&r);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (r.bad || length == 0 || length > sizeof(bytes) - WIRE_HEADER ||
	    recv(monitor, bytes + WIRE_HEADER, length, MSG_WAITALL) != (ssize_t)length) {
		close(monitor);
		monitor = -1;
		return;
	}
	if (type == FRAME_STREAMS && !attached)
		begin(bytes[WIRE_HEADER], with.fds);
	else if (type == FRAME_EXITED)
		memcpy(end, bytes, end_length = WIRE_HEADER + length);
	else if (type == FRAME_MISSED)
		event_send_bytes(bytes, WIRE_HEADER + length);
	else if (type == FRAME_REFUSED && !attached)
		fail_errno(EPROTO, "streams",
			   "the monitor of another nsrun's does not know that; or has no descriptors left");
}

static void pass_on(int signo)
{
	/* Nobody is left to get it, and somebody is tired of a reader that does not read. */
	if (monitor < 0)
		tell_end();
	ask(FRAME_SIGNAL, 4, (uint32_t)signo);
}

static void on_control(void)
{
	int signo;

	if (!control_signal(control, &signo)) {
		control = -1;
		return;
	}
	if (signo == SIGWINCH && proxy_active())
		proxy_resize();
	else if (signo != 0)
		pass_on(signo);
}

/* Those that a JVM can't catch, and that are about our own terminal. */
static void on_signal(void)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGWINCH) {
		proxy_resize();
	} else if (info.ssi_signo == SIGQUIT && flags & ATTACH_SIGNALS) {
		pass_on(SIGQUIT);
	} else if (info.ssi_signo == SIGTSTP) {
		/* We stop, and not the container, which has nothing to do with our terminal. */
		proxy_restore();
		raise(SIGSTOP);
	} else if (info.ssi_signo == SIGCONT) {
		proxy_raw();
	}
}

/* Once all that was written is on its way, whoever passes it on gets to know that this is all. */
static bool draining(void)
{
	if (proxy_draining() || output_draining())
		return true;
	proxy_end();
	output_end();
	return stream_pumping();
}

static void pass(int most_ms)
{
	struct pollfd fds[FD_COUNT] = {
		[FD_CONTROL] = { .fd = control, .events = POLLIN },
		[FD_MONITOR] = { .fd = monitor, .events = POLLIN },
		[FD_SIGNALS] = { .fd = signals, .events = POLLIN },
		/* Whether somebody reads it, and nothing else. */
		[FD_STDOUT] = { .fd = attached ? STDOUT_FILENO : -1 },
	};

	proxy_want(&fds[FD_PROXY]);
	output_want(&fds[FD_OUTPUT]);
	/* Nothing to read, and nothing to write, though no other job has the terminal. */
	bool input_ended = fds[FD_OUTPUT].fd < 0 && fds[FD_OUTPUT + 1].fd < 0 && output_patience_ms() < 0;
	if (has_input && flags & ATTACH_ENDS && input_ended && !proxy_active() && monitor >= 0) {
		has_input = false;
		ask(FRAME_END_INPUT, 0, 0);
	}
	must(poll(fds, FD_COUNT, most_ms), "poll", "%d descriptors", FD_COUNT);
	if (fds[FD_CONTROL].revents)
		on_control();
	if (fds[FD_SIGNALS].revents)
		on_signal();
	proxy_step(&fds[FD_PROXY]);
	output_step(&fds[FD_OUTPUT]);
	if (fds[FD_STDOUT].revents)
		leave(DETACHED_UNREAD);
	if (fds[FD_MONITOR].revents)
		hear_monitor();
}

noreturn void attached_run(int from, struct reader r)
{
	const char *directory = get_str(&r);
	sigset_t all;

	flags = get_u8(&r);
	struct blob keys = get_blob(&r);
	control = from;
	orchestrator = event_fd();
	fail_at(STEP_CONTROL, NO_INDEX);
	if (r.bad || r.at != r.end || keys.length > KEYS_MOST)
		fail_errno(EPROTO, "attach", "malformed");
	fail_hooks(NULL, proxy_restore);
	keys_set(keys.bytes, keys.length);
	sigfillset(&all);
	/* Reading the terminal from the background must stop us, as it stops any program. */
	sigdelset(&all, SIGTTIN);
	sigdelset(&all, SIGTTOU);
	signals = must(signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd", "of who attaches");
	stream_at_once = STREAM_ROOM - KEYS_MOST;
	dial(directory);
	while (monitor >= 0 || draining()) {
		pass(proxy_active() ? proxy_patience_ms() : output_patience_ms());
		if (keys_typed() || control < 0) {
			/* What was typed before them, or written before its end: a pipe's is read and written twice. */
			for (int i = 0; i < 4 && monitor >= 0; i++)
				pass(0);
			leave(DETACHED_KEYS);
		}
	}
	tell_end();
}
