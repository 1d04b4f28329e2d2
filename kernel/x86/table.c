// SPDX-License-Identifier: MIT
//
// Native page tables: the bits of an entry as the portable kernel wants them (struct table_format).
//
// AMD's nested tables have the same entries; each access of a guest counts as one by user level.
// Entries are written with accessed and dirty set: nothing asks for these bits, and the CPU need
// not set them. Rights of tables are full; the entry of the frame decides.
#include "arch.h"
#include "caplet/abi/invoke.h"
#include "feature.h"
#include "status.h"
#include "table.h"
#include "vtd.h"

static uint64_t native_table_entry(paddr_t table)
{
	return table | ENTRY_PRESENT | ENTRY_WRITE | ENTRY_USER | ENTRY_ACCESSED;
}

static uint64_t native_frame_entry(paddr_t frame, unsigned level, unsigned rights,
				   unsigned attributes)
{
	uint64_t entry = frame | ENTRY_PRESENT | ENTRY_USER | ENTRY_ACCESSED | ENTRY_DIRTY;

	if (level > 0)
		entry |= ENTRY_LARGE;
	if (rights & RIGHT_WRITE)
		entry |= ENTRY_WRITE;
	if (!(attributes & MAP_EXECUTE))
		entry |= ENTRY_NO_EXECUTE;
	if (attributes & MAP_UNCACHED)
		entry |= ENTRY_UNCACHED;
	else if (attributes & MAP_WRITE_COMBINE)
		entry |= ENTRY_PWT;
	return entry;
}

static const struct table_format native = {
	.levels = 4,
	.present = ENTRY_PRESENT,
	.large = ENTRY_LARGE,
	.address = ENTRY_ADDRESS,
	.table_entry = native_table_entry,
	.frame_entry = native_frame_entry,
};

const struct table_format *arch_table_format(enum vspace_format format)
{
	if (format == VSPACE_IOMMU)
		return vtd_count > 0 ? &vtd_format : NULL;
	return format == VSPACE_NATIVE || (format == VSPACE_NPT && features.svm) ? &native : NULL;
}

bool arch_frame_size_supported(unsigned size_bits)
{
	return size_bits == FRAME_4K_BITS || size_bits == FRAME_2M_BITS ||
	       (size_bits == FRAME_1G_BITS && features.gib_pages);
}

void arch_entry_write(uint64_t *place, uint64_t entry)
{
	__atomic_store_n(place, entry, __ATOMIC_RELEASE);
	if (unlikely(vtd_incoherent))
		vtd_written(place, sizeof(*place));
}
