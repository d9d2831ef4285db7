/*
 * libFuzzer against the frames of an archive: two bytes of type, and the payload. What is decoded must be no path that
 * leads upwards, nor one that is too long.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "unpack/unpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Written apart from what it judges. */
static bool leads_upwards(const char *path)
{
	size_t n = strlen(path);

	return n >= PATH_MAX || path[0] == '/' || strcmp(path, "..") == 0 || strncmp(path, "../", 3) == 0 ||
	       strstr(path, "/../") != NULL || (n >= 3 && strcmp(path + n - 3, "/..") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct member m;
	uint8_t *exact;

	if (size < 2)
		return 0;
	/* Of its very size, so that a byte beyond is a finding. */
	exact = malloc(size - 2 + 1);
	if (exact == NULL)
		return 0;
	memcpy(exact, data + 2, size - 2);
	struct reader r = { .at = exact, .end = exact + size - 2 };
	if (member_decode(&m, (uint16_t)(data[0] % (MEMBER_LOOK + 2)), r) == NULL) {
		if (leads_upwards(m.path) || (m.type == MEMBER_LINK && leads_upwards(m.target)))
			abort();
		if (m.bytes.length > 0 && crc32(m.bytes.bytes, m.bytes.length) == 1)
			abort();
	}
	free(exact);
	return 0;
}
