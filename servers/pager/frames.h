// SPDX-License-Identifier: MIT
//
// Frames: the memory under the pager, 4 KiB at a time.
//
//   untyped of root --carved, a batch at a time--> free 4 KiB untyped --frame_take--> frame or table
//                                                    ^------last frame_drop, commit------'
//
// Rules:
// - A frame is free, or held by `references` pages.
// - The kernel zeroes the 4 KiB when they are retyped again, so a taken frame is zero.
// - Frames of the archive are neither taken nor given back, but counted alike.
#pragma once

#include <caplet/abi/object.h>
#include "state.h"

// A zeroed frame (OBJECT_FRAME) or an unmapped page table (OBJECT_TABLE) with one reference; 0 if
// there is no memory.
uint32_t frame_take(enum object_type type);
void frame_share(uint32_t frame);
void frame_drop(uint32_t frame);

// An 8 KiB untyped for the root of a space, unless it has one already.
bool frames_carve_whole(cptr_t slot, unsigned bits); // an untyped of that size, for good
// After a stop in the middle of carving: have the batch, if the kernel has made it.
void frames_settle_carving(void);
uint64_t frames_free(void); // never carved ones included
