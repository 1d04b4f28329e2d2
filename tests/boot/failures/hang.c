// SPDX-License-Identifier: MIT
//
// Stands in for a server that never reaches its loop: the supervisor must notice by itself, because
// nobody calls it.

int main(void)
{
	for (;;)
		__asm__ volatile("pause");
}
