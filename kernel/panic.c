// SPDX-License-Identifier: MIT
//
// The boot console's few words, and the end of the kernel.
#include "panic.h"
#include "arch.h"

void print(const char *text)
{
	for (; *text; text++) {
		arch_print_char(*text);
	}
}

void print_hex(uint64_t value)
{
	print("0x");
	for (int shift = value >> 32 ? 60 : 28; shift >= 0; shift -= 4) {
		arch_print_char("0123456789abcdef"[value >> shift & 15]);
	}
}

static void print_decimal(unsigned value)
{
	if (value >= 10) {
		print_decimal(value / 10);
	}
	arch_print_char('0' + value % 10);
}

_Noreturn void panic(const char *file, unsigned line, const char *reason)
{
	print("kernel panic: ");
	print(file);
	print(":");
	print_decimal(line);
	print(": ");
	print(reason);
	print("\n");
	arch_print_backtrace();
	arch_halt();
}

_Noreturn void boot_fail(const char *reason)
{
	print("caplet cannot start: ");
	print(reason);
	print("\n");
	arch_halt();
}
