// SPDX-License-Identifier: MIT
//
// Page tables: walking, mapping, unmapping. See vspace.h; the methods are in vspace_invoke.c.
#include "vspace.h"

struct space {
	struct vspace *root; // NULL: the ASID is free
	const struct table_format *format;
};

// All under the kernel lock. Nothing has ASID 0.
static struct space spaces[ASID_COUNT];
static uint16_t table_maps[ASID_COUNT]; // how often a table was mapped, in all spaces of that ASID

struct vspace vspace_none __attribute__((aligned(1 << VSPACE_BITS)));

static unsigned shift_of(unsigned level)
{
	return PAGE_BITS + level * INDEX_BITS;
}

static bool is_present(const struct table_format *format, uint64_t entry)
{
	return entry & format->present;
}

static bool is_frame(const struct table_format *format, uint64_t entry, unsigned level)
{
	return level == 0 || entry & format->large;
}

// The bits that every format leaves to software in an entry that leads to a table (VT-d wants 11 and 62
// to be zero). They hold the number of the table's mapping.
#define TAG_SHIFT 52
#define TAG_BITS  10

static uint64_t tag_to_entry(uint64_t tag)
{
	return (tag & ((1u << TAG_BITS) - 1)) << TAG_SHIFT;
}

static unsigned tag_of(uint64_t entry)
{
	return entry >> TAG_SHIFT & ((1u << TAG_BITS) - 1);
}

// Go down towards the entry for `address` of level *level. Where a table is missing or a larger
// frame is in the way, *level says how far it went. *above: the entry of the table that the result
// lies in. Never NULL.
static inline uint64_t *walk(const struct space *space, vaddr_t address, unsigned *level,
			     uint64_t *above)
{
	const struct table_format *format = space->format;
	unsigned here = format->levels - 1;
	uint64_t index = address << (64 - shift_of(format->levels)); // the next one uppermost
	uint64_t *entry = &space->root->full.entry[index >> (64 - INDEX_BITS)];

	*above = 0;
	while (here != *level && *entry & format->present && !(*entry & format->large)) {
		*above = *entry;
		struct table *table = phys_to_virt(*above & format->address);
		index <<= INDEX_BITS;
		entry = &table->entry[index >> (64 - INDEX_BITS)];
		here--;
	}
	*level = here;
	return entry;
}

// The root's are in both views.
static inline void write_entry(const struct space *space, uint64_t *place, uint64_t entry)
{
	uint64_t index = place - space->root->full.entry;

	if (unlikely(index < TABLE_ENTRIES)) {
		arch_vspace_activate_root(space->root, index, entry);
	} else {
		arch_entry_write(place, entry);
	}
}

static vaddr_t mapped_address(const struct cap *cap)
{
	return (vaddr_t)(int64_t)cap->map.page << PAGE_BITS;
}

// Of 12, 21 or 30 bits.
static unsigned frame_level(const struct cap *frame)
{
	return (frame->bits >> 3) - 1;
}

// The entry that this table's mapping is in, NULL if there is none any more.
static uint64_t *find_table(const struct space *space, const struct cap *table)
{
	unsigned wanted = table->map.level + 1, level = wanted;
	uint64_t above;

	if (!space->root) {
		return NULL;
	}
	uint64_t *entry = walk(space, mapped_address(table), &level, &above);
	return level == wanted && is_present(space->format, *entry) &&
			       !is_frame(space->format, *entry, wanted) &&
			       (*entry & space->format->address) == virt_to_phys(cap_object(*table))
		       ? entry
		       : NULL;
}

// The same for a frame.
static inline uint64_t *find_frame(const struct space *space, const struct cap *frame)
{
	unsigned wanted = frame_level(frame), level = wanted;
	uint64_t above;

	if (!space->root) {
		return NULL;
	}
	uint64_t *entry = walk(space, mapped_address(frame), &level, &above);
	return level == wanted && is_present(space->format, *entry) &&
			       is_frame(space->format, *entry, wanted) &&
			       (*entry & space->format->address) == cap_paddr(*frame) &&
			       frame->map.tag == tag_of(above)
		       ? entry
		       : NULL;
}

bool vspace_assign_asid(struct cap vspace, unsigned asid)
{
	struct vspace *root = cap_object(vspace);

	if (spaces[asid].root || vspace_asid(root) != 0) {
		return false;
	}
	spaces[asid].root = root;
	spaces[asid].format = arch_table_format(vspace.vspace.format);
	arch_vspace_set_asid(root, asid);
	return true;
}

void vspace_destroy(struct vspace *vspace)
{
	unsigned asid = vspace_asid(vspace);

	if (asid != 0) {
		spaces[asid] = (struct space){0};
		arch_tlb_flush_space(vspace);
	}
	arch_vspace_forget(vspace);
}

