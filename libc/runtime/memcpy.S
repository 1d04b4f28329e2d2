// SPDX-License-Identifier: MIT
//
// memcpy, in place of newlib's: most copies here are a page between a file's block and a window, or a
// few words of a message. Long ones are left to the processor's string moves, by words; up to 32
// bytes are two or four moves that may overlap, which needs no loop and no branch on the rest.
//
// memcpy(rdi: to, rsi: from, rdx: bytes) -> rax: to. The direction flag is clear, as everywhere.

	.section .text.memcpy, "ax", @progbits
	.globl memcpy
	.type memcpy, @function
memcpy:
	mov	%rdi, %rax
	cmp	$32, %rdx
	ja	long_copy
	cmp	$16, %rdx
	jae	words_4
	cmp	$8, %rdx
	jae	words_2
	mov	%edx, %ecx		// 0 to 7 bytes
	rep movsb
	ret
words_2:				// 8 to 15 bytes
	mov	(%rsi), %r8
	mov	-8(%rsi, %rdx), %r9
	mov	%r8, (%rdi)
	mov	%r9, -8(%rdi, %rdx)
	ret
words_4:				// 16 to 32 bytes
	mov	(%rsi), %r8
	mov	8(%rsi), %r9
	mov	-16(%rsi, %rdx), %r10
	mov	-8(%rsi, %rdx), %r11
	mov	%r8, (%rdi)
	mov	%r9, 8(%rdi)
	mov	%r10, -16(%rdi, %rdx)
	mov	%r11, -8(%rdi, %rdx)
	ret
long_copy:				// words, then the last eight bytes, perhaps once more
	mov	%rdx, %rcx
	mov	-8(%rsi, %rdx), %r8
	lea	-8(%rdi, %rdx), %r9
	shr	$3, %rcx
	rep movsq
	mov	%r8, (%r9)
	ret
	.size memcpy, . - memcpy

	.section .note.GNU-stack, "", @progbits
