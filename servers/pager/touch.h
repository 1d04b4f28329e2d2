// SPDX-License-Identifier: MIT
//
// Bringing a page of a region into being: what a page fault does, and what reading and writing a
// process's memory from outside does.
#pragma once

#include <caplet/protocol.h>
#include "state.h"

// The page that the region shows at `offset`, made if there is none: zero, or a copy. write: the
// page is to be the region's own to write. *writable: it may be mapped so. With commits; what was
// done last is left to the caller's commit.
status_t region_page(uint32_t region, uint64_t offset, bool write, uint32_t *page, bool *writable);
// A zero page where nothing is, in a private region that may be written, mapped.
status_t region_fill(uint32_t region, uint64_t offset);
// As region_page, and map it with the region's rights.
status_t region_touch(uint32_t region, uint64_t offset, bool write);
