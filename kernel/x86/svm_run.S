// SPDX-License-Identifier: MIT
//
// Into the guest and back. The exit path comes here for a thread with a FRAME_GUEST frame, after it
// has let interrupts in, with an empty stack and interrupts off.
//
// The machine switches rax, rsp, rip, rflags, control registers and most segments; VMLOAD and
// VMSAVE the rest of the segments and the system call registers, for guest and host alike. Between
// CLGI and STGI nothing can interrupt; with the host's interrupt flag set and V_INTR_MASKING, an
// interrupt that comes while the guest runs, or that is waiting already, leaves it. It is taken when
// the exit path next lets interrupts in.
#include "layout.h"

#define GENERAL(i) (VCPU_GENERAL_AT + 8 * (i))

	.text
	.globl	guest_run, exit
guest_run:
	call	kernel_guest_enter
	test	%rax, %rax
	jz	exit
	push	%rax
	LOCK_SITE lock_leave
	mov	(%rsp), %rax
	mov	%rsp, %rcx           // the CPU's save area, physical: the window has the top bits
	and	$-LAYOUT_BLOCK_BYTES, %rcx
	add	$LAYOUT_GUARD, %rcx
	shl	$17, %rcx
	shr	$17, %rcx
	push	%rcx
	mov	%rax, %rdi
	mov	%rcx, %rax
	clgi
	vmsave	%rax
	mov	VCPU_VMCB_AT(%rdi), %rax
	mov	GENERAL(1)(%rdi), %rcx
	mov	GENERAL(2)(%rdi), %rdx
	mov	GENERAL(3)(%rdi), %rbx
	mov	GENERAL(5)(%rdi), %rbp
	mov	GENERAL(6)(%rdi), %rsi
	mov	GENERAL(8)(%rdi), %r8
	mov	GENERAL(9)(%rdi), %r9
	mov	GENERAL(10)(%rdi), %r10
	mov	GENERAL(11)(%rdi), %r11
	mov	GENERAL(12)(%rdi), %r12
	mov	GENERAL(13)(%rdi), %r13
	mov	GENERAL(14)(%rdi), %r14
	mov	GENERAL(15)(%rdi), %r15
	mov	GENERAL(7)(%rdi), %rdi
	sti
	vmload	%rax
	vmrun	%rax
	vmsave	%rax
	cli
	mov	(%rsp), %rax
	vmload	%rax
	mov	8(%rsp), %rax
	mov	%rcx, GENERAL(1)(%rax)
	mov	%rdx, GENERAL(2)(%rax)
	mov	%rbx, GENERAL(3)(%rax)
	mov	%rbp, GENERAL(5)(%rax)
	mov	%rsi, GENERAL(6)(%rax)
	mov	%rdi, GENERAL(7)(%rax)
	mov	%r8, GENERAL(8)(%rax)
	mov	%r9, GENERAL(9)(%rax)
	mov	%r10, GENERAL(10)(%rax)
	mov	%r11, GENERAL(11)(%rax)
	mov	%r12, GENERAL(12)(%rax)
	mov	%r13, GENERAL(13)(%rax)
	mov	%r14, GENERAL(14)(%rax)
	mov	%r15, GENERAL(15)(%rax)
	stgi
	add	$16, %rsp
	mov	%rax, %rdi
	call	svm_left
	LOCK_SITE lock_for_call
	call	kernel_guest_exit
	jmp	exit
	.section .note.GNU-stack, "", @progbits
