#include <stddef.h>

int main(void)
{
	*(volatile int *)NULL = 6;
	return 0;
}
