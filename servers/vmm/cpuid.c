// SPDX-License-Identifier: MIT
//
// CPUID: what this machine's processor says, less what the guest cannot have, plus the leaves by
// which a Linux guest learns the rate of the time-stamp counter (kvm-clock; Linux,
// Documentation/virt/kvm/x86/cpuid.rst).
#include "vmm.h"

enum {
	HYPERVISOR = 0x40000000,
	KVM_CLOCKSOURCE2 = 1 << 3,
	KVM_CLOCKSOURCE_STABLE = 1 << 24,
};

#define BIT(n) (1u << (n))

struct leaf {
	uint32_t eax, ebx, ecx, edx;
};

static struct leaf native(uint32_t leaf, uint32_t subleaf)
{
	struct leaf r;

	__asm__ volatile("cpuid"
			 : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
			 : "a"(leaf), "c"(subleaf));
	return r;
}

static struct leaf features(unsigned cpu)
{
	struct leaf r = native(1, 0);

	r.ebx = (r.ebx & 0xff00) | cpu << 24 | machine->configuration.cpus << 16;
	r.ecx &= ~(BIT(2) | BIT(3) | BIT(5) | BIT(7) | BIT(8) | BIT(15) | BIT(17) | BIT(18));
	r.ecx |= BIT(21) | BIT(24) | BIT(31); // x2APIC, TSC deadline, hypervisor
	if (cpu_state(cpu)->cr4 & BIT(18))
		r.ecx |= BIT(27);
	else
		r.ecx &= ~BIT(27);
	r.edx &= ~(BIT(7) | BIT(12) | BIT(14) | BIT(21) | BIT(22) | BIT(28) | BIT(29));
	r.edx |= BIT(9);
	if (machine->configuration.cpus > 1)
		r.edx |= BIT(28);
	return r;
}

static struct leaf structured(uint32_t subleaf)
{
	struct leaf r = native(7, subleaf);

	if (subleaf != 0)
		return (struct leaf){0};
	r.eax = 0;
	r.ebx &= ~(BIT(1) | BIT(2) | BIT(4) | BIT(10) | BIT(11) | BIT(12) | BIT(14) | BIT(15) |
		   BIT(16) | BIT(17) | BIT(21) | BIT(25) | BIT(26) | BIT(27) | BIT(28) | BIT(30) |
		   BIT(31));
	r.ecx &= BIT(2) | BIT(16); // UMIP, five-level paging: not
	r.ecx &= ~BIT(16);
	r.edx = 0;
	return r;
}

static struct leaf extended(void)
{
	struct leaf r = native(0x80000001, 0);

	r.ecx &= BIT(0) | BIT(5) | BIT(8);
	r.edx &= ~BIT(27); // RDTSCP
	return r;
}

// x87, SSE, AVX.
static struct leaf states(uint32_t subleaf)
{
	struct leaf r = native(13, subleaf);

	if (subleaf == 0)
		return (struct leaf){r.eax & 7, r.ebx, 832, 0};
	if (subleaf == 1)
		return (struct leaf){r.eax & 1, 0, 0, 0};
	return subleaf == 2 ? r : (struct leaf){0};
}

static struct leaf topology(unsigned cpu, uint32_t subleaf)
{
	uint32_t count = machine->configuration.cpus;

	if (subleaf == 0)
		return (struct leaf){0, 1, 0x100, cpu};
	if (subleaf == 1)
		return (struct leaf){2, count, 0x201, cpu};
	return (struct leaf){0, 0, subleaf, cpu};
}

static struct leaf answer(unsigned cpu, uint32_t leaf, uint32_t subleaf)
{
	struct leaf r;

	switch (leaf) {
	case 0:
		r = native(0, 0);
		r.eax = 13;
		return r;
	case 1: return features(cpu);
	case 7: return structured(subleaf);
	case 11: return topology(cpu, subleaf);
	case 13: return states(subleaf);
	case HYPERVISOR: return (struct leaf){HYPERVISOR + 1, 0x4b4d564b, 0x564b4d56, 0x4d};
	case HYPERVISOR + 1:
		return (struct leaf){KVM_CLOCKSOURCE2 | KVM_CLOCKSOURCE_STABLE, 0, 0, 0};
	case 0x80000000:
		r = native(leaf, 0);
		r.eax = 0x80000008;
		return r;
	case 0x80000001: return extended();
	case 0x80000007: return (struct leaf){0, 0, 0, BIT(8)};
	case 0x80000008: return (struct leaf){native(leaf, 0).eax, 0, 0, 0};
	case 2:
	case 4:
	case 0x80000002:
	case 0x80000003:
	case 0x80000004:
	case 0x80000005:
	case 0x80000006: return native(leaf, subleaf);
	}
	return (struct leaf){0};
}

void cpuid_exit(unsigned cpu)
{
	uint64_t *general = cpu_state(cpu)->general;
	struct leaf r = answer(cpu, (uint32_t)general[VCPU_RAX], (uint32_t)general[VCPU_RCX]);

	general[VCPU_RAX] = r.eax;
	general[VCPU_RBX] = r.ebx;
	general[VCPU_RCX] = r.ecx;
	general[VCPU_RDX] = r.edx;
	cpu_advance(cpu);
}
