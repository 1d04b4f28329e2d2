// SPDX-License-Identifier: MIT
//
// Physical memory as untyped pieces. Pure.
#include "boot_untyped.h"
#include "untyped.h"

// What must not be lost comes first, then the large pieces.
static inline unsigned rank(const struct boot_untyped *piece)
{
	return (piece->kind >= BOOT_ARCHIVE) << 8 | piece->size_bits;
}

// Put it in its place; the last one falls out if there is no room.
static void insert(struct boot_info *info, struct boot_untyped piece)
{
	unsigned mine = rank(&piece);
	struct boot_untyped *place = &info->untyped[info->untyped_count];

	if (info->untyped_count == BOOT_MAX_UNTYPED) {
		place--;
		if (mine <= rank(place)) {
			return;
		}
	} else {
		info->untyped_count++;
	}
	for (; place > info->untyped && mine > rank(place - 1); place--) {
		*place = place[-1];
	}
	*place = piece;
}

// From the end downwards: device space ends with its largest pieces, which go first.
static void add(struct boot_info *info, paddr_t start, paddr_t end, enum boot_untyped_kind kind)
{
	while (start < end) {
		unsigned bits = 63 - __builtin_clzl(end - start);
		if ((unsigned)__builtin_ctzl(end) < bits) {
			bits = __builtin_ctzl(end);
		}
		if (bits > UNTYPED_MAX_BITS) {
			bits = UNTYPED_MAX_BITS;
		}
		end -= 1ul << bits;
		insert(info, (struct boot_untyped){.paddr = end, .size_bits = bits, .kind = kind});
	}
}

static void add_ram(struct boot_info *info, const struct boot_region *region, paddr_t taken_start,
		    paddr_t taken_end)
{
	if (taken_start >= region->start && taken_end <= region->end) {
		add(info, region->start, taken_start, BOOT_MEMORY);
		add(info, taken_end, region->end, BOOT_MEMORY);
	} else {
		add(info, region->start, region->end, BOOT_MEMORY);
	}
}

void boot_untyped_add_all(struct boot_info *info, const struct boot_machine *machine,
			  paddr_t taken_start, paddr_t taken_end)
{
	paddr_t seen = machine->physical_end;

	for (unsigned i = machine->region_count; i-- > 0;) {
		const struct boot_region *region = &machine->region[i];
		add(info, region->end, seen, BOOT_DEVICE);
		seen = region->start;
		switch (region->kind) {
		case BOOT_REGION_RAM: add_ram(info, region, taken_start, taken_end); break;
		case BOOT_REGION_ARCHIVE:
			add(info, region->start, region->end, BOOT_ARCHIVE);
			break;
		case BOOT_REGION_ACPI: add(info, region->start, region->end, BOOT_ACPI); break;
		case BOOT_REGION_KERNEL: break;
		}
	}
	add(info, 0, seen, BOOT_DEVICE);
}
