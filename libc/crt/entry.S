// SPDX-License-Identifier: MIT
//
// The entry of every program, and what of starting cannot be said in C.
//
// A process enters with rdi = its page of facts (caplet/process.h), the root task with rdi = struct
// boot_info and rsi = its IPC buffer; rsp is the top of the stack, and the fs base lies
// START_FS_OFFSET below it. There the thread's block goes, its `__thread` variables right below,
// and the stack proper begins under these. No other register means anything.

// Numbers of caplet/abi and caplet/layout.h, which assembler cannot read.
#define SYS_CALL 0
#define SET_FPU (0x39 << 32 | 1)	// the descriptor: THREAD_SET_FPU with one word
#define PROCESS_THREAD 0x4000	// ROOT_CPTR(ROOT_SLOT_THREAD)
#define ROOT_TASK_THREAD 3		// BOOT_SLOT_THREAD
#define FS_OFFSET 4096		// START_FS_OFFSET
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
	mov	%rdi, %r12
	mov	%rsi, %r13
	lea	-FS_OFFSET(%rsp), %rbx
	mov	%rbx, %rsp
	call	thread_block_below	// bytes of `__thread` variables
	sub	%rax, %rsp
	mov	%r12, %rdi
	mov	%r13, %rsi
	mov	%rbx, %rdx
	call	program_start		// does not return
	ud2
	.size _start, . - _start

	.section .note.GNU-stack, "", @progbits
