// SPDX-License-Identifier: MIT
//
// Address spaces: a root, and tables that are mapped into it level by level.
//
//   fresh root --ASID_ASSIGN--> usable --TABLE_MAP, FRAME_MAP--> ... --deleted: all mappings end
//
// Rules:
// - Nothing is mapped before the space has an ASID; an ASID belongs to one space.
// - A frame or table capability knows where it is mapped (ASID and address) and nothing
//   refers to it from below: a mapping is found again by walking the tables. A walk that
//   does not end at this very frame means that the mapping is gone already.
// - Table entries are the kernel's alone; user level names tables by capabilities.
// - The page-table format is data (struct table_format): this file serves native tables, NPT, EPT
//   and IOMMU tables alike.
#pragma once

#include "cap.h"

#define ASID_COUNT    4096
#define TABLE_ENTRIES 512

struct invocation;

struct table {
	uint64_t entry[TABLE_ENTRIES];
};

// The root: a pair of tables. Where ASID and format are kept is the machine's affair.
struct vspace {
	struct table full; // the kernel included
	struct table user; // what user level runs on, on machines that need the difference
};

_Static_assert(sizeof(struct vspace) == 1 << VSPACE_BITS, "vspace size is ABI");

struct vspace *vspace_by_asid(unsigned asid); // NULL: none
void vspace_init(struct vspace *vspace);
void vspace_destroy(struct vspace *vspace);
// Take a table or frame capability's mapping away. Bounded steps: a table of the second level has
// 512 entries, all of which end with it.
void vspace_unmap_table(struct cap *cap);
void vspace_unmap_frame(struct cap *cap);

// For the root task and the invocations.
enum status vspace_map_table(struct cap *table, struct vspace *vspace, unsigned format,
			     vaddr_t address, unsigned *level) must_check;
enum status vspace_map_frame(struct cap *frame, struct vspace *vspace, unsigned format,
			     vaddr_t address, unsigned rights, unsigned attributes,
			     unsigned *level) must_check;

enum status vspace_invoke(struct invocation *invocation) must_check;
enum status table_invoke(struct invocation *invocation) must_check;
enum status frame_invoke(struct invocation *invocation) must_check;
enum status asid_control_invoke(struct invocation *invocation) must_check;
