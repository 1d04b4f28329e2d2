// SPDX-License-Identifier: MIT
//
// Where the other CPUs begin: in real mode, at the start of a page below 1 MiB that smp_start.c has
// copied this blob to. It names nothing in itself but by its distance from its own code segment,
// and goes on at ap_start in the boot blob (boot.S), with the tables that blob made, straight from
// real mode into 64-bit mode.
#include "layout.h"

#define PHYSICAL(symbol) (symbol - LAYOUT_WINDOW)
#define CR0_START 0x80010021     // PG WP NE PE
#define CR4_PAE 0x20
#define MSR_EFER 0xc0000080
#define EFER_START 0x900         // LME NXE

	.section .rodata.trampoline, "a"
	.code16
	.globl	smp_trampoline, smp_trampoline_end
smp_trampoline:
	cli
	cld
	mov	$CR4_PAE, %eax
	mov	%eax, %cr4
	mov	$PHYSICAL(boot_tables), %eax
	mov	%eax, %cr3
	mov	$MSR_EFER, %ecx
	xor	%edx, %edx
	mov	$EFER_START, %eax
	wrmsr
	lgdtl	%cs:(boot_gdt_copy - smp_trampoline)
	mov	$CR0_START, %eax
	mov	%eax, %cr0
	ljmpl	$SELECTOR_KERNEL_CODE, $ap_start
boot_gdt_copy:
	.short	3 * 8 - 1
	.long	boot_gdt
smp_trampoline_end:
	.section .note.GNU-stack, "", @progbits
