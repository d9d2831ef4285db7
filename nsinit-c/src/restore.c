#include "restore.h"

#include "base/sys.h"

int restore_terminal(const char *letters)
{
	struct termios t;
	uint8_t *bytes = (uint8_t *)&t;

	if (strspn(letters, "abcdefghijklmnop") != 2 * sizeof(t) || letters[2 * sizeof(t)] != 0)
		return 125;
	for (size_t i = 0; i < sizeof(t); i++)
		bytes[i] = (uint8_t)((letters[2 * i] - 'a') << 4 | (letters[2 * i + 1] - 'a'));
	return tcsetattr(STDIN_FILENO, TCSANOW, &t) == 0 ? 0 : 125;
}
