// SPDX-License-Identifier: MIT
//
// Stands in for a server that hangs: it says that it serves, and never does. The supervisor must notice
// by itself, because nobody calls it.

#include <caplet/ledger.h>

int main(void)
{
	ledger_header()->phase = LEDGER_SERVING;
	for (;;)
		__asm__ volatile("pause");
}
