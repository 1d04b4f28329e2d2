// SPDX-License-Identifier: MIT
//
// Where the supervisor sends the main thread for a signal (caplet/signal_frame.h), and the way back: rdi and
// rsp are the frame, which begins with the interrupted registers. The vector registers are as they were.
//
// All registers must be as before when the interrupted code goes on, so the last steps use its own
// stack, below its red zone: rbx and the address to go on at are put there, and the stack pointer
// moves in steps that leave them above it. A signal in between finds them untouched.

#define REGS_VALID 0
#define REGS_RIP 8
#define REGS_RSP 16
#define REGS_RFLAGS 24
#define REGS_RAX 48
#define REGS_RBX 56
#define REGS_RCX 64
#define REGS_RDX 72
#define REGS_RSI 80
#define REGS_RDI 88
#define REGS_RBP 96
#define REGS_R8 104
#define RED_ZONE 128

	.section .text.signal_entry, "ax", @progbits
	.globl signal_entry
	.type signal_entry, @function
signal_entry:
	mov	%rdi, %rbx
	xor	%ebp, %ebp
	cld
#ifndef CAPLET_NOFPU
	sub	$512, %rsp
	fxsave64 (%rsp)
#endif
	call	signal_arrived
#ifndef CAPLET_NOFPU
	fxrstor64 (%rsp)
#endif
	mov	REGS_RSP(%rbx), %rax
	lea	-RED_ZONE-16(%rax), %rax
	mov	REGS_RBX(%rbx), %rcx
	mov	%rcx, (%rax)
	mov	REGS_RIP(%rbx), %rcx
	mov	%rcx, 8(%rax)
	mov	%rax, REGS_VALID(%rbx)	// where the stack pointer goes
	push	REGS_RFLAGS(%rbx)
	popfq
	mov	REGS_RAX(%rbx), %rax
	mov	REGS_RCX(%rbx), %rcx
	mov	REGS_RDX(%rbx), %rdx
	mov	REGS_RSI(%rbx), %rsi
	mov	REGS_RDI(%rbx), %rdi
	mov	REGS_RBP(%rbx), %rbp
	mov	REGS_R8(%rbx), %r8
	mov	REGS_R8+8(%rbx), %r9
	mov	REGS_R8+16(%rbx), %r10
	mov	REGS_R8+24(%rbx), %r11
	mov	REGS_R8+32(%rbx), %r12
	mov	REGS_R8+40(%rbx), %r13
	mov	REGS_R8+48(%rbx), %r14
	mov	REGS_R8+56(%rbx), %r15
	mov	REGS_VALID(%rbx), %rsp
	pop	%rbx
	ret	$RED_ZONE
	.size signal_entry, . - signal_entry

// signal_call_on(stack, handler, signal, information): calls the handler on another stack.
	.section .text.signal_call_on, "ax", @progbits
	.globl signal_call_on
	.type signal_call_on, @function
signal_call_on:
	push	%rbp
	mov	%rsp, %rbp
	and	$-16, %rdi
	mov	%rdi, %rsp
	mov	%rsi, %rax
	mov	%edx, %edi
	mov	%rcx, %rsi
	xor	%edx, %edx
	call	*%rax
	leave
	ret
	.size signal_call_on, . - signal_call_on

	.section .note.GNU-stack, "", @progbits
