// SPDX-License-Identifier: MIT
//
// The machine's last words: registers and return addresses on the serial console, then rest. The
// addresses are looked up on the host: addr2line -fpe build/caplet.elf.
#include "arch.h"
#include "image.h"
#include "instr.h"
#include "layout.h"
#include "panic.h"
#include "trap.h"

enum { BACKTRACE_LINES = 24, GENERAL = 15 };

// In the order of struct kernel_frame.
static const char general_names[GENERAL][4] = {"r15", "r14", "r13", "r12", "r11", "r10", "r9", "r8",
					       "rbp", "rdi", "rsi", "rdx", "rcx", "rbx", "rax"};

static void print_register(const char *name, uint64_t value)
{
	print(" ");
	print(name);
	print(" ");
	print_hex(value);
}

// Compiled without frame pointers: every word on the stack that could be a return address is
// shown, some of which are left over from earlier calls.
static void print_stack(uint64_t rsp)
{
	uint64_t block = rsp & -CPU_BLOCK_BYTES;
	unsigned lines = 0;

	if ((rsp & (CPU_BLOCK_BYTES - 1)) < LAYOUT_GUARD + PAGE_SIZE)
		rsp = block + LAYOUT_GUARD + PAGE_SIZE; // it ran into the guard page
	uint64_t end = block + LAYOUT_STACK_TOP;
	if (rsp >= end)
		end = block + CPU_BLOCK_BYTES;
	print("backtrace:");
	for (rsp &= -8ul; rsp < end && lines < BACKTRACE_LINES; rsp += 8) {
		uint64_t word = *(const uint64_t *)rsp;
		if (word < (uint64_t)kernel_text_start || word >= (uint64_t)kernel_text_end)
			continue;
		print(" ");
		print_hex(word);
		lines++;
	}
	print("\n");
}

void arch_print_backtrace(void)
{
	uint64_t rsp;
	__asm__ volatile("mov %%rsp, %0" : "=r"(rsp));
	print_stack(rsp);
}

_Noreturn void trap_panic(unsigned vector, uint64_t error_code, const struct kernel_frame *f)
{
	print("\npanic: exception in the kernel:");
	print_register("vector", vector);
	print_register("error", error_code);
	print_register("cr2", read_cr2());
	print_register("cr3", read_cr3());
	print("\n");
	if (f != NULL) {
		print_register("rip", f->rip);
		print_register("rsp", f->rsp);
		print_register("rflags", f->rflags);
		for (unsigned i = 0; i < GENERAL; i++) {
			if (i % 4 == 0)
				print("\n");
			print_register(general_names[i], ((const uint64_t *)f)[i]);
		}
		print("\n");
		print_stack(f->rsp);
	}
	arch_halt();
}
