// SPDX-License-Identifier: MIT
//
// The little that the kernel takes from the firmware's tables: processors, interrupt controllers
// and one clock. All else of ACPI is for user level. A machine without tables gets the classic
// places.
#pragma once

#include <stdint.h>

#include <caplet/abi/boot.h>

#define ACPI_MAX_IOAPICS 8

struct acpi_ioapic {
	paddr_t paddr;
	uint32_t first_line; // global system interrupt of its pin 0
};

struct acpi_facts {
	paddr_t apic; // registers of the local APIC
	uint32_t cpu_count;
	uint32_t apic_id[BOOT_MAX_CPUS];
	unsigned ioapic_count;
	struct acpi_ioapic ioapic[ACPI_MAX_IOAPICS];
	uint16_t pm_timer_port; // 0: none
};

extern struct acpi_facts acpi;

void acpi_read(
	paddr_t rsdp); // while the boot blob's mapping of the lowest 4 GiB holds; 0: no tables
