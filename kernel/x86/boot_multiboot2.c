// SPDX-License-Identifier: MIT
//
// The Multiboot2 protocol: how GRUB hands over on BIOS and UEFI machines. Layouts from the
// specification, "Boot information format". The first module is the boot archive. The RSDP comes as
// a copy inside the information; the page with the copy is kept as firmware tables are.
#include "boot_memory.h"
#include "image.h"
#include "panic.h"

enum multiboot_tag_type {
	TAG_END = 0,
	TAG_COMMAND_LINE = 1,
	TAG_MODULE = 3,
	TAG_MEMORY_MAP = 6,
	TAG_FRAMEBUFFER = 8,
	TAG_RSDP_OLD = 14,
	TAG_RSDP = 15,
};

struct multiboot_tag {
	uint32_t type, size;
};

struct multiboot_module {
	struct multiboot_tag tag;
	uint32_t start, end;
};

struct multiboot_map {
	struct multiboot_tag tag;
	uint32_t entry_size, version;
};

struct multiboot_region {
	uint64_t paddr, bytes;
	uint32_t type, reserved; // 1 RAM, 3 and 4 ACPI
};

struct multiboot_framebuffer {
	struct multiboot_tag tag;
	uint64_t paddr;
	uint32_t pitch, width, height;
	uint8_t bits, type; // type 1: RGB, 2: text
};

BOOT_ONLY static void map_read_types(const struct multiboot_map *map, bool ram)
{
	const char *entry = (const char *)(map + 1);
	const char *end = (const char *)map + map->tag.size;

	if (map->entry_size < sizeof(struct multiboot_region))
		return;
	for (; entry + sizeof(struct multiboot_region) <= end; entry += map->entry_size) {
		const struct multiboot_region *r = (const void *)entry;
		int kind = r->type == 1			  ? BOOT_REGION_RAM
			   : r->type == 3 || r->type == 4 ? BOOT_REGION_ACPI
							  : BOOT_REGION_NONE;
		if ((kind == BOOT_REGION_RAM) == ram)
			boot_region_set(r->paddr, r->paddr + r->bytes, kind);
	}
}

BOOT_ONLY static void framebuffer_read(const struct multiboot_framebuffer *f)
{
	if (f->type != 1)
		return;
	boot_machine.framebuffer.paddr = f->paddr;
	boot_machine.framebuffer.width = f->width;
	boot_machine.framebuffer.height = f->height;
	boot_machine.framebuffer.pitch = f->pitch;
	boot_machine.framebuffer.bits = f->bits;
}

BOOT_ONLY static void module_read(const struct multiboot_module *module)
{
	if (boot_machine.archive_bytes > 0 || module->end <= module->start)
		return;
	boot_machine.archive_paddr = module->start;
	boot_machine.archive_bytes = module->end - module->start;
}

BOOT_ONLY static void tag_read(const struct multiboot_tag *tag)
{
	switch (tag->type) {
	case TAG_COMMAND_LINE:
		boot_command_line_set((const char *)(tag + 1), tag->size - sizeof(*tag));
		break;
	case TAG_MODULE: module_read((const void *)tag); break;
	case TAG_MEMORY_MAP:
		map_read_types((const void *)tag, true);
		map_read_types((const void *)tag, false);
		break;
	case TAG_FRAMEBUFFER: framebuffer_read((const void *)tag); break;
	case TAG_RSDP_OLD:
		if (boot_machine.rsdp_paddr != 0)
			break; // the newer copy is there already
		boot_machine.rsdp_paddr = virt_to_phys(tag + 1);
		break;
	case TAG_RSDP: boot_machine.rsdp_paddr = virt_to_phys(tag + 1); break;
	}
}

BOOT_ONLY void boot_multiboot2_read(paddr_t paddr)
{
	const uint32_t *size = boot_physical(paddr, 8);
	if (size == NULL || boot_physical(paddr, *size) == NULL)
		boot_fail("Multiboot2 information not found");

	const char *start = (const char *)size, *end = start + *size;
	for (const char *p = start + 8; p + sizeof(struct multiboot_tag) <= end;) {
		const struct multiboot_tag *tag = (const void *)p;
		if (tag->type == TAG_END || tag->size < sizeof(*tag) || p + tag->size > end)
			break;
		tag_read(tag);
		p += (tag->size + 7) & -8ul;
	}
	if (boot_machine.region_count == 0)
		boot_fail("Multiboot2 information without a memory map");
	if (boot_machine.rsdp_paddr != 0)
		boot_region_set(boot_machine.rsdp_paddr, boot_machine.rsdp_paddr + 36,
				BOOT_REGION_ACPI);
}
