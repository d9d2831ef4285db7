#include <stdio.h>

int main(void)
{
	long sum = 0, next;

	while (scanf("%ld", &next) == 1)
		sum += next;
	printf("%ld\n", sum);
	return 0;
}
