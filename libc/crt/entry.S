// SPDX-License-Identifier: MIT
//
// The entry of every program, and what of starting cannot be said in C.
//
// A process enters with rdi = its page of facts (caplet/process.h), the root task with rdi =
// struct boot_info and rsi = its IPC buffer; rsp is the top of the stack. No other register means
// anything.

	.section .text._start, "ax", @progbits
	.globl _start
	.type _start, @function
_start:
	xor	%ebp, %ebp		// the outermost frame of every backtrace
	and	$-16, %rsp
	call	program_start		// does not return
	ud2
	.size _start, . - _start

// void fs_base_set(void *base): the fs base of this thread, on CPUs that let user level set it.
	.section .text.fs_base_set, "ax", @progbits
	.globl fs_base_set
	.type fs_base_set, @function
fs_base_set:
	wrfsbase %rdi
	ret
	.size fs_base_set, . - fs_base_set

	.section .note.GNU-stack, "", @progbits
