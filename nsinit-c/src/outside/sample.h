#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What all processes of a container use together, as its own procfs shows them. */
struct usage {
	uint64_t rss_bytes; /* sum of the resident sets: a shared page counts once for each who has it */
	uint64_t cpu_ms; /* of those that live, of those they have waited for, and of others that an earlier sample saw
			  */
	uint64_t threads;
};

/*
 * Sums up what is below proc now. A process that ends meanwhile counts for nothing. Allocates nothing, and opens two
 * descriptors at a time. False if proc can't be read.
 */
bool sample_sum(int proc, struct usage *sum);
/* What init's step has sent. Returns the procfs. */
int sample_begin(const int fds[]);
/*
 * What of the memory is in no resident set: files in memory, and what is shared and mapped nowhere any more, both by
 * what the descriptors and mappings of the processes lead to. To be asked after sample_sum, and much dearer than that:
 * it takes a sample only every now and then, and says what the last one saw.
 */
uint64_t sample_hidden(int proc, uint64_t begin);
/* Adds the numbers of the text of one /proc/PID/stat (proc_pid_stat(5)); a malformed one counts for nothing. */
void sample_add(const char *stat, struct usage *sum);
