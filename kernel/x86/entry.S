// SPDX-License-Identifier: MIT
//
// Every way into the kernel and every way out of it.
//
//   syscall                 one stub per CPU -> syscall_entry   saves a SHORT frame
//   exception, interrupt    vector stubs -> trap_entry          saves a FULL frame
//   both -> C (kernel_syscall, trap_user) -> exit: resumes the CPU's current thread, whoever that is
//
// Invariants:
// - The kernel keeps nothing on a stack while user level runs: C always begins at the top of the CPU's
//   main stack, and exit is reached with it empty. The hardware saves what it interrupts on the small
//   entry stack, or on one of the interrupt stacks, from where it goes into the thread at once.
// - Neither gs nor fs is used, so no entry depends on what user level made of them and there is
//   no swapgs. A system call finds its CPU by the stub it came through (MSR_LSTAR differs per
//   CPU); a trap by the stack that the hardware chose, which lies in the CPU's block. This holds for
//   NMI, #MC and a #DB that MOV SS delayed onto the first instruction of a stub as well.
// - No register leaves with a kernel value: exit loads all sixteen of them.
#include "layout.h"

	.section .entry, "ax"

// ---- the kernel lock (smp.h) --------------------------------------------------------------------

lock_for_trap:                       // rdi = vector; an interrupt is handled in any case
	push	%rdi
	push	%rsi
	call	lock_take
	pop	%rsi
	pop	%rdi
	cmp	$32, %edi
	jae	1f
	test	%al, %al
	jnz	lock_void
1:	ret
	.globl	lock_for_call
lock_for_call:
	push	%rdi
	call	lock_take
	pop	%rdi
	test	%al, %al
	jnz	lock_void
	ret
lock_for_syscall:                    // all of it is saved first, and the number is put back
	mov	%rax, THREAD_STATUS(%r11)
	mov	%rdx, THREAD_AUX(%r11)
	mov	%rbp, THREAD_THIRD(%r11)
	mov	%r12, THREAD_WORD(3)(%r11)
	mov	%r13, THREAD_WORD(4)(%r11)
	mov	%r14, THREAD_WORD(5)(%r11)
	mov	%r15, THREAD_WORD(6)(%r11)
	mov	%rbx, THREAD_WORD(7)(%r11)
	push	%r11
	call	lock_take
	pop	%r11
	test	%al, %al
	jnz	lock_void
	mov	THREAD_STATUS(%r11), %rax
	mov	THREAD_BADGE(%r11), %rdi
	mov	THREAD_INFO_WORD(%r11), %rsi
	mov	THREAD_AUX(%r11), %rdx
	ret
lock_leave_short:                    // with what is to be found in registers already in them
	push	%rax
	push	%rdi
	push	%rsi
	push	%rdx
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	call	lock_leave
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rdx
	pop	%rsi
	pop	%rdi
	pop	%rax
	ret
lock_void:
	add	$8, %rsp
	call	kernel_reschedule_ipi
	jmp	exit

// ---- system calls ------------------------------------------------------------------------------

	.macro	SYSCALL_STUB cpu
	.balign	32
	mov	%rsp, cpu_blocks + \cpu * LAYOUT_BLOCK_BYTES + LAYOUT_USER_RSP(%rip)
	lea	cpu_blocks + \cpu * LAYOUT_BLOCK_BYTES + LAYOUT_STACK_TOP(%rip), %rsp
	jmp	syscall_entry
	.endm

	.globl	syscall_stubs
	.balign	32
syscall_stubs:
	.altmacro
	.set	number, 0
	.rept	64
	SYSCALL_STUB %number
	.set	number, number + 1
	.endr
	.noaltmacro

// rcx, r11 = the caller's rip and rflags. The mask has cleared TF, IF, DF, AC and NT.
//
// Call and answer first try the direct way (direct.c), for which message words 0..7 stay where they
// are: rbx and r12..r15 because C preserves them, r8..r10 by way of the caller's thread. A
// signal, a wait and short invocations need no other words. All other system calls, and those that are
// not as usual, have all their registers put into thread->msg.
	.balign	64
	.globl	syscall_entry
