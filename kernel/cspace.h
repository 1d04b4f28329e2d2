// SPDX-License-Identifier: MIT
//
// Finding slots: a CSpace is a tree of cnodes, a cptr a path through it.
//
// Each cnode capability resolves its guard (which must match) and then as many bits as it has slots,
// from the most significant bit on. A cptr is resolved when its bits are used up, or when a slot
// holds something other than a cnode. Every cnode resolves at least one bit, so 64 steps are
// the most.
//
// Pure: reads slots, changes nothing.
#pragma once

#include "cap.h"

// Find the slot of `cptr` in the CSpace whose root is `root`. On STATUS_NO_CAP *bits_left says how
// many bits could not be resolved.
enum status cspace_find(const struct cap *root, cptr_t cptr, struct slot **slot,
			unsigned *bits_left) must_check;
// Find exactly the slot reached by the low `depth` bits of `index` from `root`, which must be a
// cnode capability; depth 1..64.
enum status cspace_find_exact(struct cap root, uint64_t index, uint64_t depth, struct slot **slot,
			      unsigned *bits_left) must_check;
