// SPDX-License-Identifier: MIT
//
// The body of a ticker thread: signals the notification whose capability it finds in rdi, and
// gives up what is left of its budget, so that the period of its scheduling context decides when it
// runs again. It has no stack and needs none: it keeps the capability in the one register that a
// system call preserves.

	.section .text.ticker_entry, "ax"
	.globl ticker_entry
	.type ticker_entry, @function
ticker_entry:
	mov %rdi, %rsp
1:	mov %rsp, %rdi
	xor %esi, %esi
	mov $4, %eax			// SYS_SEND
	syscall
	mov $7, %eax			// SYS_YIELD
	syscall
	jmp 1b
	.size ticker_entry, . - ticker_entry

	.section .note.GNU-stack, "", @progbits
