#include <stdio.h>

/* nsrun's own failures, as opposed to those of the command that it runs. */
#define EXIT_NSRUN 125

int main(void)
{
	fputs("usage: nsinit SOCKET\n", stderr);
	return EXIT_NSRUN;
}