syscall_entry:
	push	%r11
	mov	AT_TOP(CPU_CURRENT) + 8(%rsp), %r11
	popq	THREAD_RFLAGS(%r11)
	mov	%rcx, THREAD_RIP(%r11)
	mov	AT_TOP(LAYOUT_USER_RSP)(%rsp), %rcx
	mov	%rcx, THREAD_RSP(%r11)
	mov	%rdi, THREAD_BADGE(%r11)
	mov	%rsi, THREAD_INFO_WORD(%r11)
	mov	%r8, THREAD_WORD(0)(%r11)
	mov	%r9, THREAD_WORD(1)(%r11)
	mov	%r10, THREAD_WORD(2)(%r11)
	LOCK_SITE lock_for_syscall
	test	%rax, %rax
	jnz	not_call
	mov	%r11, %rbp
	mov	%r11, %rdx
	call	kernel_call
	test	%rax, %rax
	jns	not_direct           // no address of the kernel
	mov	%rdx, %rdi
	mov	$ENTRY_RECEIVED_CALL, %edx
	jmp	exit_direct

not_direct:
	cmp	$ENTRY_SAVED, %eax
	jb	exit_answer
	je	exit
	mov	%r12, THREAD_WORD(3)(%rbp)
	mov	%r13, THREAD_WORD(4)(%rbp)
	mov	%r14, THREAD_WORD(5)(%rbp)
	mov	%r15, THREAD_WORD(6)(%rbp)
	mov	%rbx, THREAD_WORD(7)(%rbp)
	mov	%rbp, %rdi
	mov	%rdx, %rsi
	cmp	$ENTRY_INVOKE, %eax
	je	invoke
	xor	%edi, %edi
	jmp	general_saved
invoke:
	call	invocation_run
	cmp	$ENTRY_SAVED, %eax
	jb	exit_answer
	jmp	exit

not_call:
	mov	%rdx, THREAD_AUX(%r11)
	cmp	$ENTRY_REPLY_RECV, %rax
	jne	other
	mov	%r11, %rbp
	mov	%r11, %rcx
	call	kernel_reply_receive
	test	%rax, %rax
	js	direct_answer
	cmp	$ENTRY_SAVED, %eax
	je	exit
	mov	$ENTRY_REPLY_RECV, %eax
	jmp	general
other:
	mov	%rbp, THREAD_THIRD(%r11)
	mov	%rax, THREAD_STATUS(%r11)
	mov	%r11, %rbp
	mov	%rax, %rsi
	mov	%r11, %rdx
	call	kernel_short
	cmp	$ENTRY_SAVED, %eax
	jb	exit_answer
	je	exit
	mov	THREAD_STATUS(%rbp), %rax
general:                             // rbp = the thread, rax = the system call
	mov	%r12, THREAD_WORD(3)(%rbp)
	mov	%r13, THREAD_WORD(4)(%rbp)
	mov	%r14, THREAD_WORD(5)(%rbp)
	mov	%r15, THREAD_WORD(6)(%rbp)
	mov	%rbx, THREAD_WORD(7)(%rbp)
	mov	%rax, %rdi
general_saved:
	mov	%rbp, %rsi
	call	kernel_syscall
	cmp	$ENTRY_SAVED, %eax
	je	exit

// The same thread, rbp, goes on: rax = status, rdx = number of message words, which are in its msg.
exit_answer:
	mov	%rbp, %r11
	mov	%edx, %esi
	xor	%edi, %edi
	test	%edx, %edx
	jz	beyond_0
	xor	%edx, %edx
	jmp	load_words

// ---- out ---------------------------------------------------------------------------------------

	.globl	exit
// The stack is empty. A SHORT frame's rip is canonical (arch_types.h), so SYSRET cannot fault.
exit:
	mov	AT_TOP(CPU_CURRENT)(%rsp), %r11
	cmpb	$KIND_SHORT, THREAD_KIND(%r11)
	jne	exit_full
	mov	%r11, %rbp
	mov	THREAD_STATUS(%r11), %rax
	mov	THREAD_BADGE(%r11), %rdi
	mov	THREAD_AUX(%r11), %rdx
	mov	THREAD_INFO_WORD(%r11), %rsi
	test	%sil, %sil
	jz	beyond_0
load_words:
	mov	THREAD_WORD(3)(%rbp), %r12
	mov	THREAD_WORD(4)(%rbp), %r13
	mov	THREAD_WORD(5)(%rbp), %r14
	mov	THREAD_WORD(6)(%rbp), %r15
	mov	THREAD_WORD(7)(%rbp), %rbx
	jmp	load_first

