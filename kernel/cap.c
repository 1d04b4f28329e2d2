// SPDX-License-Identifier: MIT
//
// Pure functions on capabilities: what they name, what they contain, what may be copied.
//
// Relations of the derivation tree are computed from these alone, so that a capability needs no
// pointer to its parent. Leaves out where capabilities lie: that is derive.c.
#include "cap.h"
#include "derive.h"

struct cap cap_make(enum object_type type, unsigned bits, void *object)
{
	return (struct cap){
		.type = type,
		.bits = bits,
		.rights = RIGHT_ALL,
		.address = (intptr_t)object,
	};
}

struct cap cap_make_physical(enum object_type type, unsigned bits, paddr_t paddr, bool device)
{
	return (struct cap){
		.type = type,
		.bits = bits,
		.rights = RIGHT_ALL,
		.device = device,
		.address = (int64_t)paddr,
	};
}

struct cap cap_make_number(enum object_type type, uint64_t number)
{
	return (struct cap){.type = type, .rights = RIGHT_ALL, .address = (int64_t)number};
}

uint64_t cap_bytes(struct cap cap, paddr_t *start)
{
	if (!cap_is_memory(&cap)) {
		*start = 0;
		return 0;
	}
	if (cap.type == OBJECT_UNTYPED || cap.type == OBJECT_FRAME) {
		*start = cap_paddr(cap);
		return 1ul << cap.bits;
	}
	*start = virt_to_phys(cap_object(cap));
	if (cap.type == OBJECT_CNODE) {
		return 1ul << (cap.bits + SLOT_BITS);
	}
	// No relation depends on the exact size of the others: objects do not overlap.
	return 1ul << SLOT_BITS;
}

enum status cap_derive(const struct slot *source, unsigned rights, struct cap *copy)
{
	*copy = source->cap;
	switch (source->cap.type) {
	case CAP_EMPTY: return STATUS_NO_CAP;
	case CAP_ZOMBIE: return STATUS_BUSY;
	case OBJECT_UNTYPED:
		if (derive_has_children(source)) {
			return STATUS_HAS_CHILDREN;
		}
		return STATUS_OK;
	case OBJECT_TABLE:
		// Two capabilities to one table could map it twice, and each would forget the other.
		return STATUS_WRONG_TYPE;
	case OBJECT_FRAME:
		copy->map.asid = 0;
		copy->map.page = 0;
		copy->rights &= rights;
		return STATUS_OK;
	case OBJECT_ENDPOINT:
	case OBJECT_NOTIFICATION: copy->rights &= rights; return STATUS_OK;
	}
	return STATUS_OK;
}
