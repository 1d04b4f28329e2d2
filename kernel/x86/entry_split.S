// SPDX-License-Identifier: MIT
//
// Entries and exits that change between the two views of an address space: see split.h. They lie with
// the other entries, in the pages that both views have. What they read and write there is the
// segments page of the CPU's block.
#include "layout.h"

	.section .entry, "ax"

	.globl	syscall_stubs_split
	.balign	32
syscall_stubs_split:
	.altmacro
	.macro	SYSCALL_STUB_SPLIT cpu
	.balign	32
	mov	%rsp, cpu_blocks + \cpu * LAYOUT_BLOCK_BYTES + LAYOUT_USER_RSP(%rip)
	mov	cpu_blocks + \cpu * LAYOUT_BLOCK_BYTES + LAYOUT_KERNEL_ROOT(%rip), %rsp
	mov	%rsp, %cr3
	lea	cpu_blocks + \cpu * LAYOUT_BLOCK_BYTES + LAYOUT_STACK_TOP(%rip), %rsp
	jmp	syscall_entry
	.endm
	.set	number, 0
	.rept	64
	SYSCALL_STUB_SPLIT %number
	.set	number, number + 1
	.endr
	.noaltmacro

// Instead of the first instruction of trap_entry.
	.globl	trap_entry_split
trap_entry_split:
	testb	$3, 24(%rsp)
	jz	trap_from_kernel     // looks at CR3 itself
	push	%rax
	mov	%rsp, %rax
	and	$-LAYOUT_BLOCK_BYTES, %rax
	mov	LAYOUT_KERNEL_ROOT(%rax), %rax
	mov	%rax, %cr3
	pop	%rax
	jmp	trap_from_user

// Instead of the last instructions of a SHORT exit: rsp is the top of the main stack, r11 the
// thread, rbp is free and leaves as 0.
	.globl	exit_short_split
exit_short_split:
	mov	THREAD_RSP(%r11), %rbp
	mov	%rbp, AT_TOP(LAYOUT_USER_RSP)(%rsp)
	mov	THREAD_RFLAGS(%r11), %r11
	mov	AT_TOP(LAYOUT_USER_ROOT)(%rsp), %rbp
	mov	%rbp, %cr3
	xor	%ebp, %ebp
	mov	AT_TOP(LAYOUT_USER_RSP)(%rsp), %rsp
	sysretq

// Instead of the last load of a FULL exit: the frame for IRET is on the entry stack.
	.globl	exit_full_split
exit_full_split:
	pushq	THREAD_R11(%r11)
	mov	%rsp, %r11
	and	$-LAYOUT_BLOCK_BYTES, %r11
	mov	LAYOUT_USER_ROOT(%r11), %r11
	mov	%r11, %cr3
	pop	%r11
	jmp	exit_iret
	.section .note.GNU-stack, "", @progbits