// rax = the thread to resume, rdi = badge, rdx = aux, rbp = the thread whose message is in the
// registers. What lies beyond its length is zeroed, here as everywhere.
direct_answer:
	xor	%edi, %edi
exit_direct:
	mov	THREAD_INFO_WORD(%rbp), %rsi
	mov	%rax, %r11
	xor	%eax, %eax
	test	%sil, %sil
	jz	beyond_0
load_first:
	mov	THREAD_WORD(0)(%rbp), %r8
	cmp	$1, %sil
	je	beyond_1
	mov	THREAD_WORD(1)(%rbp), %r9
	mov	THREAD_WORD(2)(%rbp), %r10
	cmp	$8, %sil
	jae	beyond_8
	cmp	$4, %sil
	je	beyond_4
	ja	1f
	cmp	$2, %sil
	je	beyond_2
	jmp	beyond_3
1:	cmp	$6, %sil
	jb	beyond_5
	je	beyond_6
	jmp	beyond_7
beyond_0:
	xor	%r8d, %r8d
beyond_1:
	xor	%r9d, %r9d
beyond_2:
	xor	%r10d, %r10d
beyond_3:
	xor	%r12d, %r12d
beyond_4:
	xor	%r13d, %r13d
beyond_5:
	xor	%r14d, %r14d
beyond_6:
	xor	%r15d, %r15d
beyond_7:
	xor	%ebx, %ebx
beyond_8:
	LOCK_SITE lock_leave_short
	mov	THREAD_RIP(%r11), %rcx
	xor	%ebp, %ebp
	.globl	exit_short_tail
exit_short_tail:                     // split.c puts a jump here, if at all
	mov	THREAD_RSP(%r11), %rsp
	mov	THREAD_RFLAGS(%r11), %r11
	sysretq

exit_full:
	LOCK_SITE lock_leave
	mov	AT_TOP(CPU_CURRENT)(%rsp), %r11
	cmpb	$KIND_FULL, THREAD_KIND(%r11)
	jne	exit_wait
	movb	$KIND_SHORT, THREAD_KIND(%r11) // what it will be when it enters the kernel by itself
	lea	AT_TOP(LAYOUT_ENTRY_TOP)(%rsp), %rsp
	pushq	$SELECTOR_USER_DATA
	pushq	THREAD_RSP(%r11)
	pushq	THREAD_RFLAGS(%r11)
	pushq	$SELECTOR_USER_CODE
	pushq	THREAD_RIP(%r11)
	mov	THREAD_RAX(%r11), %rax
	mov	THREAD_RBX(%r11), %rbx
	mov	THREAD_RCX(%r11), %rcx
	mov	THREAD_RDX(%r11), %rdx
	mov	THREAD_RSI(%r11), %rsi
	mov	THREAD_RDI(%r11), %rdi
	mov	THREAD_RBP(%r11), %rbp
	mov	THREAD_R8(%r11), %r8
	mov	THREAD_R9(%r11), %r9
	mov	THREAD_R10(%r11), %r10
	mov	THREAD_R12(%r11), %r12
	mov	THREAD_R13(%r11), %r13
	mov	THREAD_R14(%r11), %r14
	mov	THREAD_R15(%r11), %r15
	.globl	exit_full_tail, exit_iret
exit_full_tail:                      // and here
	mov	THREAD_R11(%r11), %r11
exit_iret:                           // may fault: the rip that someone wrote is not canonical
	iretq

// Nothing to resume yet. Between wait_begin and wait_end an interrupt is an entry like one from
// user level: whatever was on the stack is forgotten (trap_kernel).
	.globl	wait_begin, wait_end
exit_wait:
	cmpb	$KIND_IDLE, THREAD_KIND(%r11)
	jne	exit_pending
wait_begin:
	sti
	hlt
	jmp	wait_begin
exit_pending:
	sti
	nop
	cli
wait_end:
	LOCK_SITE lock_for_call
	mov	AT_TOP(CPU_CURRENT)(%rsp), %r11
	cmpb	$KIND_GUEST, THREAD_KIND(%r11)
	je	guest_run
	call	kernel_continue
	jmp	exit

	.globl	arch_user_enter
