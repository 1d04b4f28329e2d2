// SPDX-License-Identifier: MIT
//
// Which capability lies where. Every capability of the pager has one fixed place that follows from
// an index, so nothing has to be searched or recorded to find what a dead predecessor made.
//
//   pool CNode 0                        various: see enum various_slot
//   the next frame_leaves CNodes        the 4 KiB untyped of each frame
//   the next frame_leaves CNodes        the frame (or page table) made of it
//   the rest                            copies of frame capabilities, for further mappings
#pragma once

#include <caplet/handover.h>
#include "state.h"

enum various_slot {
	VARIOUS_OBJECT = 1,	    // the object capability being sent
	VARIOUS_PASS = 2,	    // 2, 3: capabilities mapped in the pager to copy contents
	VARIOUS_VCPU_UNTYPED = 512, // + number: 32 KiB untyped
	VARIOUS_VCPU = 768,	    // + number: the vcpu made of it
	VARIOUS_ROOT = 1024,	    // + space: 8 KiB untyped
	VARIOUS_VSPACE = 2048,	    // + space: the address space made of it
};

static inline cptr_t slot_pool(unsigned leaf)
{
	return HANDOVER_CPTR(ROOT_SLOT_POOL + leaf, 0);
}
static inline cptr_t slot_various(unsigned index)
{
	return slot_pool(0) + index;
}
static inline cptr_t slot_root(uint32_t space)
{
	return slot_various(VARIOUS_ROOT + space);
}
static inline cptr_t slot_vspace(uint32_t space)
{
	return slot_various(VARIOUS_VSPACE + space);
}
static inline cptr_t slot_vcpu_untyped(uint32_t vcpu)
{
	return slot_various(VARIOUS_VCPU_UNTYPED + vcpu);
}
static inline cptr_t slot_vcpu(uint32_t vcpu)
{
	return slot_various(VARIOUS_VCPU + vcpu);
}
static inline cptr_t slot_untyped_handed(unsigned untyped)
{
	return HANDOVER_CPTR(ROOT_SLOT_CONTROL, PAGER_CONTROL_UNTYPED + untyped);
}
static inline cptr_t slot_frame_untyped(uint32_t frame)
{
	return slot_pool(1) + frame;
}
static inline cptr_t slot_frame(uint32_t frame)
{
	if (frame_is_archive(frame))
		return HANDOVER_CPTR(ROOT_SLOT_ARCHIVE, 0) + (frame - state->archive_first);
	return slot_pool(1 + state->frame_leaves) + frame;
}
// Mappings with the index of a frame use the frame's own capability.
static inline bool mapping_is_extra(uint32_t mapping)
{
	return mapping >= state->archive_limit;
}
static inline cptr_t slot_mapping(uint32_t mapping)
{
	if (!mapping_is_extra(mapping))
		return slot_frame(mapping);
	return slot_pool(1 + 2 * state->frame_leaves) + (mapping - state->archive_limit);
}

// Indices skip the first slot of each CNode, which holds the CNode itself.
static inline uint32_t slot_index_next(uint32_t index)
{
	return (index + 1) % LEAF_SLOTS ? index + 1 : index + 2;
}
// The index of the n-th thing, counted from 0.
static inline uint32_t slot_nth(uint64_t n)
{
	return (uint32_t)(n / (LEAF_SLOTS - 1) * LEAF_SLOTS + 1 + n % (LEAF_SLOTS - 1));
}
