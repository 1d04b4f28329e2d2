// SPDX-License-Identifier: MIT
//
// Physical memory as untyped pieces. Pure.
#include "boot_untyped.h"
#include "untyped.h"

// What must not be lost comes first, then the large pieces.
static unsigned rank(const struct boot_untyped *piece)
{
	bool first = piece->kind == BOOT_ARCHIVE || piece->kind == BOOT_ACPI;

	return first << 8 | piece->size_bits;
}

// Put it in its place; the last one falls out if there is no room.
static void insert(struct boot_info *info, struct boot_untyped piece)
{
	unsigned place = info->untyped_count, mine = rank(&piece);

	if (place == BOOT_MAX_UNTYPED) {
		place--;
		if (mine <= rank(&info->untyped[place])) {
			return;
		}
	} else {
		info->untyped_count++;
	}
	while (place > 0 && mine > rank(&info->untyped[place - 1])) {
		info->untyped[place] = info->untyped[place - 1];
		place--;
	}
	info->untyped[place] = piece;
}

void boot_untyped_add(struct boot_info *info, paddr_t start, paddr_t end,
		      enum boot_untyped_kind kind)
{
	while (start < end) {
		unsigned bits = 63 - __builtin_clzl(end - start);
		if (start != 0 && (unsigned)__builtin_ctzl(start) < bits) {
			bits = __builtin_ctzl(start);
		}
		if (bits > UNTYPED_MAX_BITS) {
			bits = UNTYPED_MAX_BITS;
		}
		insert(info,
		       (struct boot_untyped){.paddr = start, .size_bits = bits, .kind = kind});
		start += 1ul << bits;
	}
}

static void add_ram(struct boot_info *info, const struct boot_region *region, paddr_t taken_start,
		    paddr_t taken_end)
{
	if (taken_start >= region->start && taken_end <= region->end) {
		boot_untyped_add(info, region->start, taken_start, BOOT_MEMORY);
		boot_untyped_add(info, taken_end, region->end, BOOT_MEMORY);
	} else {
		boot_untyped_add(info, region->start, region->end, BOOT_MEMORY);
	}
}

void boot_untyped_add_all(struct boot_info *info, const struct boot_machine *machine,
			  paddr_t taken_start, paddr_t taken_end)
{
	paddr_t seen = 0;

	for (unsigned i = 0; i < machine->region_count; i++) {
		const struct boot_region *region = &machine->region[i];
		boot_untyped_add(info, seen, region->start, BOOT_DEVICE);
		seen = region->end;
		switch (region->kind) {
		case BOOT_REGION_RAM: add_ram(info, region, taken_start, taken_end); break;
		case BOOT_REGION_ARCHIVE:
			boot_untyped_add(info, region->start, region->end, BOOT_ARCHIVE);
			break;
		case BOOT_REGION_ACPI:
			boot_untyped_add(info, region->start, region->end, BOOT_ACPI);
			break;
		case BOOT_REGION_KERNEL: break;
		}
	}
	boot_untyped_add(info, seen, machine->physical_end, BOOT_DEVICE);
}