arch_user_enter:
	and	$-LAYOUT_BLOCK_BYTES, %rsp
	add	$LAYOUT_STACK_TOP, %rsp
	jmp	exit

// ---- exceptions and interrupts -----------------------------------------------------------------

// Of the exceptions these push an error code; for the others we do.
#define HAS_ERROR_CODE 0x60227d00

	.macro	EXCEPTION_STUB vector
	.balign	16
	.if	((HAS_ERROR_CODE >> \vector) % 2) == 0
	pushq	$0
	.endif
	pushq	$\vector
	jmp	trap_entry
	.endm

	.macro	INTERRUPT_STUB vector    // as short as can be: there are many
	.balign	8
	pushq	$\vector - 128
	jmp	interrupt_entry
	.endm

	.globl	exception_stubs, interrupt_stubs
	.altmacro
	.balign	16
exception_stubs:
	.set	number, 0
	.rept	32
	EXCEPTION_STUB %number
	.set	number, number + 1
	.endr
	.balign	16
interrupt_stubs:
	.rept	224
	INTERRUPT_STUB %number
	.set	number, number + 1
	.endr
	.noaltmacro

interrupt_entry:
	pushq	(%rsp)               // in place of an error code
	addq	$128, (%rsp)

// On the stack: vector, error code, rip, cs, rflags, rsp, ss.
	.balign	16
	.globl	trap_entry, trap_from_user, trap_from_kernel
trap_entry:                          // and here
	testb	$3, 24(%rsp)
	jz	trap_from_kernel
trap_from_user:
	push	%rax
	mov	%rsp, %rax
	and	$-LAYOUT_BLOCK_BYTES, %rax
	mov	CPU_CURRENT(%rax), %rax
	popq	THREAD_RAX(%rax)
	mov	%rbx, THREAD_RBX(%rax)
	mov	%rcx, THREAD_RCX(%rax)
	mov	%rdx, THREAD_RDX(%rax)
	mov	%rsi, THREAD_RSI(%rax)
	mov	%rdi, THREAD_RDI(%rax)
	mov	%rbp, THREAD_RBP(%rax)
	mov	%r8, THREAD_R8(%rax)
	mov	%r9, THREAD_R9(%rax)
	mov	%r10, THREAD_R10(%rax)
	mov	%r11, THREAD_R11(%rax)
	mov	%r12, THREAD_R12(%rax)
	mov	%r13, THREAD_R13(%rax)
	mov	%r14, THREAD_R14(%rax)
	mov	%r15, THREAD_R15(%rax)
	movb	$KIND_FULL, THREAD_KIND(%rax)
	pop	%rdi                 // vector
	pop	%rsi                 // error code
	popq	THREAD_RIP(%rax)
	pop	%rcx                 // cs
	popq	THREAD_RFLAGS(%rax)
	popq	THREAD_RSP(%rax)
	and	$-LAYOUT_BLOCK_BYTES, %rsp
	add	$LAYOUT_STACK_TOP, %rsp
	pushq	$2                   // a gate leaves DF and AC as user level had them
	popfq
	LOCK_SITE lock_for_trap
	call	trap_user
	jmp	exit

trap_from_kernel:
	cld                          // an NMI may come before the popfq above
	push	%rax
	push	%rbx
	push	%rcx
	push	%rdx
	push	%rsi
	push	%rdi
	push	%rbp
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	mov	%rsp, %rdi
	mov	%rsp, %rdx
	and	$-LAYOUT_BLOCK_BYTES, %rdx
	test	$0x4000, %esp
	jnz	1f
	lea	LAYOUT_STACK_TOP(%rdx), %rsp // IRET faulted on the small entry stack: the main one is free
1:	mov	LAYOUT_KERNEL_ROOT(%rdx), %r12
	mov	%cr3, %rbx
	test	%r12, %r12           // 0: user level has no view of its own
	jz	2f
	mov	%r12, %cr3           // either view may have been loaded
2:	call	trap_kernel
	test	%al, %al
	jnz	arch_user_enter      // an entry while waiting, or the thread's own fault at exit_iret
	test	%r12, %r12
	jz	3f
	mov	%rbx, %cr3
3:
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rbp
	pop	%rdi
	pop	%rsi
	pop	%rdx
	pop	%rcx
	pop	%rbx
	pop	%rax
	add	$16, %rsp
	iretq
	.section .note.GNU-stack, "", @progbits
