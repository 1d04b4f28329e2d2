// SPDX-License-Identifier: MIT
//
// What this machine's CPUs can do beyond the baseline (64 bits, NX, SYSCALL). The kernel uses each
// where it is present and runs without it.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct features {
	bool switch_elaborate; // the switch of threads has more to do: see arch_switch.h
	bool split;	       // user level runs on a view of its own: see split.h
	bool machine_check;
	bool gib_pages;
	bool pcid; // with INVPCID
	bool fsgsbase;
	bool smep, smap, umip;
	bool xsave, xsaveopt, avx;
	bool x2apic, tsc_deadline;
	bool svm, svm_next_rip; // with nested paging
	bool fpu_pointers_leak; // AMD: XRSTOR and FXRSTOR leave the x87 pointers of others in place
	unsigned physical_bits;
	uint32_t xcr0; // what is switched on; 0 without XSAVE
};

extern struct features features;

void feature_detect(void);
void feature_enable_cpu(void); // set this CPU's control registers accordingly
