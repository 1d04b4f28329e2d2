// SPDX-License-Identifier: MIT
//
// The kernel's first instructions: from 32-bit protected mode without paging, where both boot
// protocols leave us, to 64-bit C in the physical window.
//
//   PVH         (xen/include/public/arch-x86/hvm/start_info.h): the entry is named by a note;
//               ebx = physical address of the start info
//   Multiboot2  (specification, "Machine state"): eax = magic, ebx = physical address of the info
//
// This blob is linked at its physical address and reaches the rest of the kernel by numbers
// only. It maps the lowest 4 GiB twice, at 0 and in the window, with 2 MiB pages; window_init()
// replaces these tables, and the mapping at 0 ends with them. A CPU that lacks long mode or NX
// gets one line on the serial console.
#include "layout.h"

#define MULTIBOOT2_MAGIC 0x36d76289
#define PHYSICAL(symbol) (symbol - LAYOUT_WINDOW)

#define CR0_START 0x80010021     // PG WP NE PE
#define CR4_PAE 0x20
#define MSR_EFER 0xc0000080
#define EFER_START 0x900         // LME NXE
#define PAGE_TABLE 0x3           // present, writable
#define PAGE_LARGE 0x83          // the same, 2 MiB

	.section .note.pvh, "a", @note
	.long	4, 4, 18             // lengths of name and value; XEN_ELFNOTE_PHYS32_ENTRY
	.asciz	"Xen"
	.long	boot_pvh

	.section .boot.header, "ax"
	.balign	8
header:
	.long	0xe85250d6, 0, header_end - header
	.long	-(0xe85250d6 + header_end - header)
	.balign	8
	.short	6, 0                 // modules start on a page
	.long	8
	.balign	8
	.short	4, 1                 // the console may as well be text
	.long	12, 2
	.balign	8
	.short	5, 1                 // a framebuffer, if there is one: 1024 x 768, 32 bits
	.long	20, 1024, 768, 32
	.balign	8
	.short	0, 0
	.long	8
header_end:

	.section .boot, "ax"
	.code32
	.globl	boot_multiboot2, boot_pvh
boot_multiboot2:
	cmp	$MULTIBOOT2_MAGIC, %eax
	jne	refuse
	mov	$MULTIBOOT2_MAGIC, %edi
	jmp	start
boot_pvh:
	xor	%edi, %edi
start:
	cli
	cld
	mov	$stack_top, %esp
	mov	%ebx, %esi           // edi = protocol, esi = its information: kept for C

	mov	$0x80000000, %eax
	cpuid                        // clobbers ebx: nothing there is needed any more
	cmp	$0x80000001, %eax
	jb	refuse
	mov	$0x80000001, %eax
	cpuid
	and	$0x20100000, %edx    // long mode, NX
	cmp	$0x20100000, %edx
	jne	refuse

	// 4 tables of 512 large pages; their table; the root's entries 0 and 256.
	mov	$PHYSICAL(boot_tables), %edx
	lea	0x2000(%edx), %ebx
	mov	$PAGE_LARGE, %eax
	xor	%ecx, %ecx
1:	mov	%eax, (%ebx, %ecx, 8)
	add	$0x200000, %eax
	inc	%ecx
	cmp	$2048, %ecx
	jb	1b
	lea	PAGE_TABLE(%ebx), %eax
	xor	%ecx, %ecx
2:	mov	%eax, 0x1000(%edx, %ecx, 8)
	add	$0x1000, %eax
	inc	%ecx
	cmp	$4, %ecx
	jb	2b
	lea	0x1000 + PAGE_TABLE(%edx), %eax
	mov	%eax, (%edx)
	mov	%eax, 256 * 8(%edx)
	mov	%edx, %cr3

	mov	$CR4_PAE, %eax
	mov	%eax, %cr4
	mov	$MSR_EFER, %ecx
	xor	%edx, %edx
	mov	$EFER_START, %eax
	wrmsr
	mov	$CR0_START, %eax
	mov	%eax, %cr0
	lgdt	gdt_pointer
	ljmp	$SELECTOR_KERNEL_CODE, $start64

// A plain message by polling the first serial port, then rest.
refuse:
	mov	$refusal, %esi
3:	mov	$0x3fd, %dx
	mov	$100000, %ecx
4:	in	%dx, %al
	test	$0x20, %al
	loopz	4b
	lodsb
	test	%al, %al
	jz	5f
	mov	$0x3f8, %dx
	out	%al, %dx
	jmp	3b
5:	cli
	hlt
	jmp	5b

	.code64
start64:
	rdtsc
	shl	$32, %rdx
	or	%rax, %rdx           // third argument: when 64-bit mode began
	mov	$SELECTOR_KERNEL_DATA, %eax
	mov	%eax, %ss
	xor	%eax, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %fs
	mov	%eax, %gs
	mov	%edi, %edi
	mov	%esi, %esi
	movabs	$cpu_blocks + LAYOUT_STACK_TOP, %rsp
	xor	%ebp, %ebp
	pushq	$0                   // a return address that ends every backtrace
	movabs	$machine_start, %rax
	jmp	*%rax

// Another CPU comes here from the trampoline and takes the block that is offered, or sleeps for ever.
	.globl	ap_start
ap_start:
	mov	$SELECTOR_KERNEL_DATA, %eax
	mov	%eax, %ss
	xor	%eax, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %fs
	mov	%eax, %gs
	movabs	$smp_block, %rdx
	xchg	%rax, (%rdx)
	test	%rax, %rax
	jz	6f
	lea	LAYOUT_STACK_TOP(%rax), %rsp
	xor	%ebp, %ebp
	pushq	$0
	movabs	$smp_cpu_start, %rax
	jmp	*%rax
6:	cli
	hlt
	jmp	6b

	.globl	boot_gdt
	.balign	8
boot_gdt:
	.quad	0
	.quad	0x00af9b000000ffff   // 64-bit code
	.quad	0x00cf93000000ffff   // data
gdt_pointer:
	.short	gdt_pointer - boot_gdt - 1
	.long	boot_gdt
refusal:
	.asciz	"\r\ncaplet: needs a 64-bit CPU with NX, started by PVH or Multiboot2\r\n"
	.balign	16
	.skip	64
stack_top:

	.section .bss.tables, "aw", @nobits
	.globl	boot_tables // the other CPUs start with them
	.balign	4096
boot_tables:
	.skip	6 * 4096

	.section .cpu_blocks, "aw", @nobits
	.globl	cpu_blocks
	.balign	LAYOUT_BLOCK_BYTES
cpu_blocks:
	.skip	64 * LAYOUT_BLOCK_BYTES
	.section .note.GNU-stack, "", @progbits
