// SPDX-License-Identifier: MIT
//
// The local APIC of each processor (Intel SDM Vol. 3, "Advanced Programmable Interrupt Controller").
// Registers are named by their offset / 16, which is also the number of the x2APIC's MSR. The timer
// counts at the rate of the time-stamp counter / 16 and knows the deadline mode.
#include <string.h>

#include <caplet/clock.h>

#include "vmm.h"

enum {
	REG_ID = 0x02,
	REG_VERSION = 0x03,
	REG_PRIORITY = 0x08,
	REG_PROCESSOR_PRIORITY = 0x0a,
	REG_END = 0x0b,
	REG_LOGICAL = 0x0d,
	REG_FORMAT = 0x0e,
	REG_SPURIOUS = 0x0f,
	REG_ISR = 0x10,
	REG_TMR = 0x18,
	REG_IRR = 0x20,
	REG_ERROR = 0x28,
	REG_COMMAND = 0x30,
	REG_COMMAND_HIGH = 0x31,
	REG_LVT = 0x32, // timer; 0x33..0x37 the others
	REG_INITIAL = 0x38,
	REG_CURRENT = 0x39,
	REG_DIVIDE = 0x3e,
	REG_SELF = 0x3f,

	LVT_MASKED = 1 << 16,
	LVT_PERIODIC = 1 << 17,
	LVT_DEADLINE = 2 << 17,
	BASE_X2APIC = 1 << 10,
	TICK = 16, // of the time-stamp counter to one of the bus
};

static struct lapic *lapic_of(unsigned cpu)
{
	return &machine->cpu[cpu].lapic;
}

void lapic_reset(unsigned cpu)
{
	struct lapic *l = lapic_of(cpu);

	memset(l, 0, sizeof(*l));
	l->base = LAPIC_ADDRESS | 0x800 | (cpu == 0 ? 0x100 : 0);
	l->id = cpu;
	l->spurious = 0xff;
	l->format = 0xffffffff;
	for (unsigned i = 0; i < 6; i++)
		l->lvt[i] = LVT_MASKED;
	if (cpu == 0)
		l->lvt[3] = 7 << 8; // the PIC, as a firmware leaves it
}

static int highest(const uint32_t *bits)
{
	if (!(bits[0] | bits[1] | bits[2] | bits[3] | bits[4] | bits[5] | bits[6] | bits[7]))
		return -1;
	for (int i = 7; i >= 0; i--)
		if (bits[i])
			return i * 32 + 31 - __builtin_clz(bits[i]);
	return -1;
}

static unsigned processor_priority(const struct lapic *l)
{
	int service = highest(l->isr);
	unsigned in_service = service < 0 ? 0 : (unsigned)service & 0xf0;

	return (l->priority & 0xf0) > in_service ? l->priority : in_service;
}

void lapic_raise(unsigned cpu, unsigned vector, bool level)
{
	struct lapic *l = lapic_of(cpu);

	if (vector < 16 || !(l->spurious & 0x100))
		return;
	l->irr[vector / 32] |= 1u << vector % 32;
	if (level)
		l->level[vector / 32] |= 1u << vector % 32;
	else
		l->level[vector / 32] &= ~(1u << vector % 32);
}

int lapic_pending(unsigned cpu)
{
	struct lapic *l = lapic_of(cpu);
	int vector = highest(l->irr);

	l->priority = l->priority & 0xff;
	return vector >= 0 && ((unsigned)vector & 0xf0) > (processor_priority(l) & 0xf0) ? vector
											 : -1;
}

void lapic_accept(unsigned cpu, unsigned vector)
{
	struct lapic *l = lapic_of(cpu);

	machine_change(cpu, l, sizeof(*l));
	l->irr[vector / 32] &= ~(1u << vector % 32);
	l->isr[vector / 32] |= 1u << vector % 32;
}

// Off, or by its first local interrupt input.
bool lapic_passes(unsigned cpu)
{
	const struct lapic *l = lapic_of(cpu);

	return !(l->spurious & 0x100) || (l->lvt[3] & (LVT_MASKED | 7 << 8)) == 7 << 8;
}

static void end_of_interrupt(unsigned cpu)
{
	struct lapic *l = lapic_of(cpu);
	int vector = highest(l->isr);

	if (vector < 0)
		return;
	l->isr[vector / 32] &= ~(1u << vector % 32);
	if (l->level[vector / 32] >> vector % 32 & 1)
		ioapic_end(cpu, (unsigned)vector);
}

// ---- the timer ------------------------------------------------------------------------------------

static unsigned divisor(const struct lapic *l)
{
	unsigned code = (l->divide & 3) | (l->divide >> 1 & 4);

	return code == 7 ? 1 : 2u << code;
}

static void timer_start(struct lapic *l)
{
	uint64_t ticks = (uint64_t)l->initial * divisor(l) * TICK;

	l->deadline = l->initial ? clock_ticks() + ticks : 0;
	l->period = l->lvt[0] & LVT_PERIODIC ? ticks : 0;
}

void lapic_deadline_write(unsigned cpu, uint64_t deadline)
{
	struct lapic *l = lapic_of(cpu);

	if ((l->lvt[0] & (3 << 17)) != LVT_DEADLINE)
		return;
	l->deadline = deadline;
	l->period = 0;
}

