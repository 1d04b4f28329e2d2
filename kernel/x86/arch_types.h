// SPDX-License-Identifier: MIT
//
// What the portable kernel must know of the x86-64 machine to lay out its structs: the machine's
// part of a thread and of a CPU, the physical window, and where the executing CPU's struct is.
//
// The kernel uses neither gs nor fs: user level owns both. All stacks of a CPU (its main stack
// and those of NMI, #MC, #DB, #DF) lie in one naturally aligned block that begins with its struct
// cpu, so that the stack pointer alone tells the CPU, whatever the entry was and whatever user
// level did to the segment bases (decision 0004; kernel/x86/segment.c shows the block).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <caplet/abi/types.h>

// ---- the physical window: all of RAM, linear, in PML4 slots 256..271 -----------------------------

#define WINDOW_BASE  0xffff800000000000ul
#define WINDOW_BYTES (16ul << 39)

static inline void *phys_to_virt(paddr_t address)
{
	return (void *)(address + WINDOW_BASE);
}

static inline paddr_t virt_to_phys(const void *pointer)
{
	return (paddr_t)pointer - WINDOW_BASE;
}

// ---- addresses of user level ----------------------------------------------------------------------

// Canonical, outside the kernel's root slots, and in the lower half below the last page, so that
// the address after a `syscall` is canonical.
static inline bool arch_user_range(vaddr_t start, uint64_t bytes)
{
	const vaddr_t upper = (vaddr_t)(KERNEL_PML4_LAST + 1) << 39 | 0xffff000000000000ul;
	vaddr_t last = start + (bytes > 0 ? bytes - 1 : 0);

	if (last < start)
		return false;
	return last < USER_TEXT_END || start >= upper;
}

// ---- the machine's part of a thread --------------------------------------------------------------

#define FPU_AREA_BYTES 832 // XSAVE, standard form: x87, SSE and AVX

// `kind` is an enum frame_kind. rip, rflags and rsp belong to both kinds of saved frame, the
// general registers to a FULL one only. A SHORT frame's rip is always canonical and its rflags
// are what user level could have set itself: whoever writes them makes the frame FULL.
// The bases are current only while the thread is not the CPU's current thread.
struct arch_thread {
	uint64_t rip, rflags, rsp;
	uint64_t fs_base, gs_base;
	uint8_t kind;
	uint8_t uses_fpu; // enum fpu_use
	bool fpu_live;	  // fpu[] holds the registers of a FULL frame; else they are dead
	uint8_t fpu_cpu;  // number of the CPU whose registers were last loaded for it
	bool elaborate;	  // a switch from it or to it has more to do: see arch_switch.h
	uint8_t reserved[3];
	uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t pad[6];	     // struct thread places fpu[] at a multiple of 64
	uint8_t fpu[FPU_AREA_BYTES]; // MXCSR and the x87 control word in it are always meant
};

// ---- the machine's part of a virtual CPU ------------------------------------------------------------

#define VCPU_PORT_RANGES 4

struct arch_vcpu {
	// By enum vcpu_register; rax and rsp are in the control block while the guest runs.
	uint64_t general[16] __attribute__((aligned(64)));
	paddr_t vmcb;
	uint64_t xcr0;
	uint64_t debug[4];   // DR0..DR3, while another thread is current
	uint64_t generation; // of the ASID that the control block names, on `cpu`
	uint64_t flushes;    // of the guest's memory, when the ASID was taken
	uint16_t cpu;
	uint8_t length; // of the instruction of the last exit
	uint32_t port_first[VCPU_PORT_RANGES], port_last[VCPU_PORT_RANGES]; // open ones
	uint8_t fpu[FPU_AREA_BYTES] __attribute__((aligned(64)));
};

// ---- the machine's part of a CPU -----------------------------------------------------------------

struct cpu;
struct thread;
struct vspace;

#define TLB_NOTES 8

// Translations that another CPU has changed, to be forgotten before user level is reached again.
struct tlb_note {
	vaddr_t address;
	uint32_t asid;
	bool whole; // all of the space, else the page at `address`
};

// struct cpu begins with `struct thread *current; struct arch_cpu arch;`: the entries rely on it.
struct arch_cpu {
	struct vspace *space;	  // whose full view is loaded, or NULL: the kernel's own root
	struct thread *fpu_owner; // whose values the vector registers hold, or NULL
	uint16_t number;
	uint32_t apic_id;
	// ASIDs of guests: the last one given out, how many there are, how often all were flushed.
	uint32_t guest_asid, guest_asids;
	uint64_t guest_generation;
	struct vspace *guest_space; // of the guest that ran last

	// What other CPUs do with this one: see smp.h.
	bool inside;	  // it has or wants the kernel lock: its current thread's frame is saved
	bool stalled;	  // its thread was taken away while it waited for the lock
	uint32_t request; // what the holder of the lock asks of it, 0: nothing
	uint32_t interrupts_sent;
	uint32_t notes; // more than there is room for: everything
	struct tlb_note note[TLB_NOTES];
};

#define CPU_BLOCK_BITS	15
#define CPU_BLOCK_BYTES (1ul << CPU_BLOCK_BITS)

// The executing CPU's structure.
static inline struct cpu *cpu_self(void)
{
	uint64_t stack;
	__asm__("mov %%rsp, %0" : "=r"(stack));
	return (struct cpu *)(stack & -CPU_BLOCK_BYTES);
}

extern char cpu_blocks[];

static inline struct cpu *cpu_by_number(unsigned number)
{
	return (struct cpu *)(cpu_blocks + number * CPU_BLOCK_BYTES);
}

static inline uint64_t arch_now(void)
{
	uint64_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return high << 32 | low;
}
