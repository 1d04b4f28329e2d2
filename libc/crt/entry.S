// SPDX-License-Identifier: MIT
//
// The entry of every program, and what of starting cannot be said in C.
//
// A process enters with rdi = its page of facts (caplet/process.h), the root task with rdi =
// struct boot_info and rsi = its IPC buffer; rsp is the top of the stack. No other register means
// anything.

// Numbers of caplet/abi and caplet/layout.h, which assembler cannot read.
#define SYS_CALL 0
#define SET_FPU (0x39 << 32 | 1)	// the descriptor: THREAD_SET_FPU with one word
#define PROCESS_THREAD 0x4000	// ROOT_CPTR(ROOT_SLOT_THREAD)
#define ROOT_TASK_THREAD 3		// BOOT_SLOT_THREAD
#define PROCESS_MAGIC 0x317373656c706163

	.section .text._start, "ax", @progbits
	.globl _start
	.type _start, @function
_start:
	xor	%ebp, %ebp		// the outermost frame of every backtrace
	and	$-16, %rsp
#ifndef CAPLET_NOFPU
	// Vector registers are trapped until the thread declares them, and C code of this variant
	// uses them for any purpose.
	push	%rdi
	push	%rsi
	movabs	$PROCESS_MAGIC, %rax
	cmp	%rax, (%rdi)
	mov	$ROOT_TASK_THREAD, %edi
	mov	$PROCESS_THREAD, %ecx
	cmove	%rcx, %rdi
	movabs	$SET_FPU, %rsi
	mov	$1, %r8d
	mov	$SYS_CALL, %eax
	syscall
	pop	%rsi
	pop	%rdi
#endif
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
