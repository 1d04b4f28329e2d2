// SPDX-License-Identifier: MIT
//
// Regions: what is mapped where in a space, as far as anyone promised it.
//
//   MAKING --region_announce--> LIVE --region_doom--> DOOMED --reap--> free
//
// Rules:
// - The regions of a space are in a list in the order of their addresses and do not overlap; the
//   page below a REGION_GUARD stays free. A doomed region is in the list no more.
// - A region refers to its object and to what backs it, holds all page tables it needs, and has
//   paid for slots, before it is announced.
// - Each page of a KIND_PRIVATE object belongs to one region.
#pragma once

#include <caplet/protocol.h>
#include "state.h"

// What is to be mapped.
struct region_plan {
	uint64_t first, size; // pages
	uint32_t object;
	uint64_t object_page;
	uint32_t backing;
	uint64_t backing_page, backing_bytes;
	uint8_t rights, most_rights, flags;
};

// Where a region of that size may be; 0: nowhere. `fixed`: exactly at `hint` or nowhere.
uint64_t region_place(uint32_t space, uint64_t hint, uint64_t size, unsigned flags, bool fixed);
uint32_t region_at(uint32_t space, uint64_t page);   // that holds the page; 0: none
uint32_t region_from(uint32_t space, uint64_t page); // first that ends above the page

status_t region_make(uint32_t space, const struct region_plan *plan, uint32_t *region);
void region_announce(uint32_t region);
void region_doom(uint32_t region);
void region_reap(uint32_t region);

// Make `region` end at `page`; the part above becomes a region of its own.
status_t region_cut(uint32_t region, uint64_t page, uint32_t *upper);
// Cut so that regions begin and end at the two borders, where any cross them.
status_t regions_cut_at(uint32_t space, uint64_t first, uint64_t end);
// Continue an anonymous region that ends at `first`; NOT_MAPPED if there is no such.
status_t region_extend(uint32_t space, uint64_t first, uint64_t size, unsigned rights);
// Unmap what is mapped of a part; the contents stay. With commits.
void region_hide(uint32_t region, uint64_t offset, uint64_t size);
// Forget the private contents of a part, which is hidden. With commits.
void region_empty(uint32_t region, uint64_t offset, uint64_t size);
