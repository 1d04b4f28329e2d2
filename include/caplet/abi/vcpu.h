// SPDX-License-Identifier: MIT
//
// Virtual CPUs: the state page that a vcpu and its owner share, and why a guest was left.
//
// VCPU_ENTER loads what the page asks for into the vcpu, runs the guest, and comes back with an
// enum vcpu_exit and two words in registers (message words 0 to 2). The page is a copy: the kernel
// reads each field of it once, at VCPU_ENTER, and what the guest really runs on is the kernel's own.
// Values that no CPU would take make the exit VCPU_EXIT_FAILED and harm nobody.
//
// The group GENERAL is loaded at each VCPU_ENTER and stored at each exit. The other groups are
// loaded if their bit is set in `dirty`, which the kernel clears, and stored by VCPU_READ; an exit
// for memory or a string instruction stores MODE as well, for whoever has to decode. Nothing here
// depends on which of its ways to run guests the CPU has.
#pragma once

#include <caplet/abi/types.h>

enum vcpu_group {
	VCPU_GENERAL = 1 << 0,
	VCPU_MODE = 1 << 1,
	VCPU_SEGMENTS = 1 << 2,
	VCPU_CONTROL = 1 << 3,
	VCPU_SYSTEM = 1 << 4,
	VCPU_CLOCK = 1 << 5,
	VCPU_GROUPS = 63,
};

enum vcpu_exit {	      // words 1 and 2
	VCPU_EXIT_NONE = 0,   // (only in the page) the thread was suspended; nothing is to be done
	VCPU_EXIT_KICK = 1,   // the word of the thread's bound notification, which is taken
	VCPU_EXIT_WINDOW = 2, // the guest can take an interrupt now
	VCPU_EXIT_IO = 3,     // port | bytes << 16 | enum vcpu_io; rip behind the instruction
	VCPU_EXIT_MEMORY = 4, // guest physical address; bits of enum vcpu_access
	VCPU_EXIT_CPUID = 5,  //
	VCPU_EXIT_MSR_READ = 6,	 // number
	VCPU_EXIT_MSR_WRITE = 7, // number, value
	VCPU_EXIT_HALT = 8,	 //
	VCPU_EXIT_SHUTDOWN = 9,	 // triple fault: the guest cannot go on
	VCPU_EXIT_HYPERCALL = 10,
	VCPU_EXIT_XSETBV = 11,
	VCPU_EXIT_PRIVILEGED = 12, // another instruction that a guest has no use for: inject #UD
	VCPU_EXIT_CACHE = 13,	   // INVD, WBINVD: go on behind it
	VCPU_EXIT_FAILED = 14,	   // the CPU refused the state; a number of the machine's
};

enum vcpu_io {
	VCPU_IO_IN = 1 << 24,
	VCPU_IO_STRING = 1 << 25,
	VCPU_IO_REPEAT = 1 << 26,
};

enum vcpu_access {
	VCPU_ACCESS_WRITE = 1 << 0,
	VCPU_ACCESS_EXECUTE = 1 << 1,
	VCPU_ACCESS_PRESENT = 1 << 2, // mapped, but not with that right
	VCPU_ACCESS_TABLE = 1 << 3,   // by the guest's own page walk
};

// An event to be injected: vector in bits 0..7, then these, error code in bits 32..63.
enum vcpu_event {
	VCPU_EVENT_INTERRUPT = 0 << 8,
	VCPU_EVENT_NMI = 2 << 8,
	VCPU_EVENT_EXCEPTION = 3 << 8,
	VCPU_EVENT_SOFTWARE = 4 << 8, // INT n
	VCPU_EVENT_ERROR = 1 << 11,   // an error code is pushed
	VCPU_EVENT_VALID = 1u << 31,
};

// The numbers of general registers are those that instructions use.
enum vcpu_register {
	VCPU_RAX,
	VCPU_RCX,
	VCPU_RDX,
	VCPU_RBX,
	VCPU_RSP,
	VCPU_RBP,
	VCPU_RSI,
	VCPU_RDI
};

struct vcpu_segment {
	uint16_t selector;
	uint16_t attributes; // type, S, DPL, P in bits 0..7; AVL, L, D, G in bits 8..11
	uint32_t limit;	     // bytes - 1
	uint64_t base;
};

struct vcpu_state {
	uint32_t dirty; // in: bits of enum vcpu_group
	uint32_t exit;	// out: enum vcpu_exit, and its two words
	uint64_t word[2];

	// GENERAL
	uint64_t general[16]; // by enum vcpu_register, r8..r15
	uint64_t rip, rflags;
	uint64_t
		event; // in: to be injected, 0: none. Out: was not delivered yet; enter again with it
	uint8_t window;	  // in: leave as soon as the guest can take an interrupt
	uint8_t shadow;	  // both: interrupts are held off for one instruction (STI, MOV SS)
	uint8_t priority; // both: CR8
	uint8_t length;	  // out: bytes of the instruction that was the exit's reason; 0: not known
	uint32_t reserved0;

	// MODE
	uint64_t cr0, cr3, cr4, efer;
	struct vcpu_segment cs, ss;

	// SEGMENTS; of gdtr and idtr base and limit
	struct vcpu_segment ds, es, fs, gs, ldtr, tr, gdtr, idtr;

	// CONTROL
	uint64_t cr2, dr6, dr7, xcr0, pat;

	// SYSTEM: the registers of system calls
	uint64_t star, lstar, cstar, sfmask, kernel_gs_base;
	uint64_t sysenter_cs, sysenter_esp, sysenter_eip;

	// CLOCK
	uint64_t tsc_offset; // guest's time-stamp counter - the machine's
};

_Static_assert(sizeof(struct vcpu_state) == 488, "the state page is ABI");
