// SPDX-License-Identifier: MIT
//
// The system call stubs of caplet/syscall.h. Every instruction here is part of every message, so
// there is nothing but: save what C wants preserved, words in, call, words out, restore. The IPC
// buffer's address comes from the thread block both times, which is shorter than keeping it.
//
// The registers are those of caplet/abi/syscall.h; the arguments of the C functions are chosen so
// that rdi, rsi and rdx are already in place.

#include <caplet/thread.h>

#define SYS_CALL 0
#define SYS_REPLY_RECV 1
#define SYS_RECV 2
#define SYS_NB_RECV 3
#define SYS_SEND 4
#define SYS_NB_SEND 5
#define SYS_SEND_RECV 6
#define SYS_YIELD 7

.macro function name
	.section .text.\name, "ax"
	.globl \name
	.type \name, @function
	.balign 16
\name:
.endm

// struct caplet_call_frame
.macro frame_push
	push %rbp
	push %rbx
	push %r12
	push %r13
	push %r14
	push %r15
.endm

.macro frame_pop
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbx
	pop %rbp
.endm

.macro words_load count
	.if \count > 0
	mov %fs:THREAD_BLOCK_BUFFER, %rcx
	mov 0(%rcx), %r8
	mov 8(%rcx), %r9
	mov 16(%rcx), %r10
	mov 24(%rcx), %r12
	.endif
	.if \count > 4
	mov 32(%rcx), %r13
	mov 40(%rcx), %r14
	mov 48(%rcx), %r15
	mov 56(%rcx), %rbx
	.endif
.endm

.macro words_store count
	.if \count > 0
	mov %fs:THREAD_BLOCK_BUFFER, %rcx
	mov %r8, 0(%rcx)
	mov %r9, 8(%rcx)
	mov %r10, 16(%rcx)
	mov %r12, 24(%rcx)
	.endif
	.if \count > 4
	mov %r13, 32(%rcx)
	mov %r14, 40(%rcx)
	mov %r15, 48(%rcx)
	mov %rbx, 56(%rcx)
	.endif
.endm

.macro number_load number
	.if \number == 0
	xor %eax, %eax
	.else
	mov $\number, %eax
	.endif
.endm

.macro stub_call name, count
	function \name
	frame_push
	words_load \count
	number_load SYS_CALL
	syscall
	words_store \count
	mov %rsi, %rdx
	frame_pop
	ret
	.size \name, . - \name
.endm

// Badge and kind go to the thread block.
.macro stub_receive name, number, load, store
	function \name
	frame_push
	.if \number == SYS_SEND_RECV
	mov %rcx, %rbp
	.endif
	words_load \load
	number_load \number
	syscall
	mov %rdi, %fs:THREAD_BLOCK_BADGE
	mov %rdx, %fs:THREAD_BLOCK_KIND
	words_store \store
	mov %rsi, %rdx
	frame_pop
	ret
	.size \name, . - \name
.endm

.macro stub_send name, number, count
	function \name
	frame_push
	words_load \count
	number_load \number
	syscall
	frame_pop
	ret
	.size \name, . - \name
.endm

// No words: only a badge comes back, as the second half of struct ipc_answer.
.macro stub_wait name, number
	function \name
	frame_push
	xor %edx, %edx
	number_load \number
	syscall
	mov %rdi, %rdx
	frame_pop
	ret
	.size \name, . - \name
.endm

	stub_call ipc_call_0, 0
	stub_call ipc_call_4, 4
	stub_call ipc_call_8, 8
	stub_receive ipc_recv_8, SYS_RECV, 0, 8
	stub_receive ipc_nb_recv_8, SYS_NB_RECV, 0, 8
	stub_receive ipc_reply_recv_0, SYS_REPLY_RECV, 0, 0
	stub_receive ipc_reply_recv_4, SYS_REPLY_RECV, 4, 4
	stub_receive ipc_reply_recv_8, SYS_REPLY_RECV, 8, 8
	stub_receive ipc_send_recv_8, SYS_SEND_RECV, 8, 8
	stub_send ipc_send_8, SYS_SEND, 8
	stub_send ipc_nb_send_8, SYS_NB_SEND, 8
	stub_wait ipc_wait, SYS_RECV
	stub_wait ipc_poll, SYS_NB_RECV

	function ipc_signal
	xor %esi, %esi
	frame_push
	number_load SYS_SEND
	syscall
	frame_pop
	ret
	.size ipc_signal, . - ipc_signal

	function ipc_yield
	frame_push
	number_load SYS_YIELD
	syscall
	frame_pop
	ret
	.size ipc_yield, . - ipc_yield

	.section .note.GNU-stack, "", @progbits
