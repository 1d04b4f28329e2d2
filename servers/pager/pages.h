// SPDX-License-Identifier: MIT
//
// Pages of objects, and the mappings that show them.
//
//   none --page_add--> has a frame --page_show--> mapped in one or more regions
//                        ^  `--page_remove--> none     |
//                        `---------page_hide-----------'
//
// Rules:
// - Object and index name at most one page; the hash table finds it.
// - A page is removed only when no mapping shows it.
// - What is hidden must be committed before the same capability can be shown elsewhere.
#pragma once

#include <caplet/protocol.h>
#include "state.h"

uint32_t page_find(uint32_t object, uint64_t index);
// With a frame that the page takes over; 0 if there is no record left.
uint32_t page_add(uint32_t object, uint64_t index, uint32_t frame);
void page_remove(uint32_t page); // drops its frame

uint32_t mapping_find(uint32_t page, uint32_t region, uint64_t offset);
// Map the page at its place in the region. rights: PAGER_READ...; if it is mapped there already, its
// rights change.
status_t page_show(uint32_t page, uint32_t region, uint64_t offset, unsigned rights);
void mapping_hide(uint32_t page, uint32_t mapping);
// All mappings of a page, with commits.
void page_hide(uint32_t page);
