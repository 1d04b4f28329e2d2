// SPDX-License-Identifier: MIT
//
// Root's memory. All that root makes comes out of the largest piece of memory, front to back; the
// kernel does the same behind it, so that root knows at any time where the next object will lie
// without asking. What is left over of that piece, gaps included, and all other pieces are the
// pager's in the end (memory_give_rest); root keeps RESERVE_BITS for page tables that it may need
// later, for archive pages.

#include "root.h"

enum {
	RESERVE_BITS = 20,
	GAPS_MAX = 64,
	STORE_BITS = 12, // slots of a CNode that keeps the capabilities of mapped frames
};

static const struct boot_info *boot;
static unsigned large;	   // index of the largest piece
static uint64_t watermark; // bytes of it that are spent
static cptr_t source;	   // untyped that objects are made from
static uint64_t next_slot;
static cptr_t store; // CNode for capabilities that only have to exist
static uint64_t store_used;

// Untypeds cut off before a larger object that had to be aligned.
static struct {
	cptr_t cap;
	uint64_t offset;
	unsigned bits;
} gap[GAPS_MAX];
static unsigned gap_count;

cptr_t memory_slot(void)
{
	if (next_slot == 1ul << BOOT_CNODE_BITS)
		root_stop("there are no slots left", "in root's CNode");
	return next_slot++;
}

static uint64_t large_bytes(void)
{
	return 1ul << boot->untyped[large].size_bits;
}

// The machine's memory is known to the kernel in pieces; what it kept for itself is not counted here.
static _Noreturn void too_little(void)
{
	emergency_print("root: ");
	emergency_decimal(memory_total() >> 20);
	emergency_print(" MiB of memory are left behind kernel and boot archive\n");
	root_stop("there is too little memory", "for the system; docs/hardware.md tells the least");
}

static bool carving_done;

// Spends 2^bits bytes, aligned; what lies between becomes gaps.
static void spend(unsigned bits)
{
	uint64_t size = 1ul << bits;

	if (carving_done)
		return; // objects come from the reserve now
	if (((watermark + size - 1) & -size) + size > large_bytes())
		too_little();
	while (watermark % size != 0) {
		unsigned low = (unsigned)__builtin_ctzl(watermark);

		if (low >= PAGE_BITS && gap_count < GAPS_MAX) {
			cptr_t cap = memory_slot();

			kernel_retype(source, OBJECT_UNTYPED, low, BOOT_SLOT_CNODE, cap, 1);
			gap[gap_count].cap = cap;
			gap[gap_count].offset = watermark;
			gap[gap_count++].bits = low;
		}
		watermark += 1ul << low;
	}
	watermark += size;
}

static unsigned object_bits(unsigned type, unsigned bits)
{
	switch (type) {
	case OBJECT_CNODE: return bits + SLOT_BITS;
	case OBJECT_THREAD: return THREAD_BITS;
	case OBJECT_ENDPOINT: return ENDPOINT_BITS;
	case OBJECT_NOTIFICATION: return NOTIFICATION_BITS;
	case OBJECT_REPLY: return REPLY_BITS;
	case OBJECT_VSPACE: return VSPACE_BITS;
	case OBJECT_TABLE: return TABLE_BITS;
	default: return bits; // untyped, schedctx, frame
	}
}

static void object_into(cptr_t cap, unsigned type, unsigned bits)
{
	spend(object_bits(type, bits));
	kernel_retype(source, type, bits, BOOT_SLOT_CNODE, cap, 1);
}

cptr_t memory_object(unsigned type, unsigned bits)
{
	cptr_t cap = memory_slot();

	object_into(cap, type, bits);
	return cap;
}

cptr_t memory_carve(unsigned bits)
{
	return memory_object(OBJECT_UNTYPED, bits);
}

cptr_t memory_cnode(unsigned bits)
{
	cptr_t cap = memory_object(OBJECT_CNODE, bits);

	kernel_copy(slot_in(cap, 0, bits), slot_own(cap), RIGHT_ALL);
	return cap;
}

