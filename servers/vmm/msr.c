// SPDX-License-Identifier: MIT
//
// Model-specific registers: those that concern another file go there, some are kept or read as fixed
// values, all others are #GP, as on a machine that has none.
#include <caplet/clock.h>
#include <caplet/kernel.h>

#include "vcpus.h"
#include "vmm.h"

enum {
	MSR_TSC = 0x10,
	MSR_APIC_BASE = 0x1b,
	MSR_FEATURE_CONTROL = 0x3a,
	MSR_MICROCODE = 0x8b,
	MSR_MTRR_CAP = 0xfe,
	MSR_MISC_ENABLE = 0x1a0,
	MSR_MTRR = 0x200,
	MSR_MTRR_FIXED_FIRST = 0x250,
	MSR_MTRR_FIXED_LAST = 0x26f,
	MSR_PAT = 0x277,
	MSR_MTRR_DEFAULT = 0x2ff,
	MSR_DEADLINE = 0x6e0,
	MSR_X2APIC = 0x800,
	MSR_EFER = 0xc0000080,
	MSR_TSC_AUX = 0xc0000103,
	MSR_SYSCFG = 0xc0010010,
	MSR_HWCR = 0xc0010015,
	MSR_PATCH = 0xc0010020,
	MSR_DE_CFG = 0xc0011029,
	KVM_WALL_CLOCK = 0x4b564d00,
	KVM_SYSTEM_TIME = 0x4b564d01,
	VECTOR_PROTECTION = 13,
};

static void refuse(unsigned cpu)
{
	cpu_inject_fault(cpu, VECTOR_PROTECTION, true, 0);
}

static bool is_x2apic(uint32_t msr)
{
	return msr >= MSR_X2APIC && msr < MSR_X2APIC + 0x40;
}

static bool read(unsigned cpu, uint32_t msr, uint64_t *value)
{
	struct vcpu_state *state = cpu_state(cpu);
	struct cpu *c = &machine->cpu[cpu];

	*value = 0;
	if (is_x2apic(msr)) {
		*value = lapic_read(cpu, msr - MSR_X2APIC);
		if (msr == MSR_X2APIC + 0x30)
			*value |= (uint64_t)c->lapic.command_high << 32;
		return true;
	}
	if (msr >= MSR_MTRR && msr < MSR_MTRR + 16)
		return *value = c->mtrr[msr - MSR_MTRR], true;
	if (msr >= MSR_MTRR_FIXED_FIRST && msr <= MSR_MTRR_FIXED_LAST)
		return true;
	switch (msr) {
	case MSR_TSC: *value = clock_ticks(); return true;
	case MSR_APIC_BASE: *value = c->lapic.base; return true;
	case MSR_MTRR_CAP: *value = 8; return true;
	case MSR_MTRR_DEFAULT: *value = c->mtrr[31] ? c->mtrr[31] : 0x806; return true;
	case MSR_DEADLINE: *value = c->lapic.deadline; return true;
	case MSR_PAT:
		vcpu_read(vcpus[cpu], VCPU_CONTROL);
		*value = state->pat;
		return true;
	case MSR_EFER:
		vcpu_read(vcpus[cpu], VCPU_MODE);
		*value = state->efer;
		return true;
	case MSR_DE_CFG: *value = 2; return true;
	case MSR_MICROCODE:
	case MSR_MISC_ENABLE:
	case MSR_SYSCFG:
	case MSR_HWCR:
	case MSR_TSC_AUX:
	case MSR_FEATURE_CONTROL: return true;
	}
	return false;
}

void msr_read(unsigned cpu, uint32_t msr)
{
	uint64_t value;

	if (!read(cpu, msr, &value)) {
		refuse(cpu);
		return;
	}
	cpu_state(cpu)->general[VCPU_RAX] = (uint32_t)value;
	cpu_state(cpu)->general[VCPU_RDX] = value >> 32;
	cpu_advance(cpu);
}

static void efer_write(unsigned cpu, uint64_t value)
{
	struct vcpu_state *state = cpu_state(cpu);

	vcpu_read(vcpus[cpu], VCPU_MODE);
	state->efer = (value & 0x901) | (state->efer & 0x400);
	if (value & 0x100 && state->cr0 & 1u << 31)
		state->efer |= 0x400;
	state->dirty |= VCPU_MODE;
}

static bool write(unsigned cpu, uint32_t msr, uint64_t value)
{
	struct vcpu_state *state = cpu_state(cpu);
	struct cpu *c = &machine->cpu[cpu];

	if (is_x2apic(msr)) {
		if (msr == MSR_X2APIC + 0x30)
			lapic_command(cpu, value >> 32, (uint32_t)value);
		else
			lapic_write(cpu, msr - MSR_X2APIC, (uint32_t)value);
		return true;
	}
	if (msr >= MSR_MTRR && msr < MSR_MTRR + 16)
		return c->mtrr[msr - MSR_MTRR] = value, true;
	if (msr >= MSR_MTRR_FIXED_FIRST && msr <= MSR_MTRR_FIXED_LAST && msr != MSR_PAT)
		return true;
	switch (msr) {
	case MSR_APIC_BASE:
		c->lapic.base = (value & 0xc00) | LAPIC_ADDRESS | (cpu == 0 ? 0x100 : 0);
		return true;
	case MSR_MTRR_DEFAULT: c->mtrr[31] = value; return true;
	case MSR_DEADLINE: lapic_deadline_write(cpu, value); return true;
	case MSR_PAT:
		vcpu_read(vcpus[cpu], VCPU_CONTROL);
		state->pat = value;
		state->dirty |= VCPU_CONTROL;
		return true;
	case MSR_EFER: efer_write(cpu, value); return true;
	case KVM_SYSTEM_TIME: pvclock_set(cpu, value); return true;
	case KVM_WALL_CLOCK: pvclock_wall(value); return true;
	case MSR_TSC:
	case MSR_MICROCODE:
	case MSR_MISC_ENABLE:
	case MSR_SYSCFG:
	case MSR_HWCR:
	case MSR_PATCH:
	case MSR_TSC_AUX:
	case MSR_DE_CFG: return true;
	}
	return false;
}

void msr_write(unsigned cpu, uint32_t msr, uint64_t value)
{
	if (write(cpu, msr, value))
		cpu_advance(cpu);
	else
		refuse(cpu);
}
