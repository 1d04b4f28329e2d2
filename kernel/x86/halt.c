// SPDX-License-Identifier: MIT
//
// The end of a CPU, and clearing memory.
#include "arch.h"
#include "instr.h"

_Noreturn void arch_halt(void)
{
	for (;;)
		__asm__ volatile("cli\n\thlt");
}

// Eight bytes at a time: under an emulator each step of `rep` costs the same, whatever its width.
void arch_zero(void *start, uint64_t bytes)
{
	uint64_t words = bytes / 8;
	__asm__ volatile("rep stosq" : "+D"(start), "+c"(words) : "a"(0) : "memory");
}