// The space to map in, if the mapping can be made there at all.
must_check static inline enum status check_place(const struct mapping *mapping, uint64_t bytes,
						 const struct space **space)
{
	unsigned asid = vspace_asid(cap_object(*mapping->vspace));
	vaddr_t address = mapping->address;

	*space = &spaces[asid];
	if (unlikely(asid == 0)) {
		return STATUS_BAD_ARGUMENT;
	}
	if (unlikely((address & (bytes - 1)) != 0)) {
		return STATUS_MISALIGNED;
	}
	if (likely(mapping->vspace->vspace.format == VSPACE_NATIVE)) {
		return arch_user_range(address, bytes) ? STATUS_OK : STATUS_BAD_ARGUMENT;
	}
	uint64_t limit = 1ul << shift_of((*space)->format->levels);
	return address < limit && bytes <= limit - address ? STATUS_OK : STATUS_BAD_ARGUMENT;
}

enum status vspace_map_table(struct cap *table, const struct mapping *mapping, unsigned *level)
{
	const struct space *space;
	enum status status = check_place(mapping, PAGE_SIZE, &space);

	*level = 0;
	if (status != STATUS_OK) {
		return status;
	}
	if (find_table(&spaces[table->map.asid], table)) {
		return STATUS_MAPPED;
	}
	unsigned reached = 0;
	uint64_t above, *entry = walk(space, mapping->address, &reached, &above);
	if (reached == 0 || is_present(space->format, *entry)) {
		return STATUS_MAPPED;
	}
	if (table->map.asid != 0) {
		arch_zero(cap_object(*table), PAGE_SIZE); // what a lost mapping left behind
	}
	unsigned asid = vspace_asid(space->root);
	table->map = (struct mapped){
		.asid = asid,
		.level = reached - 1,
		.page = (int64_t)mapping->address >> PAGE_BITS,
	};
	write_entry(space, entry,
		    space->format->table_entry(virt_to_phys(cap_object(*table))) |
			    tag_to_entry(table_maps[asid]++));
	*level = reached;
	return STATUS_OK;
}

// Is it mapped already? If so, it may only be mapped again where it is.
static __attribute__((noinline)) bool is_mapped(const struct cap *frame)
{
	return find_frame(&spaces[frame->map.asid], frame) != NULL;
}

enum status vspace_map_frame(struct cap *frame, const struct mapping *mapping, unsigned *level)
{
	const struct space *space;
	enum status status = check_place(mapping, 1ul << frame->bits, &space);

	*level = 0;
	if (unlikely(status != STATUS_OK)) {
		return status;
	}
	const struct table_format *format = space->format;
	unsigned asid = vspace_asid(cap_object(*mapping->vspace));
	bool again = unlikely(frame->map.asid != 0) && is_mapped(frame);
	if (again && (frame->map.asid != asid || mapped_address(frame) != mapping->address)) {
		return STATUS_MAPPED;
	}
	unsigned wanted = frame_level(frame), reached = wanted;
	uint64_t above, *entry = walk(space, mapping->address, &reached, &above);
	if (unlikely(reached != wanted && !is_present(format, *entry))) {
		*level = reached;
		return STATUS_NO_TABLE;
	}
	if (unlikely(reached != wanted || (is_present(format, *entry) && !again))) {
		return STATUS_MAPPED;
	}
	frame->map = (struct mapped){
		.asid = asid,
		.tag = tag_of(above),
		.page = (int64_t)mapping->address >> PAGE_BITS,
	};
	write_entry(space, entry,
		    format->frame_entry(cap_paddr(*frame), wanted, mapping->rights,
					mapping->attributes));
	if (unlikely(again)) {
		arch_tlb_flush_page(space->root, mapping->address);
	}
	return STATUS_OK;
}

void vspace_unmap_table(struct cap *table)
{
	const struct space *space = &spaces[table->map.asid];
	uint64_t *entry = find_table(space, table);

	if (entry) {
		write_entry(space, entry, 0);
		arch_tlb_flush_space(space->root);
	}
	if (table->map.asid != 0) {
		arch_zero(cap_object(*table), PAGE_SIZE);
		table->word = 0;
	}
}

enum status vspace_unmap_frame(struct cap *frame)
{
	const struct space *space = &spaces[frame->map.asid];
	uint64_t *entry = find_frame(space, frame);

	if (entry) {
		write_entry(space, entry, 0);
		arch_tlb_flush_page(space->root, mapped_address(frame));
	}
	frame->word = 0;
	return STATUS_OK;
}
