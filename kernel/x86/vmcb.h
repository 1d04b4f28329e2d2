// SPDX-License-Identifier: MIT
//
// The control block of AMD's virtualization (AMD64 APM Vol. 2, "Layout of VMCB"): its two areas, the
// bits and exit codes that the kernel uses.
#pragma once

#include <caplet/abi/vcpu.h>

struct vmcb {
	// control area
	uint16_t cr_reads, cr_writes, dr_reads, dr_writes;
	uint32_t exceptions;
	uint32_t intercepts1, intercepts2;
	uint8_t reserved0[44];
	uint64_t iopm, msrpm;
	uint64_t tsc_offset;
	uint32_t asid;
	uint32_t tlb_control;
	uint64_t virtual_interrupt;
	uint64_t shadow;
	uint64_t exit_code, exit_info1, exit_info2, exit_event;
	uint64_t nested;
	uint8_t reserved1[16];
	uint64_t event;
	uint64_t nested_root;
	uint64_t last_branch;
	uint64_t clean;
	uint64_t next_rip;
	uint8_t reserved2[816];
	// save area
	struct vcpu_segment es, cs, ss, ds, fs, gs, gdtr, ldtr, idtr, tr;
	uint8_t reserved3[43];
	uint8_t cpl;
	uint32_t reserved4;
	uint64_t efer;
	uint8_t reserved5[112];
	uint64_t cr4, cr3, cr0, dr7, dr6, rflags, rip;
	uint8_t reserved6[88];
	uint64_t rsp;
	uint8_t reserved7[24];
	uint64_t rax;
	uint64_t star, lstar, cstar, sfmask, kernel_gs_base;
	uint64_t sysenter_cs, sysenter_esp, sysenter_eip;
	uint64_t cr2;
	uint8_t reserved8[32];
	uint64_t pat;
	uint8_t reserved9[2448];
};

_Static_assert(__builtin_offsetof(struct vmcb, iopm) == 0x40, "VMCB");
_Static_assert(__builtin_offsetof(struct vmcb, event) == 0xa8, "VMCB");
_Static_assert(__builtin_offsetof(struct vmcb, es) == 0x400, "VMCB");
_Static_assert(__builtin_offsetof(struct vmcb, cpl) == 0x4cb, "VMCB");
_Static_assert(__builtin_offsetof(struct vmcb, cr4) == 0x548, "VMCB");
_Static_assert(__builtin_offsetof(struct vmcb, rax) == 0x5f8, "VMCB");
_Static_assert(__builtin_offsetof(struct vmcb, pat) == 0x668, "VMCB");
_Static_assert(sizeof(struct vmcb) == 4096, "VMCB");

enum {
	INTERCEPT_VINTR = 1 << 4,
	// INTR NMI INIT; RDPMC CPUID RSM INVD HLT INVLPGA IOIO MSR SHUTDOWN
	INTERCEPTS1 = (int)0x9d4c800b,
	// VMRUN VMMCALL VMLOAD VMSAVE STGI CLGI SKINIT RDTSCP WBINVD MONITOR MWAIT (2) XSETBV RDPRU
	INTERCEPTS2 = 0x7eff,
	INTERCEPT_MACHINE_CHECK = 1 << 18,

	VIRTUAL_IRQ = 1 << 8,
	VIRTUAL_PRIORITY = 15 << 16,
	VIRTUAL_IGNORE_TPR = 1 << 20,
	VIRTUAL_MASKING = 1 << 24,

	NESTED_PAGING = 1,
	TLB_FLUSH_ALL = 1,
};

enum svm_exit {
	SVM_EXIT_MACHINE_CHECK = 0x52,
	SVM_EXIT_INTR = 0x60,
	SVM_EXIT_NMI = 0x61,
	SVM_EXIT_INIT = 0x63,
	SVM_EXIT_VINTR = 0x64,
	SVM_EXIT_CPUID = 0x72,
	SVM_EXIT_INVD = 0x76,
	SVM_EXIT_HLT = 0x78,
	SVM_EXIT_IOIO = 0x7b,
	SVM_EXIT_MSR = 0x7c,
	SVM_EXIT_SHUTDOWN = 0x7f,
	SVM_EXIT_VMMCALL = 0x81,
	SVM_EXIT_WBINVD = 0x89,
	SVM_EXIT_XSETBV = 0x8d,
	SVM_EXIT_NPF = 0x400,
};
