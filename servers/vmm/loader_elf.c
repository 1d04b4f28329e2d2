// SPDX-License-Identifier: MIT
//
// ELF files, and those among them that a note of Xen's makes bootable in 32-bit mode (Xen, "PVH boot":
// XEN_ELFNOTE_PHYS32_ENTRY, struct hvm_start_info).
#include "loader.h"

#include <string.h>

enum {
	LOAD = 1,
	NOTE = 4,
	NOTE_ENTRY = 18,
	PVH_MAGIC = 0x336ec578,
	MODULES_AT = 0x100,
	RANGES_AT = 0x200
};

struct part {
	uint32_t type;
	uint64_t offset, address, file_bytes, bytes;
};

static bool is_wide(const struct image *image)
{
	return image->head[4] == 2;
}

static bool is_elf(const struct image *image)
{
	return get32(image->head) == 0x464c457f && (image->head[4] == 1 || is_wide(image));
}

// False: there is none of that number, or not within the part of the file that is looked at.
static bool part_read(const struct image *image, unsigned number, struct part *part)
{
	const uint8_t *h = image->head;
	bool wide = is_wide(image);
	uint64_t at = wide ? get64(h + 32) + number * 56ul : get32(h + 28) + number * 32ul;
	unsigned count = wide ? h[56] | h[57] << 8 : h[44] | h[45] << 8;

	if (number >= count || at > HEAD_BYTES - 56)
		return false;
	h += at;
	*part = wide ? (struct part){get32(h), get64(h + 8), get64(h + 24), get64(h + 32),
				     get64(h + 40)}
		     : (struct part){get32(h), get32(h + 4), get32(h + 12), get32(h + 16),
				     get32(h + 20)};
	return true;
}

const char *elf_load(const struct image *image, uint64_t *entry, uint64_t *end)
{
	struct part part;
	const char *failure = NULL;

	if (!is_elf(image))
		return loader_refuse(image->path, "not an ELF file");
	*entry = is_wide(image) ? get64(image->head + 24) : get32(image->head + 24);
	*end = 0;
	for (unsigned i = 0; part_read(image, i, &part) && failure == NULL; i++) {
		if (part.type != LOAD || part.bytes == 0)
			continue;
		if (part.bytes < part.file_bytes || guest_memory(part.address, part.bytes) == NULL)
			failure =
				loader_refuse(image->path, "does not fit into the guest's memory");
		else
			failure = image_load(image, part.offset, part.address, part.file_bytes);
		if (part.address + part.bytes > *end)
			*end = part.address + part.bytes;
	}
	return failure;
}

// The 32-bit entry that a note names; 0: none.
static uint32_t note_entry(const struct image *image)
{
	struct part part;

	for (unsigned i = 0; part_read(image, i, &part); i++) {
		uint8_t note[512];
		uint64_t bytes = part.file_bytes < sizeof(note) ? part.file_bytes : sizeof(note);

		if (part.type != NOTE || !path_read(image->file, part.offset, note, bytes))
			continue;
		for (uint64_t at = 0; at + 20 <= bytes;) {
			uint64_t name = (get32(note + at) + 3ul) & ~3ul;
			uint64_t content = (get32(note + at + 4) + 3ul) & ~3ul;

			if (get32(note + at + 8) == NOTE_ENTRY && name == 4 &&
			    memcmp(note + at + 12, "Xen", 4) == 0)
				return get32(note + at + 16);
			at += 12 + name + content;
		}
	}
	return 0;
}

struct start_info {
	uint32_t magic, version, flags, modules;
	uint64_t module_list, command_line, acpi, ranges;
	uint32_t range_count, reserved;
};

static void ranges_fill(uint8_t *at)
{
	struct memory_range range[MEMORY_RANGES];

	memory_ranges(range);
	for (unsigned i = 0; i < MEMORY_RANGES; i++) {
		uint64_t entry[3] = {range[i].start, range[i].end - range[i].start, range[i].type};

		memcpy(at + i * sizeof(entry), entry, sizeof(entry));
	}
}

const char *pvh_load(const struct image *kernel, bool *mine)
{
	struct start_info *info = guest_memory(BOOT_FACTS, 4096);
	uint64_t entry, end, module[4] = {0};
	uint32_t start = is_elf(kernel) ? note_entry(kernel) : 0;
	const char *failure;

	*mine = start != 0;
	if (!*mine)
		return NULL;
	failure = elf_load(kernel, &entry, &end);
	if (failure == NULL)
		failure = initrd_load(end, &module[0], &module[1]);
	if (failure != NULL)
		return failure;
	memcpy((uint8_t *)info + MODULES_AT, module, sizeof(module));
	ranges_fill((uint8_t *)info + RANGES_AT);
	*info = (struct start_info){
		.magic = PVH_MAGIC,
		.version = 1,
		.modules = module[1] > 0,
		.module_list = BOOT_FACTS + MODULES_AT,
		.command_line = COMMAND_LINE,
		.acpi = ACPI_TABLES,
		.ranges = BOOT_FACTS + RANGES_AT,
		.range_count = MEMORY_RANGES,
	};
	processor_set_32(start, 0, BOOT_FACTS);
	return NULL;
}
