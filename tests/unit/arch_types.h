// SPDX-License-Identifier: MIT
//
// The model machine on which the portable kernel runs as an ordinary program: the host's
// counterpart of kernel/x86/arch_types.h.
//
// Physical memory is an arena at a fixed address, so that pointers, and with them whole states of
// the kernel, are the same in every run and can be compared word by word. The machine's own
// state (clock, timer, what the next preemption points answer) is struct host_machine, at the
// start of the arena; the one CPU's structure lies behind it. Frames hold what the kernel itself
// reads and writes and nothing else: there is no user code here, tests act for it.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <caplet/abi/types.h>

#define HOST_WINDOW	  0x200000000000ul
#define HOST_START	  1000000ul // where the clock begins
#define HOST_MEMORY_BYTES (64ul << 20)
#define HOST_CPU_PADDR	  0x1000ul
#define HOST_FREE_PADDR	  0x4000ul // from here on memory belongs to the test

static inline void *phys_to_virt(paddr_t address)
{
	return (void *)(address + HOST_WINDOW);
}

static inline paddr_t virt_to_phys(const void *pointer)
{
	return (paddr_t)pointer - HOST_WINDOW;
}

static inline bool arch_user_range(vaddr_t start, uint64_t bytes)
{
	vaddr_t last = start + bytes - 1;

	return bytes > 0 && last >= start && last < USER_TEXT_END;
}

struct vspace;

struct arch_thread {
	uint64_t kind; // enum frame_kind
	uint64_t rip, rsp, rflags, fs_base, gs_base;
	uint64_t general[15]; // rax.. in the order of struct thread_regs; FULL frames only
	uint64_t uses_fpu;
};

// The model has no guests.
struct arch_vcpu {
	uint64_t general[16];
};

struct arch_cpu {
	struct vspace *space; // loaded
};

struct host_machine {
	uint64_t now;	       // ticks; one is a microsecond
	uint64_t deadline;     // of the timer
	uint64_t preempt_at;   // the how-manieth preemption point from now on says yes; 0: none
	uint64_t points;       // preemption points passed since host_entry()
	uint64_t flushes;      // TLB flushes of single pages and of spaces
	uint64_t masked[4];    // interrupt lines, bits
	uint64_t notes[4];     // the test's own: what it has to remember in a state
	uint64_t port_written; // port << 32 | value of the last output
};

#define host ((struct host_machine *)HOST_WINDOW)

struct cpu;

static inline struct cpu *cpu_self(void)
{
	return (struct cpu *)(HOST_WINDOW + HOST_CPU_PADDR);
}

static inline struct cpu *cpu_by_number(unsigned number)
{
	return cpu_self();
}

static inline uint64_t arch_now(void)
{
	return host->now;
}
