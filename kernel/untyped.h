// SPDX-License-Identifier: MIT
//
// Untyped memory: 2^n bytes of which nothing has been made yet.
//
//   fresh --retype--> used up to the watermark --(last child deleted; next retype)--> fresh
//
// Rules:
// - Objects are made from the watermark upwards, each aligned to its size. What lies below it
//   belongs to children, or to nobody until the untyped has no children left.
// - Objects start as zeroes. `clean` counts the 64 KiB chunks, beginning with the one that holds
//   the watermark, whose part above the watermark is known to be zero. A retype first cleans what it
//   needs, one chunk per step, with a preemption point after each; the mark makes the work survive
//   whatever happens in between. Untyped children are not cleaned: they inherit what is known.
// - The memory that boot hands out, and that of an untyped whose children are gone, is not clean.
// - An untyped capability is copied only while it has no children; the source then counts as
//   full, so that no byte is handed out twice.
// - Device memory is never touched: it makes only untyped memory and frames.
#pragma once

#include "cap.h"

#define UNTYPED_MIN_BITS 4
#define UNTYPED_MAX_BITS 47
#ifndef UNTYPED_CHUNK_BITS // the explorer makes it smaller, to see more of it in little memory
#define UNTYPED_CHUNK_BITS 16
#endif
#define UNTYPED_MAX_CLEAN   ((1ul << 20) - 1)
#define UNTYPED_MAX_OBJECTS 256

struct invocation;

// What a retype is going to do; computed by untyped_plan, which changes nothing.
struct retype {
	enum object_type type;
	unsigned size_bits; // of each object in memory
	uint64_t start;	    // offset of the first object in the untyped, bytes
	uint64_t end;	    // offset behind the last one
	bool reset;	    // the untyped has no children: begin at offset 0 again
};

// Pure arithmetic.
static inline uint64_t untyped_watermark(const struct cap *untyped) // bytes
{
	return (uint64_t)untyped->untyped.watermark << UNTYPED_MIN_BITS;
}

uint64_t
untyped_clean_end(const struct cap *untyped); // offset up to which memory above the mark is zero
enum status untyped_plan(const struct cap *untyped, bool has_children, enum object_type type,
			 unsigned size_bits, unsigned count, struct retype *plan) must_check;
void untyped_advance(struct cap *untyped, uint64_t offset); // move the watermark up
void untyped_reset(struct cap *untyped);

enum status untyped_invoke(struct invocation *invocation) must_check;
