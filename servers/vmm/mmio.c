// SPDX-License-Identifier: MIT
//
// Registers in memory: which device an address belongs to. decode.c knows what the instruction does.
#include <caplet/system.h>

#include "vmm.h"

bool device_read(unsigned cpu, uint64_t address, unsigned bytes, uint64_t *value)
{
	*value = ~0ul;
	if (address - LAPIC_ADDRESS < 0x1000)
		*value = lapic_read(cpu, (address & 0xfff) >> 4);
	else if (address - IOAPIC_ADDRESS < 0x1000)
		*value = ioapic_read(address & 0xfff);
	else if (address - VIRTIO_ADDRESS < VIRTIO_MAX * 0x1000ul)
		*value = virtio_read((unsigned)(address - VIRTIO_ADDRESS) >> 12, address & 0xfff,
				     bytes);
	return true;
}

bool device_write(unsigned cpu, uint64_t address, unsigned bytes, uint64_t value)
{
	if (address - LAPIC_ADDRESS < 0x1000)
		lapic_write(cpu, (address & 0xfff) >> 4, (uint32_t)value);
	else if (address - IOAPIC_ADDRESS < 0x1000)
		ioapic_write(cpu, address & 0xfff, (uint32_t)value);
	else if (address - VIRTIO_ADDRESS < VIRTIO_MAX * 0x1000ul)
		virtio_write(cpu, (unsigned)(address - VIRTIO_ADDRESS) >> 12, address & 0xfff,
			     bytes, (uint32_t)value);
	return true;
}
