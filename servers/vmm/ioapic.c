// SPDX-License-Identifier: MIT
//
// The I/O APIC (Intel 82093AA): 24 lines, each routed to a vector of a processor. A level line that is
// still asserted when its interrupt ends is delivered again.
#include "vmm.h"

enum {
	ID = 0,
	VERSION = 1,
	REDIRECTION = 0x10,
	ENTRY_REMOTE = 1 << 14,
	ENTRY_LEVEL = 1 << 15,
	ENTRY_MASKED = 1 << 16,
};

static void deliver(unsigned cpu, unsigned pin)
{
	struct ioapic *io = &machine->ioapic;
	uint64_t entry = io->redirection[pin];
	uint32_t target = (uint32_t)(entry >> 56);
	bool level = entry & ENTRY_LEVEL, found = false;

	if (entry & ENTRY_MASKED || (level && entry & ENTRY_REMOTE))
		return;
	if (level)
		io->redirection[pin] |= ENTRY_REMOTE;
	for (unsigned i = 0; i < machine->configuration.cpus && !found; i++) {
		bool logical = entry & 1 << 11;

		if (target != 0xff && (logical ? !(target >> i & 1) : target != i))
			continue;
		machine_change(cpu, &machine->cpu[i].lapic, sizeof(struct lapic));
		lapic_raise(i, entry & 0xff, level);
		if (i != cpu)
			machine_kick(i);
		found = target != 0xff;
	}
}

void ioapic_line(unsigned cpu, unsigned pin, bool on)
{
	struct ioapic *io = &machine->ioapic;
	bool was = io->asserted >> pin & 1;

	machine_change(cpu, io, sizeof(*io));
	if (on)
		io->asserted |= 1u << pin;
	else
		io->asserted &= ~(1u << pin);
	if (on && (!was || io->redirection[pin] & ENTRY_LEVEL))
		deliver(cpu, pin);
}

void ioapic_end(unsigned cpu, unsigned vector)
{
	struct ioapic *io = &machine->ioapic;

	machine_change(cpu, io, sizeof(*io));
	for (unsigned pin = 0; pin < IOAPIC_PINS; pin++) {
		if ((io->redirection[pin] & 0xff) != vector ||
		    !(io->redirection[pin] & ENTRY_REMOTE))
			continue;
		io->redirection[pin] &= ~(uint64_t)ENTRY_REMOTE;
		if (io->asserted >> pin & 1)
			deliver(cpu, pin);
	}
}

uint32_t ioapic_read(uint32_t offset)
{
	const struct ioapic *io = &machine->ioapic;
	unsigned i = io->select - REDIRECTION;

	if (offset == 0)
		return io->select;
	if (offset != 0x10)
		return 0;
	if (io->select == VERSION)
		return (IOAPIC_PINS - 1) << 16 | 0x11;
	if (i >= 2 * IOAPIC_PINS)
		return 0;
	return (uint32_t)(io->redirection[i / 2] >> (i & 1 ? 32 : 0));
}

void ioapic_write(unsigned cpu, uint32_t offset, uint32_t value)
{
	struct ioapic *io = &machine->ioapic;
	unsigned i = io->select - REDIRECTION;
	uint64_t *entry;

	machine_change(cpu, io, sizeof(*io));
	if (offset == 0)
		io->select = value & 0xff;
	if (offset != 0x10 || i >= 2 * IOAPIC_PINS)
		return;
	entry = &io->redirection[i / 2];
	if (i & 1)
		*entry = (*entry & 0xffffffff) | (uint64_t)value << 32;
	else
		*entry = (*entry & 0xffffffff00000000) | (value & ~(uint32_t)ENTRY_REMOTE) |
			 (*entry & ENTRY_REMOTE);
	if (io->asserted >> i / 2 & 1 && *entry & ENTRY_LEVEL)
		deliver(cpu, i / 2);
}
