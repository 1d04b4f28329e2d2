// SPDX-License-Identifier: MIT
//
// Numbers that assembler and C share: segment selectors, interrupt vectors, the layout of a CPU's
// block, and the offsets that the entries use. layout.c asserts every offset against the structs.
#pragma once

#ifndef __ASSEMBLER__
#include <caplet/abi/types.h>
#endif

// Where the kernel sees physical address 0. arch_types.h has the same number for C.
#define LAYOUT_WINDOW 0xffff800000000000

// Segment selectors. SYSRET wants user data and user code in this order.
#define SELECTOR_KERNEL_CODE 0x08
#define SELECTOR_KERNEL_DATA 0x10
#define SELECTOR_USER_DATA   0x1b
#define SELECTOR_USER_CODE   0x23
#define SELECTOR_TSS	     0x28

// Interrupt vectors. 0x20..0x2f are where a masked 8259 may still deliver spurious interrupts.
#define VECTOR_DEBUG	     1
#define VECTOR_NMI	     2
#define VECTOR_BREAKPOINT    3
#define VECTOR_NO_FPU	     7
#define VECTOR_DOUBLE_FAULT  8
#define VECTOR_PROTECTION    13
#define VECTOR_PAGE_FAULT    14
#define VECTOR_X87	     16
#define VECTOR_MACHINE_CHECK 18
#define VECTOR_SIMD	     19
#define VECTOR_FIRST_LINE    0x30
#define VECTOR_END_LINE	     0xf0
#define VECTOR_TIMER	     0xf0
#define VECTOR_RESCHEDULE    0xf1
#define VECTOR_HALT	     0xf2
#define VECTOR_SPURIOUS	     0xff

// A CPU's block, naturally aligned; segment.c shows it.
#define LAYOUT_BLOCK_BYTES 0x8000
#define LAYOUT_SEGMENTS	   0x2000 // GDT and TSS
#define LAYOUT_GUARD	   0x3000 // never mapped: an overflow of the main stack ends here (and svm.c)
#define LAYOUT_STACK_TOP   0x6000 // of the main stack
#define LAYOUT_NMI_TOP	   0x6800 // of the stacks that the interrupt stack table names
#define LAYOUT_MACHINE_TOP 0x7000
#define LAYOUT_DOUBLE_TOP  0x7800
#define LAYOUT_DEBUG_TOP   0x8000

// The segments page: GDT and TSS, then these words, then the stack on which the hardware saves what
// it interrupts and from which IRET takes it. User level's view has this page too (split.h).
#define LAYOUT_USER_RSP	   0x2100 // scratch of the system call entry and exit
#define LAYOUT_KERNEL_ROOT 0x2108 // CR3 of the full view of the space that is loaded, if split
#define LAYOUT_USER_ROOT   0x2110 // CR3 of its user view
#define LAYOUT_ENTRY_TOP   0x3000

// An offset in the block, from the top of the main stack.
#define AT_TOP(offset) (offset - LAYOUT_STACK_TOP)

// Offsets in struct cpu.
#define CPU_CURRENT 0

// Offsets in struct thread: the message registers, then struct arch_thread.
#define THREAD_STATUS	 0
#define THREAD_BADGE	 8
#define THREAD_INFO_WORD 16
#define THREAD_AUX	 24
#define THREAD_THIRD	 32
#define THREAD_WORD(i)	 (40 + 8 * (i))
#define THREAD_RIP	 104
#define THREAD_RFLAGS	 112
#define THREAD_RSP	 120
#define THREAD_KIND	 144
#define THREAD_RAX	 152
#define THREAD_RBX	 160
#define THREAD_RCX	 168
#define THREAD_RDX	 176
#define THREAD_RSI	 184
#define THREAD_RDI	 192
#define THREAD_RBP	 200
#define THREAD_R8	 208
#define THREAD_R9	 216
#define THREAD_R10	 224
#define THREAD_R11	 232
#define THREAD_R12	 240
#define THREAD_R13	 248
#define THREAD_R14	 256
#define THREAD_R15	 264

// enum frame_kind for assembler.
#define KIND_SHORT 0
#define KIND_FULL  1
#define KIND_IDLE  2
#define KIND_GUEST 4

// Offsets in struct vcpu, and of the parts of its object.
#define VCPU_GENERAL_AT	  256
#define VCPU_VMCB_AT	  384
#define LAYOUT_VCPU_VMCB  0x1000
#define LAYOUT_VCPU_MSRS  0x2000
#define LAYOUT_VCPU_PORTS 0x4000

#ifdef __ASSEMBLER__
// A place where the kernel lock is taken or left (smp.h): a no-op, which lock_patch() turns into a
// call if there are other CPUs. Taking it wants the frame saved and the main stack empty; it keeps
// rdi and rsi, and does not come back if another CPU has taken the thread away. Leaving it keeps rsp
// only.
// clang-format off
	.macro	LOCK_SITE function
9:	.byte	0x0f, 0x1f, 0x44, 0x00, 0x00
	.pushsection .lock_sites, "a"
	.quad	9b, \function
	.popsection
	.endm
// clang-format on
#endif

// The same from arch.h and the ABI.
#define ENTRY_SAVED	    0x100
#define ENTRY_INVOKE	    0x102
#define ENTRY_REPLY_RECV    1
#define ENTRY_RECEIVED_CALL 1
