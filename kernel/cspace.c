// SPDX-License-Identifier: MIT
//
// Walking a CSpace from the most significant bit of a cptr on. Pure; see cspace.h.
#include "cspace.h"
#include "cnode.h"

// One step: the slot that `cnode` resolves from the low *left bits of `index`, which has no others.
// *left becomes what is still to be resolved. False: the guard does not fit.
static inline bool resolve(struct cap cnode, uint64_t index, int *left, struct slot **slot)
{
	unsigned bits = cnode.bits;
	int below = *left - (int)cnode.cnode.guard_bits - (int)bits;

	if (unlikely(below < 0)) {
		return false;
	}
	// Without the guard, what is left is the number of a slot.
	uint64_t number = (index >> below) - ((uint64_t)cnode.cnode.guard << bits);
	if (unlikely(number >> bits != 0)) {
		return false;
	}
	*left = below;
	*slot = &((struct cnode *)cap_object(cnode))->slot[number];
	return true;
}

enum status cspace_find(const struct cap *root, cptr_t cptr, struct slot **slot,
			unsigned *bits_left)
{
	struct cap cnode = *root;
	int left = 64;

	while (likely(cnode.type == OBJECT_CNODE && resolve(cnode, cptr, &left, slot))) {
		if (likely((*slot)->cap.type != OBJECT_CNODE || left == 0)) {
			*bits_left = left;
			return STATUS_OK;
		}
		cnode = (*slot)->cap;
		cptr &= (1ul << left) - 1;
	}
	*bits_left = left;
	return STATUS_NO_CAP;
}

enum status cspace_find_exact(struct cap root, uint64_t index, uint64_t depth, struct slot **slot,
			      unsigned *bits_left)
{
	struct cap cnode = root;
	int left = depth;

	*bits_left = 0;
	if (depth < 1 || depth > 64) {
		return STATUS_BAD_ARGUMENT;
	}
	index &= ~0ul >> (64 - left);
	while (cnode.type == OBJECT_CNODE && resolve(cnode, index, &left, slot)) {
		if (left == 0) {
			return STATUS_OK;
		}
		cnode = (*slot)->cap;
		index &= (1ul << left) - 1;
	}
	*bits_left = left;
	return STATUS_NO_CAP;
}
