// SPDX-License-Identifier: MIT
//
// Walking a CSpace from the most significant bit of a cptr on. Pure; see cspace.h.
#include "cspace.h"
#include "cnode.h"

// The `count` bits of `value` below bit `above`; count 0..63, above 0..64.
static uint64_t bits_below(uint64_t value, unsigned above, unsigned count)
{
	return count == 0 ? 0 : (value >> (above - count)) & ((1ul << count) - 1);
}

// One step: the slot that `cnode` resolves from the low *left bits of `cptr`.
static struct slot *resolve(struct cap cnode, uint64_t cptr, unsigned *left)
{
	unsigned guard_bits = cnode.cnode.guard_bits;
	unsigned level_bits = guard_bits + cnode.bits;

	if (level_bits > *left || bits_below(cptr, *left, guard_bits) != cnode.cnode.guard) {
		return NULL;
	}
	uint64_t index = bits_below(cptr, *left - guard_bits, cnode.bits);
	*left -= level_bits;
	return &((struct cnode *)cap_object(cnode))->slot[index];
}

enum status cspace_find(struct cap root, cptr_t cptr, struct slot **slot, unsigned *bits_left)
{
	unsigned left = 64;
	struct cap cnode = root;

	if (root.type != OBJECT_CNODE) {
		*bits_left = left;
		return STATUS_NO_CAP;
	}
	for (;;) {
		struct slot *found = resolve(cnode, cptr, &left);
		if (!found) {
			*bits_left = left;
			return STATUS_NO_CAP;
		}
		if (left == 0 || found->cap.type != OBJECT_CNODE) {
			*slot = found;
			*bits_left = left;
			return STATUS_OK;
		}
		cnode = found->cap;
	}
}

enum status cspace_find_exact(struct cap root, uint64_t index, uint64_t depth, struct slot **slot,
			      unsigned *bits_left)
{
	*bits_left = 0;
	if (depth < 1 || depth > 64) {
		return STATUS_BAD_ARGUMENT;
	}
	unsigned left = depth;
	struct cap cnode = root;

	while (cnode.type == OBJECT_CNODE) {
		struct slot *found = resolve(cnode, index, &left);
		if (!found) {
			break;
		}
		if (left == 0) {
			*slot = found;
			return STATUS_OK;
		}
		cnode = found->cap;
	}
	*bits_left = left;
	return STATUS_NO_CAP;
}
