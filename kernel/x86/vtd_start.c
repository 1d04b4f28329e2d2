// SPDX-License-Identifier: MIT
//
// Switching Intel's IOMMU on: an empty root for each bus, so that no device reaches memory, and a
// table without interrupts. All units or none: with one of a kind that is not known here, every driver is
// trusted, and the boot log says so.
#include "boot_memory.h"
#include "feature.h"
#include "image.h"
#include "panic.h"
#include "vspace.h"
#include "vtd_unit.h"

enum { QUEUE_ON = 26, ROUTES_ON = 25, ROUTES_SET = 24, ROOT_SET = 30, TRANSLATION_ON = 31 };
enum { ROUTES_256 = 7, ROUTES_X2APIC = 1 << 11 };
// Of VTD_STATUS: what a command must repeat, but for messages in the old format, which would go past the routes.
#define COMMAND_STATE 0x967ffffful

#define FORGET_ALL_CONTEXTS (1 | 1 << 4)
#define FORGET_ALL_DOMAINS  (2 | 1 << 4)
#define FORGET_ALL_ROUTES   4

bool vtd_incoherent;

BOOT_ONLY static uint64_t read64(const struct vtd_unit *unit, enum vtd_register r)
{
	return unit->registers[r / 4] | (uint64_t)unit->registers[r / 4 + 1] << 32;
}

BOOT_ONLY static void write64(const struct vtd_unit *unit, enum vtd_register r, uint64_t value)
{
	unit->registers[r / 4] = value;
	unit->registers[r / 4 + 1] = value >> 32;
}

BOOT_ONLY static void command(const struct vtd_unit *unit, unsigned bit, bool on)
{
	uint32_t state = unit->registers[VTD_STATUS / 4] & COMMAND_STATE & ~(1u << bit);

	unit->registers[VTD_COMMAND / 4] = state | (uint32_t)on << bit;
	while ((unit->registers[VTD_STATUS / 4] >> bit & 1) != on)
		;
}

// Tables of 4 levels with large pages, 12 bits of domain, a queue, interrupt remapping; nothing that
// has to be told of entries that were not there before.
BOOT_ONLY static const char *missing(const struct vtd_unit *unit)
{
	uint64_t c = read64(unit, VTD_CAPABILITY), e = read64(unit, VTD_EXTENDED);

	if ((c & 7) < 4 || !(c >> 10 & 1) || (c >> 34 & 3) != 3)
		return "tables of 4 levels with large pages";
	if ((c >> 24 & 0x3ff) * 16 + (c >> 40 & 0xff) * 16 + 16 > PAGE_SIZE)
		return "fault records in its first page";
	if (c >> 4 & 1 || c >> 7 & 1)
		return "notice of new entries";
	if (!(e >> 1 & 1) || !(e >> 3 & 1) || !acpi.interrupt_remapping)
		return "interrupt remapping";
	return features.x2apic && !(e >> 4 & 1) ? "interrupts to an x2APIC" : NULL;
}

BOOT_ONLY static bool units_find(void)
{
	for (unsigned i = 0; i < acpi.iommu_count; i++) {
		struct vtd_unit *unit = &vtd_unit[i];
		unit->registers = phys_to_virt(acpi.iommu[i]);
		const char *reason = missing(unit);
		if (reason) {
			print("an IOMMU lacks ");
			print(reason);
			print(": none is used\n");
			return false;
		}
		uint64_t capability = read64(unit, VTD_CAPABILITY);
		unit->faults = unit->registers + (capability >> 24 & 0x3ff) * 4;
		unit->fault_count = (capability >> 40 & 0xff) + 1;
		vtd_incoherent |= !(read64(unit, VTD_EXTENDED) & 1);
	}
	return true;
}

BOOT_ONLY static void unit_start(struct vtd_unit *unit, paddr_t root)
{
	command(unit, ROUTES_ON, false); // firmware may have used it
	command(unit, QUEUE_ON, false);
	unit->queue = boot_pages_take(1);
	unit->registers[VTD_QUEUE_TAIL / 4] = 0;
	write64(unit, VTD_QUEUE, virt_to_phys(unit->queue));
	command(unit, QUEUE_ON, true);
	write64(unit, VTD_ROOT, root);
	command(unit, ROOT_SET, true);
	write64(unit, VTD_ROUTES,
		virt_to_phys(vtd_route) | ROUTES_256 | (features.x2apic ? ROUTES_X2APIC : 0));
	command(unit, ROUTES_SET, true);
}

BOOT_ONLY void vtd_start(void)
{
	if (acpi.iommu_count == 0 || acpi.iommu_count > ACPI_MAX_IOMMUS || !units_find())
		return;
	struct vtd_entry *root = boot_pages_take(1);
	for (unsigned bus = 0; bus < 256; bus++) {
		vtd_context[bus] = boot_pages_take(1);
		vtd_written(vtd_context[bus], PAGE_SIZE);
		root[bus].low = virt_to_phys(vtd_context[bus]) | 1;
	}
	vtd_written(root, PAGE_SIZE);
	for (unsigned i = 0; i < acpi.iommu_count; i++)
		unit_start(&vtd_unit[i], virt_to_phys(root));
	vtd_count = acpi.iommu_count;
	vtd_fault_mask(true);
	vtd_forget(FORGET_ALL_CONTEXTS);
	vtd_forget(FORGET_ALL_DOMAINS);
	vtd_forget(FORGET_ALL_ROUTES);
	for (unsigned i = 0; i < vtd_count; i++) {
		command(&vtd_unit[i], TRANSLATION_ON, true);
		command(&vtd_unit[i], ROUTES_ON, true);
	}
}
