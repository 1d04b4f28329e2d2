// SPDX-License-Identifier: MIT
//
// Where exceptions and interrupts go once entry.S has saved the registers.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// What trap_from_kernel (entry.S) leaves on the stack.
struct kernel_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t vector, error_code, rip, cs, rflags, rsp, ss;
};

void trap_user(unsigned vector, uint64_t error_code);
// True: the interrupted code is not to be resumed, leave by the exit path.
bool trap_kernel(struct kernel_frame *frame);
_Noreturn void trap_panic(unsigned vector, uint64_t error_code, const struct kernel_frame *frame);