uint64_t lapic_next(unsigned cpu)
{
	const struct lapic *l = lapic_of(cpu);

	return l->deadline && !(l->lvt[0] & LVT_MASKED) ? l->deadline : UINT64_MAX;
}

void lapic_tick(unsigned cpu)
{
	struct lapic *l = lapic_of(cpu);
	uint64_t now;

	if (!l->deadline || (now = clock_ticks()) < l->deadline)
		return;
	machine_change(cpu, l, sizeof(*l));
	if (l->period) {
		l->deadline += (now - l->deadline) / l->period * l->period + l->period;
	} else {
		l->deadline = 0;
	}
	if (!(l->lvt[0] & LVT_MASKED))
		lapic_raise(cpu, l->lvt[0] & 0xff, false);
}

static uint32_t timer_current(const struct lapic *l)
{
	uint64_t now = clock_ticks();

	if (!l->deadline || l->deadline <= now)
		return 0;
	return (uint32_t)((l->deadline - now) / divisor(l) / TICK);
}

// ---- messages between processors ------------------------------------------------------------------

static bool addressed(unsigned from, unsigned cpu, uint32_t target, uint32_t command)
{
	const struct lapic *l = lapic_of(cpu);
	bool x2apic = lapic_of(from)->base & BASE_X2APIC;

	switch (command >> 18 & 3) {
	case 1: return cpu == from;
	case 2: return true;
	case 3: return cpu != from;
	}
	if (!(command & 1 << 11))
		return target == l->id || target == (x2apic ? 0xffffffff : 0xff);
	if (x2apic)
		return target >> 16 == l->id >> 4 && target >> (l->id & 15) & 1;
	return l->logical >> 24 & target;
}

void lapic_command(unsigned cpu, uint32_t target, uint32_t command)
{
	unsigned mode = command >> 8 & 7;

	lapic_of(cpu)->command = command & ~(1u << 12);
	lapic_of(cpu)->command_high = target;
	for (unsigned i = 0; i < machine->configuration.cpus; i++) {
		struct cpu *c = &machine->cpu[i];

		if (!addressed(cpu, i, target, command))
			continue;
		machine_change(cpu, c, offsetof(struct cpu, pat));
		if (mode == 0 || mode == 1) {
			lapic_raise(i, command & 0xff, false);
		} else if (mode == 4) {
			c->nmi = true;
		} else if (mode == 5 && !(command & 1 << 15 && !(command & 1 << 14))) {
			c->init_pending = true;
		} else if (mode == 6) {
			c->start_vector = (uint8_t)command;
			c->start_pending = true;
		}
		if (i != cpu)
			machine_kick(i);
	}
}

// ---- registers ------------------------------------------------------------------------------------

uint32_t lapic_read(unsigned cpu, unsigned reg)
{
	const struct lapic *l = lapic_of(cpu);
	bool x2apic = l->base & BASE_X2APIC;

	if (reg >= REG_ISR && reg < REG_ERROR) {
		const uint32_t *bits = reg < REG_TMR ? l->isr : reg < REG_IRR ? l->level : l->irr;
		return bits[reg & 7];
	}
	if (reg >= REG_LVT && reg < REG_INITIAL)
		return l->lvt[reg - REG_LVT];
	switch (reg) {
	case REG_ID: return x2apic ? l->id : l->id << 24;
	case REG_VERSION: return 0x50014;
	case REG_PRIORITY: return l->priority;
	case REG_PROCESSOR_PRIORITY: return processor_priority(l);
	case REG_LOGICAL: return x2apic ? (l->id >> 4) << 16 | 1u << (l->id & 15) : l->logical;
	case REG_FORMAT: return l->format;
	case REG_SPURIOUS: return l->spurious;
	case REG_COMMAND: return l->command;
	case REG_COMMAND_HIGH: return l->command_high;
	case REG_INITIAL: return l->initial;
	case REG_CURRENT: return timer_current(l);
	case REG_DIVIDE: return l->divide;
	}
	return 0;
}

static void lvt_write(struct lapic *l, unsigned i, uint32_t value)
{
	uint32_t old = l->lvt[i];

	l->lvt[i] = value;
	if (i == 0 && (old ^ value) & (3 << 17))
		l->deadline = 0;
	if (i == 0 && l->deadline && !(value & LVT_DEADLINE))
		l->period = value & LVT_PERIODIC ? (uint64_t)l->initial * divisor(l) * TICK : 0;
}

void lapic_write(unsigned cpu, unsigned reg, uint32_t value)
{
	struct lapic *l = lapic_of(cpu);

	if (reg >= REG_LVT && reg < REG_INITIAL) {
		lvt_write(l, reg - REG_LVT, value);
		return;
	}
	switch (reg) {
	case REG_PRIORITY: l->priority = value & 0xff; break;
	case REG_END: end_of_interrupt(cpu); break;
	case REG_LOGICAL: l->logical = value; break;
	case REG_FORMAT: l->format = value | 0x0fffffff; break;
	case REG_SPURIOUS: l->spurious = value & 0x1ff; break;
	case REG_COMMAND: lapic_command(cpu, l->command_high >> 24, value); break;
	case REG_COMMAND_HIGH: l->command_high = value; break;
	case REG_INITIAL:
		l->initial = value;
		timer_start(l);
		break;
	case REG_DIVIDE: l->divide = value & 11; break;
	case REG_SELF: lapic_raise(cpu, value & 0xff, false); break;
	}
}
