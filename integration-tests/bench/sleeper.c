/* The least that a process can be: what the memory of nsinit is held against. */
#include <unistd.h>

int main(void)
{
	pause();
	return 0;
}
