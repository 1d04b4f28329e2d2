// SPDX-License-Identifier: MIT
//
// Address spaces: a root, and tables that are mapped into it level by level.
//
//   fresh root --ASID_ASSIGN--> usable --TABLE_MAP, FRAME_MAP--> ... --deleted: all mappings end
//
// Rules:
// - Nothing is mapped before the space has an ASID; an ASID belongs to one space.
// - A frame or table capability knows where it is mapped (ASID and address), and nothing refers to it
//   from the tables: a mapping is found again by walking. A walk that does not end at this very
//   frame or table means that the mapping is gone already (a table above it, or the space, was
//   destroyed) and that the capability is free to be mapped again.
// - So that a capability never takes another's mapping of the same frame at the same place for its own,
//   each mapping of a table has a number (its tag, kept in the entry that leads to the table), and a
//   frame's capability remembers the one it was mapped through. A mapping that was lost was lost with its
//   table. The numbers of an ASID come round after 1,024 tables mapped, in all spaces that had it.
// - There is at most one capability to a table. Its entries are zeroed when it is taken out.
// - The page-table format is data (struct table_format): this file serves native tables, NPT, EPT
//   and IOMMU tables alike.
// - Levels: a table of level 0 holds 4 KiB frames. User level counts from 1.
#pragma once

#include "cap.h"

#define ASID_COUNT    4096
#define TABLE_ENTRIES 512
#define INDEX_BITS    9 // of an address, at each level and in all formats

struct invocation;

struct table {
	uint64_t entry[TABLE_ENTRIES];
};

// The root: a pair of tables.
struct vspace {
	struct table full; // the kernel included
	struct table user; // what user level runs on, on machines that need the difference
};

_Static_assert(sizeof(struct vspace) == 1 << VSPACE_BITS, "vspace size is ABI");

// 0: it has none yet. It is kept in an entry of the user view that is never present; the bits below are the
// machine's.
static inline unsigned vspace_asid(const struct vspace *v)
{
	return v->user.entry[KERNEL_PML4_LAST] >> PAGE_BITS;
}

// What a thread without an address space runs in: every user access faults.
extern struct vspace vspace_none;

// A place that a table or frame is to be mapped at.
struct mapping {
	const struct cap *vspace;
	vaddr_t address;
	unsigned rights;     // frames
	unsigned attributes; // frames: bits of enum map_attribute
};

bool vspace_assign_asid(struct cap vspace, unsigned asid); // false: either has one already
void vspace_destroy(struct vspace *vspace);

// *level: of the table that was mapped, or with STATUS_NO_TABLE that is missing.
enum status vspace_map_table(struct cap *table, const struct mapping *mapping,
			     unsigned *level) must_check;
enum status vspace_map_frame(struct cap *frame, const struct mapping *mapping,
			     unsigned *level) must_check;
// Take the mapping away, if there is one. One step: at most one table is zeroed.
void vspace_unmap_table(struct cap *table);
enum status vspace_unmap_frame(struct cap *frame); // OK

enum status vspace_invoke(struct invocation *invocation) must_check;
enum status table_invoke(struct invocation *invocation) must_check;
enum status frame_invoke(struct invocation *invocation) must_check;
enum status asid_control_invoke(struct invocation *invocation) must_check;
