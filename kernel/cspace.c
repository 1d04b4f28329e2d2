// SPDX-License-Identifier: MIT
//
// Walking a CSpace from the most significant bit of a cptr on. Pure; see cspace.h.
#include "cspace.h"
#include "cnode.h"

// One step: the slot that `cnode` resolves from the low *left bits of `index`, which has no others.
// *left becomes what is still to be resolved.
static inline struct slot *resolve(const struct cap *cnode, uint64_t index, int *left)
{
	unsigned bits = cnode->bits;
	int below = *left - (int)cnode->cnode.guard_bits - (int)bits;

	if (unlikely(below < 0)) {
		return NULL;
	}
	index >>= below;
	if (unlikely(index >> bits != cnode->cnode.guard)) {
		return NULL;
	}
	*left = below;
	return &((struct cnode *)cap_object(*cnode))->slot[index & ((1ul << bits) - 1)];
}

enum status cspace_find(const struct cap *root, cptr_t cptr, struct slot **slot,
			unsigned *bits_left)
{
	int left = 64;

	for (const struct cap *cnode = root; likely(cnode->type == OBJECT_CNODE);) {
		struct slot *found = resolve(cnode, cptr, &left);
		if (unlikely(!found)) {
			break;
		}
		cnode = &found->cap;
		if (likely(cnode->type != OBJECT_CNODE || left == 0)) {
			*slot = found;
			*bits_left = left;
			return STATUS_OK;
		}
		cptr &= (1ul << left) - 1;
	}
	*bits_left = left;
	return STATUS_NO_CAP;
}

enum status cspace_find_exact(struct cap root, uint64_t index, uint64_t depth, struct slot **slot,
			      unsigned *bits_left)
{
	*bits_left = 0;
	if (depth < 1 || depth > 64) {
		return STATUS_BAD_ARGUMENT;
	}
	int left = depth;

	for (const struct cap *cnode = &root; cnode->type == OBJECT_CNODE;) {
		index &= ~0ul >> (64 - left);
		struct slot *found = resolve(cnode, index, &left);
		if (!found) {
			break;
		}
		if (left == 0) {
			*slot = found;
			return STATUS_OK;
		}
		cnode = &found->cap;
	}
	*bits_left = left;
	return STATUS_NO_CAP;
}
