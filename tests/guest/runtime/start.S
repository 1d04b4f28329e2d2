// SPDX-License-Identifier: MIT
//
// Where a guest program starts, and the one stub it has: sys_enter() loads every message register
// from a struct sys_regs, enters the kernel and stores every register again, so that a test can
// look at all of them. (Benchmarks have stubs of their own: this one is for seeing, not for speed.)

	.text
	.globl _start
_start:
	xor %ebp, %ebp
	and $-16, %rsp
	call guest_start
	ud2

	.globl sys_enter
sys_enter:
	push %rbp
	mov %rsp, %rbp
	push %rbx
	push %r12
	push %r13
	push %r14
	push %r15
	push %rdi
	mov 0(%rdi), %rax
	mov 16(%rdi), %rsi
	mov 24(%rdi), %rdx
	mov 32(%rdi), %rbp
	mov 40(%rdi), %r8
	mov 48(%rdi), %r9
	mov 56(%rdi), %r10
	mov 64(%rdi), %r12
	mov 72(%rdi), %r13
	mov 80(%rdi), %r14
	mov 88(%rdi), %r15
	mov 96(%rdi), %rbx
	mov 8(%rdi), %rdi
	.globl sys_enter_instruction
sys_enter_instruction:
	syscall
	.globl sys_enter_return
sys_enter_return:
	push %rax
	mov 8(%rsp), %rax
	mov %rdi, 8(%rax)
	mov %rsi, 16(%rax)
	mov %rdx, 24(%rax)
	mov %rbp, 32(%rax)
	mov %r8, 40(%rax)
	mov %r9, 48(%rax)
	mov %r10, 56(%rax)
	mov %r12, 64(%rax)
	mov %r13, 72(%rax)
	mov %r14, 80(%rax)
	mov %r15, 88(%rax)
	mov %rbx, 96(%rax)
	mov %rcx, 104(%rax)
	mov %r11, 112(%rax)
	pop %rcx
	mov %rcx, 0(%rax)
	pop %rdi
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbx
	pop %rbp
	ret

	.section .note.GNU-stack, "", @progbits
