#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a container that lives on has written, as files in its directory: log, and log.1 to log.N, the larger the
 * older. The format is the one of Kubernetes' container runtime interface: of each line the time, its stream, F, or P
 * where the line goes on, and its bytes.
 */

/* bytes: where the next file is begun; files: how many there are at most, at least 1. */
void log_open(int directory, uint64_t bytes, unsigned files);
/* Never waits for anybody but the disk. What that has no room for is counted, and told once it has. */
void log_write(int fd, const uint8_t *bytes, size_t n);
/* What there is of a line that was not ended. */
void log_end(void);
/* All its files. */
void log_remove(void);
/* Days since 1970 as year, month and day. */
void log_civil(int64_t days, unsigned date[3]);
/* In init, whose business none of it is. */
void log_leave(void);
