// SPDX-License-Identifier: MIT
//
// CPU features: asked once with CPUID, then written into each CPU's control registers.
//
// PCID is used only together with INVPCID, which every CPU since 2013 that has the one has: there
// is then one way to flush another address space. AVX-512, AMX and protection keys are left off:
// a thread object has room for x87, SSE and AVX.
#include "feature.h"
#include "image.h"
#include "instr.h"
#include "svm.h"

#define PAT_VALUE 0x0007040600070106ul // entry 0 WB, 1 WC, 2 UC-, 3 UC; the upper half as at reset

enum { XCR0_X87 = 1, XCR0_SSE = 2, XCR0_AVX = 4 };

struct features features;

static bool bit(uint32_t word, unsigned number)
{
	return word >> number & 1;
}

// Firmware may have switched it off for good.
BOOT_ONLY static void svm_detect(uint32_t extended)
{
	if (extended < 0x8000000a || !bit(cpuid(0x80000001, 0).ecx, 2))
		return;
	uint32_t edx = cpuid(0x8000000a, 0).edx;
	features.svm = bit(edx, 0) && !(rdmsr(MSR_VM_CR) & VM_CR_DISABLED);
	features.svm_next_rip = bit(edx, 3);
}

BOOT_ONLY void feature_detect(void)
{
	uint32_t basic = cpuid(0, 0).eax;
	uint32_t extended = cpuid(0x80000000, 0).eax;
	bool amd = cpuid(0, 0).ecx == 0x444d4163; // AuthenticAMD
	struct cpuid leaf1 = cpuid(1, 0);
	struct cpuid leaf7 = basic >= 7 ? cpuid(7, 0) : (struct cpuid){0};
	struct cpuid leaf8 = extended >= 0x80000008 ? cpuid(0x80000008, 0) : (struct cpuid){0};

	features.machine_check = bit(leaf1.edx, 7);
	features.gib_pages = bit(cpuid(0x80000001, 0).edx, 26);
	features.pcid = bit(leaf1.ecx, 17) && bit(leaf7.ebx, 10);
	features.x2apic = bit(leaf1.ecx, 21);
	features.tsc_deadline = bit(leaf1.ecx, 24);
	features.xsave = bit(leaf1.ecx, 26) && basic >= 13;
	features.avx = features.xsave && bit(leaf1.ecx, 28);
	if (features.xsave)
		features.xcr0 = XCR0_X87 | XCR0_SSE | (features.avx ? XCR0_AVX : 0);
	features.xsaveopt = features.xsave && bit(cpuid(13, 1).eax, 0);
	features.fsgsbase = bit(leaf7.ebx, 0);
	features.smep = bit(leaf7.ebx, 7);
	features.smap = bit(leaf7.ebx, 20);
	features.umip = bit(leaf7.ecx, 2);
	features.fpu_pointers_leak = amd && !bit(leaf8.ebx, 2);
	features.physical_bits = leaf8.eax ? leaf8.eax & 0xff : 36;
	svm_detect(extended);
}

static void write_xcr0(uint32_t value)
{
	__asm__ volatile("xsetbv" ::"c"(0), "a"(value), "d"(0));
}

BOOT_ONLY void feature_enable_cpu(void)
{
	uint64_t cr4 = CR4_PAE | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT;

	if (features.machine_check)
		cr4 |= CR4_MCE;
	if (features.fsgsbase)
		cr4 |= CR4_FSGSBASE;
	if (features.smep)
		cr4 |= CR4_SMEP;
	if (features.smap)
		cr4 |= CR4_SMAP;
	if (features.umip)
		cr4 |= CR4_UMIP;
	if (features.xsave)
		cr4 |= CR4_OSXSAVE;
	if (features.pcid)
		cr4 |= CR4_PCIDE;
	write_cr4(cr4);
	if (features.xsave)
		write_xcr0(features.xcr0);
	// The idle thread, which is current first, uses no vector registers.
	write_cr0((read_cr0() | CR0_MP | CR0_NE | CR0_TS) & ~(uint64_t)CR0_EM);
	write_dr7(0x400); // no breakpoints: user level has no say over them
	wrmsr(MSR_PAT, PAT_VALUE);
	if (features.svm)
		svm_init_cpu();
}
