// SPDX-License-Identifier: MIT
//
// The smallest program: says hello, and what it was told.
#include <stdio.h>

int main(int argc, char **argv)
{
	printf("hello, world");
	for (int i = 1; i < argc; i++)
		printf(" %s", argv[i]);
	printf("\n");
	return 0;
}