// Keeps a capability out of the way: it must exist, but root will never name it again.
void memory_stash(cptr_t cap)
{
	if (store == 0 || store_used == 1ul << STORE_BITS) {
		store = memory_object(OBJECT_CNODE, STORE_BITS);
		store_used = 0;
	}
	kernel_move(slot_in(store, store_used++, STORE_BITS), slot_own(cap));
}

// A frame for a moment: in the one slot that memory_stash must empty before the next is made.
cptr_t memory_frame(unsigned bits)
{
	static cptr_t scratch;

	if (scratch == 0)
		scratch = memory_slot();
	object_into(scratch, OBJECT_FRAME, bits);
	return scratch;
}

void memory_page(struct slot frame, cptr_t vspace, vaddr_t address, unsigned rights,
		 unsigned attributes)
{
	static cptr_t copy, table;
	status_t status;
	unsigned level;

	if (copy == 0) {
		copy = memory_slot();
		table = memory_slot();
	}
	kernel_copy(slot_own(copy), frame, rights);
	while ((status = frame_map(copy, vspace, address, rights, attributes)) == STATUS_NO_TABLE) {
		object_into(table, OBJECT_TABLE, 0);
		kernel_must(table_map(table, vspace, address, &level), "map a page table");
		memory_stash(table);
	}
	kernel_must(status, "map a page");
	memory_stash(copy);
}

void memory_init(const struct boot_info *info)
{
	boot = info;
	next_slot = info->first_free_slot;
	for (unsigned i = 0; i < info->untyped_count; i++)
		if (info->untyped[i].kind == BOOT_MEMORY &&
		    (info->untyped[large].kind != BOOT_MEMORY ||
		     info->untyped[i].size_bits > info->untyped[large].size_bits))
			large = i;
	source = BOOT_SLOT_FIRST_UNTYPED + large;
}

// Needs the serial line, which needs a slot: so not a part of memory_init.
void memory_check(void)
{
	if (boot->untyped_count == 0 || boot->untyped[large].kind != BOOT_MEMORY)
		too_little();
}

uint64_t memory_used(void)
{
	return watermark;
}

uint64_t memory_total(void)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < boot->untyped_count; i++)
		if (boot->untyped[i].kind == BOOT_MEMORY)
			bytes += 1ul << boot->untyped[i].size_bits;
	return bytes;
}

static void give(struct handover *handover, cptr_t control, cptr_t cap, paddr_t paddr,
		 unsigned bits, unsigned kind)
{
	unsigned i = handover->untyped_count++;

	handover->untyped[i] = (struct handover_untyped){
		.paddr = paddr, .size_bits = (uint8_t)bits, .kind = (uint8_t)kind};
	kernel_move(slot_in(control, PAGER_CONTROL_UNTYPED + i, DYNAMIC_CNODE_BITS), slot_own(cap));
}

// From here on objects come from a small reserve.
void memory_give_rest(struct handover *handover, cptr_t control)
{
	cptr_t reserve = memory_carve(RESERVE_BITS);
	cptr_t rest = memory_slot();

	while (watermark < large_bytes()) {
		unsigned bits = (unsigned)__builtin_ctzl(watermark);
		paddr_t paddr = boot->untyped[large].paddr + watermark;

		object_into(rest, OBJECT_UNTYPED, bits);
		give(handover, control, rest, paddr, bits, BOOT_MEMORY);
	}
	carving_done = true;
	source = reserve;
	for (unsigned i = 0; i < gap_count; i++)
		give(handover, control, gap[i].cap, boot->untyped[large].paddr + gap[i].offset,
		     gap[i].bits, BOOT_MEMORY);
	for (unsigned i = 0; i < boot->untyped_count; i++)
		if (i != large && boot->untyped[i].kind != BOOT_ARCHIVE)
			give(handover, control, BOOT_SLOT_FIRST_UNTYPED + i, boot->untyped[i].paddr,
			     boot->untyped[i].size_bits, boot->untyped[i].kind);
}
