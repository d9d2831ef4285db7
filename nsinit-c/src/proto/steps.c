#include "proto/steps.h"

#include "proto/trace.h"

struct run run = { .proc = -1, .control = -1 };

static void carry_out(const struct step *step)
{
#define STEP_CASE(number, constant, name, stage, ...) \
	case number: \
		return step_##name(&step->name);
	switch (step->id) {
		NSRUN_STEPS(STEP_CASE)
	default: /* the decoder lets none through */
		break;
	}
}

uint16_t run_stage(enum step_stage stage, uint16_t first)
{
	uint16_t i;

	for (i = first; i < run.plan->count && step_stage_of(run.plan->steps[i].id) == stage; i++) {
		const struct step *step = &run.plan->steps[i];

		if (step->done)
			continue;
		fail_at(step->id, i);
		trace_begin();
		carry_out(step);
		trace_end(step->id, i);
	}
	return i;
}

const struct step *run_step(enum step_id id)
{
	for (uint16_t i = 0; i < run.plan->count; i++)
		if (run.plan->steps[i].id == id)
			return &run.plan->steps[i];
	return NULL;
}

void drop_streams(void)
{
	for (int fd = 0; fd <= 2; fd++)
		must(dup2(run.null_fd, fd), "dup2", "/dev/null");
	close(run.null_fd);
}

void release_plan(void) { munmap((void *)(uintptr_t)run.plan->bytes.bytes, run.plan->bytes.length); }

char **list_strings(char **at, struct list list)
{
	for (uint32_t i = 0; i < list.count; i++)
		*at++ = (char *)(uintptr_t)get_str(&list.entries);
	*at++ = NULL;
	return at;
}

char **list_arguments(char **at, char *text, struct list list, pid_t pid)
{
	char number[11];

	snprintf(number, sizeof(number), "%d", (int)pid);
	for (uint32_t i = 0; i < list.count; i++) {
		const char *before = get_str(&list.entries);
		const char *between = get_bool(&list.entries) ? number : "";

		*at++ = text;
		text = stpcpy(stpcpy(stpcpy(text, before), between), get_str(&list.entries)) + 1;
	}
	*at++ = NULL;
	return at;
}

/* The kernel takes a whole map in one write, of less than a page (user_namespaces(7)). */
#define MAP_TEXT_MAX 4095

void id_map_write(int fd, const char *path, struct list ranges)
{
	char text[MAP_TEXT_MAX + 1];
	size_t n = 0;

	for (uint32_t i = 0; i < ranges.count; i++) {
		uint32_t inside = get_u32(&ranges.entries);
		uint32_t outside = get_u32(&ranges.entries);
		uint32_t count = get_u32(&ranges.entries);
		int k = snprintf(text + n, sizeof(text) - n, "%s%u %u %u", i ? "\n" : "", inside, outside, count);

		n += (size_t)k;
		if (n >= sizeof(text))
			fail_errno(E2BIG, "id map", "%u entries do not fit into a page", ranges.count);
	}
	if (write(fd, text, n) != (ssize_t)n)
		fail(path, "write \"%.*s\"%s", (int)strcspn(text, "\n"), text, strchr(text, '\n') ? " ..." : "");
}
