// SPDX-License-Identifier: MIT
//
// Spaces: one for each process, by the number of the process.
//
//   free --space_make--> LIVE --space_clear--> LIVE, empty but for what is kept
//                         `--space_end--> DOOMED --> free
//
// Rules:
// - charged <= quota, and the sum of all quotas and of what nobody owns <= capacity: a promise
//   is always kept.
// - The spaces of the pool are promised no memory of their own: what they are charged with is charged to
//   SPACE_POOL as well, whose quota is promised, and stands also for what they leave to others. It may
//   have three quarters of the objects, regions and slots: programs leave servers what these need to
//   start again and to take clients in.
// - Address space identifier and slots follow from the index.
#pragma once

#include <caplet/protocol.h>
#include "guests.h"
#include "state.h"

uint32_t space_find(uint64_t process); // 0: none; LIVE ones only

// Where the kernel has a page of the space.
static inline vaddr_t space_address(uint32_t space, uint64_t page)
{
	return (page << PAGE_BITS) - (state->space[space].flags & SPACE_GUEST ? GUEST_BASE : 0);
}

void space_charge(uint32_t space, int64_t pages);
void space_count(uint32_t space, int32_t objects, int32_t regions, int64_t slots);
status_t pool_open(uint64_t quota); // pages; asked again, nothing changes

bool space_can_pay(uint32_t space, uint64_t count);  // pages
bool space_can_hold(uint32_t space, uint32_t count); // objects and regions
bool space_can_show(uint32_t space, uint64_t count); // slots

status_t space_make(uint64_t process, uint64_t quota, uint32_t quota_objects, uint32_t quota_slots,
		    unsigned flags, uint32_t *space);
// Both go on where a predecessor was stopped, and are done when they return.
void space_clear(uint32_t space, unsigned flags);
void space_end(uint32_t space);
void space_clear_finish(uint32_t space);
void space_end_finish(uint32_t space);
