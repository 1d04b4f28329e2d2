// SPDX-License-Identifier: MIT
//
// The guest that means harm: a header by which the Linux boot protocol loads it, the 64-bit entry, and an
// interrupt table whose every entry goes on at the place that the C code has named in `resume`.
	.section .header, "a"
	.skip	0x1f1
	.byte	1			// sectors of set-up behind the first
	.skip	0x1fe - 0x1f2
	.word	0xaa55
	.byte	0xeb, 0x66		// jump: ends the header
	.ascii	"HdrS"
	.word	0x20c			// version of the protocol
	.skip	0x236 - 0x208
	.word	1			// it has a 64-bit entry
	.skip	0x258 - 0x238
	.quad	0x100000		// where it wants to be
	.long	0x400000		// what it needs from there on
	.skip	1024 - 0x264

	.section .entry, "ax"
	.skip	0x200
	.globl	_start
_start:
	mov	$stack_top, %esp
	mov	%rsi, %rdi		// boot_params
	push	%rdi
	call	table_make
	pop	%rdi
	sub	$8, %rsp
	call	hostile_main
1:	hlt
	jmp	1b

// One entry for all vectors: what was done is given up, whether there is an error code or not.
	.globl	trap
trap:
	mov	stack_now, %rsp
	jmp	*resume

	.bss
	.balign	16
	.skip	65536
stack_top:
