// SPDX-License-Identifier: MIT
//
// The little that the kernel takes from the firmware's tables: processors, interrupt controllers,
// IOMMUs and one clock. All else of ACPI is for user level. A machine without tables gets the classic
// places.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <caplet/abi/boot.h>

#define ACPI_MAX_IOAPICS 8
#define ACPI_MAX_IOMMUS	 8

struct acpi_ioapic {
	paddr_t paddr;
	uint32_t first_line; // global system interrupt of its pin 0
	uint8_t id;
	uint32_t source; // the requester that its messages name; UINT32_MAX: not told
};

struct acpi_facts {
	paddr_t apic; // registers of the local APIC
	uint32_t cpu_count;
	uint32_t apic_id[BOOT_MAX_CPUS];
	unsigned ioapic_count;
	struct acpi_ioapic ioapic[ACPI_MAX_IOAPICS];
	uint16_t pm_timer_port; // 0: none
	// DMA remapping: registers of its units, and which requesters the I/O APICs are.
	unsigned iommu_count;	  // more than ACPI_MAX_IOMMUS: a kind that the kernel does not know
	bool interrupt_remapping; // the firmware allows it
	paddr_t iommu[ACPI_MAX_IOMMUS];
	unsigned source_count;
	struct acpi_source {
		uint8_t ioapic; // its id
		uint16_t requester;
	} source[ACPI_MAX_IOAPICS];
};

extern struct acpi_facts acpi;

void acpi_read(
	paddr_t rsdp); // while the boot blob's mapping of the lowest 4 GiB holds; 0: no tables
