// SPDX-License-Identifier: MIT
//
// The PVH boot protocol: what Xen, and QEMU's -kernel, hand a 32-bit entry. Layouts from Xen's
// public/arch-x86/hvm/start_info.h. The first module is the boot archive.
#include "boot_memory.h"
#include "image.h"
#include "panic.h"

#define PVH_MAGIC 0x336ec578

struct pvh_start_info {
	uint32_t magic, version, flags, module_count;
	uint64_t modules, command_line, rsdp;
	uint64_t map; // from version 1 on
	uint32_t map_count, reserved;
};

struct pvh_module {
	uint64_t paddr, bytes, command_line, reserved;
};

struct pvh_region {
	uint64_t paddr, bytes;
	uint32_t type, reserved; // as BIOS int 15h, E820h: 1 RAM, 3 and 4 ACPI
};

BOOT_ONLY static void pvh_read_map(const struct pvh_start_info *info)
{
	const struct pvh_region *map = boot_physical(info->map, info->map_count * sizeof(*map));
	if (info->version < 1 || map == NULL)
		boot_fail("PVH start info without a memory map");
	for (unsigned i = 0; i < info->map_count; i++)
		if (map[i].type == 1)
			boot_region_set(map[i].paddr, map[i].paddr + map[i].bytes, BOOT_REGION_RAM);
	for (unsigned i = 0; i < info->map_count; i++)
		if (map[i].type != 1)
			boot_region_set(map[i].paddr, map[i].paddr + map[i].bytes,
					map[i].type == 3 || map[i].type == 4 ? BOOT_REGION_ACPI
									     : BOOT_REGION_NONE);
}

BOOT_ONLY void boot_pvh_read(paddr_t paddr)
{
	const struct pvh_start_info *info = boot_physical(paddr, sizeof(*info));
	if (info == NULL || info->magic != PVH_MAGIC)
		boot_fail("PVH start info not found");
	pvh_read_map(info);
	boot_command_line_set(boot_physical(info->command_line, 1), 255);
	boot_machine.rsdp_paddr = info->rsdp;

	const struct pvh_module *module = boot_physical(info->modules, sizeof(*module));
	if (info->module_count > 0 && module != NULL) {
		boot_machine.archive_paddr = module->paddr;
		boot_machine.archive_bytes = module->bytes;
	}
}
