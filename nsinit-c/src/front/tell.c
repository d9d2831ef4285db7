#include "base/sys.h"
#include "front/front.h"

void tell(const char *format, ...)
{
	static const char name[] = "nsrun: ";
	char line[1024];
	va_list args;

	memcpy(line, name, sizeof(name));
	va_start(args, format);
	vsnprintf(line + sizeof(name) - 1, sizeof(line) - sizeof(name), format, args);
	va_end(args);
	size_t n = strlen(line);
	/* What it names may be the container's, which is not to do with our terminal what it likes. */
	for (size_t i = 0; i < n; i++)
		if (line[i] < ' ' || line[i] > '~')
			line[i] = '?';
	line[n] = '\n';
	if (write(STDERR_FILENO, line, n + 1) < 0)
		return;
}
