#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What all processes of a container use together, as its own procfs shows them. */
struct usage {
	uint64_t rss_bytes; /* sum of the resident sets: a shared page counts once for each who has it */
	uint64_t cpu_ms; /* of those that live, of those they have waited for, and of others that an earlier look saw */
	uint64_t threads;
};

/*
 * Sums up what is below proc now. A process that ends meanwhile counts for nothing. Allocates nothing, and opens two
 * descriptors at a time. False if proc can't be read.
 */
bool watch_sum(int proc, struct usage *sum);
/* Adds the numbers of the text of one /proc/PID/stat (proc_pid_stat(5)); a malformed one counts for nothing. */
void watch_add(const char *stat, struct usage *sum);
