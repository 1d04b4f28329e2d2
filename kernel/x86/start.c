// SPDX-License-Identifier: MIT
//
// From the first C function to kernel_boot(): the order in which the machine is taken over.
//
// Up to window_init() the boot blob's tables are in force: the lowest 4 GiB, at 0 and in the window.
// Everything the loader and the firmware left in memory is read before that; afterwards memory
// that the loader called free may be overwritten.
#include "acpi.h"
#include "apic.h"
#include "arch.h"
#include "boot_memory.h"
#include "cpu.h"
#include "feature.h"
#include "image.h"
#include "instr.h"
#include "irq_line.h"
#include "segment.h"
#include "serial.h"
#include "smp.h"
#include "split.h"
#include "timer.h"
#include "vtd.h"
#include "window.h"

#define MULTIBOOT2_MAGIC 0x36d76289

_Noreturn void machine_start(uint32_t magic, paddr_t info, uint64_t entry_tsc);

BOOT_ONLY static void memory_start(uint32_t magic, paddr_t info)
{
	boot_machine.physical_end = 1ul << features.physical_bits;
	if (boot_machine.physical_end > WINDOW_BYTES)
		boot_machine.physical_end = WINDOW_BYTES;
	if (magic == MULTIBOOT2_MAGIC)
		boot_multiboot2_read(info);
	else
		boot_pvh_read(info);
	split_choose();
	split_patch();
	boot_memory_finish();
	acpi_read(boot_machine.rsdp_paddr);
	boot_region_set(KERNEL_IMAGE_START,
			virt_to_phys(cpu_blocks) + acpi.cpu_count * CPU_BLOCK_BYTES,
			BOOT_REGION_KERNEL);
	if (acpi.cpu_count > 1)
		lock_patch();
}

// The registers of the interrupt controllers and IOMMUs are the kernel's alone.
BOOT_ONLY static void window_start(void)
{
	paddr_t devices[1 + ACPI_MAX_IOAPICS + ACPI_MAX_IOMMUS];
	unsigned count = 0;

	devices[count++] = acpi.apic;
	for (unsigned i = 0; i < acpi.ioapic_count; i++)
		devices[count++] = acpi.ioapic[i].paddr;
	for (unsigned i = 0; i < acpi.iommu_count && i < ACPI_MAX_IOMMUS; i++)
		devices[count++] = acpi.iommu[i];
	window_init(devices, count, acpi.cpu_count);
	for (unsigned i = 0; i < count; i++)
		boot_region_set(devices[i], devices[i] + 1, BOOT_REGION_KERNEL);
}

BOOT_ONLY _Noreturn void machine_start(uint32_t magic, paddr_t info, uint64_t entry_tsc)
{
	serial_init();
	feature_detect();
	memory_start(magic, info);
	boot_machine.entry_tsc = entry_tsc;
	window_start();
	segment_init_cpu(0);
	feature_enable_cpu();
	apic_init_cpu(acpi.apic);
	cpu_self()->arch.apic_id = apic_id();
	vtd_start();
	irq_line_init();
	timer_init();
	smp_start();
	kernel_boot();
}

uint64_t arch_text_bytes(void)
{
	return kernel_text_end - kernel_runtime_start;
}
