#include "outside/listener.h"

#include "outside/control.h"
#include "proto/event.h"
#include "proto/steps.h"

#define AGENT_MS 10000

static int agent = -1;

void step_listener(const struct listener_step *step) { agent = control_dial(step->path, AGENT_MS); }

void listener_leave(void) { close(agent); }

void listener_pass(int fd)
{
	const struct step *step = run_step(STEP_LISTENER);
	struct list parts = step->listener.parts;
	struct iovec pieces[2 * PLAN_MAX_PARTS];
	size_t n = 0, length = 0;
	char pid[12];

	fail_at(STEP_LISTENER, (uint16_t)(step - run.plan->steps));
	snprintf(pid, sizeof(pid), "%d", (int)run.init);
	/* The pid between the parts, not after the last. */
	for (uint32_t i = 0; i + 1 < 2 * parts.count; i++) {
		const char *piece = i % 2 == 0 ? get_str(&parts.entries) : pid;

		pieces[n++] = (struct iovec){ .iov_base = (void *)(uintptr_t)piece, .iov_len = strlen(piece) };
		length += strlen(piece);
	}
	if (must(send_fds(agent, pieces, n, &fd, 1), step->listener.path, "send") != (int)length)
		fail_errno(EMSGSIZE, step->listener.path, "only a part was sent");
	close(fd);
	close(agent);
	fail_at(STEP_SUPERVISE, NO_INDEX);
}

noreturn void listener_give_up(int error)
{
	const struct step *step = run_step(STEP_LISTENER);

	fail_at(STEP_LISTENER, (uint16_t)(step - run.plan->steps));
	fail_errno(error, step->listener.path, "the agent has not let the command start");
}
