// SPDX-License-Identifier: MIT
//
// Kernel methods as root uses them. Almost everything root asks of the kernel happens at boot, in a
// fixed order, with capabilities that it has just made: a refusal is a mistake in the system or a
// machine without memory, so the functions here end the machine instead of returning a status.

#include "root.h"

struct slot slot_own(cptr_t cap)
{
	return (struct slot){.cnode = BOOT_SLOT_CNODE, .index = cap, .depth = ROOT_DEPTH};
}

// Slot `index` of a CNode of 2^bits slots.
struct slot slot_in(cptr_t cnode, uint64_t index, unsigned bits)
{
	return (struct slot){.cnode = cnode, .index = index, .depth = bits};
}

void kernel_must(uint64_t status, const char *what)
{
	uint64_t detail = invoke_detail();

	if (status == STATUS_OK)
		return;
	emergency_print("root: the kernel refuses with status ");
	emergency_number(status);
	emergency_print(", detail ");
	emergency_number(detail);
	emergency_print("\n");
	root_stop("the kernel refused to", what);
}

// Into consecutive slots of a CNode that root holds a capability to.
void kernel_retype(cptr_t untyped, unsigned type, unsigned size_bits, cptr_t cnode, uint64_t first,
		   uint64_t count)
{
	enum { AT_ONCE = 256 }; // as the kernel allows

	while (count > 0) {
		uint64_t some = count < AT_ONCE ? count : AT_ONCE;

		kernel_must(untyped_retype(untyped, (enum object_type)type, 0, size_bits, cnode, 0,
					   0, first, some),
			    "make objects");
		first += some;
		count -= some;
	}
}

void kernel_copy(struct slot to, struct slot from, unsigned rights)
{
	kernel_must(cnode_copy(to.cnode, to.index, to.depth, from.cnode, from.index, from.depth,
			       rights),
		    "copy a capability");
}

void kernel_mint(struct slot to, struct slot from, unsigned rights, uint64_t badge)
{
	kernel_must(cnode_mint(to.cnode, to.index, to.depth, from.cnode, from.index, from.depth,
			       rights, badge),
		    "mint a capability");
}

void kernel_move(struct slot to, struct slot from)
{
	kernel_must(cnode_move(to.cnode, to.index, to.depth, from.cnode, from.index, from.depth),
		    "move a capability");
}

void kernel_delete(struct slot slot)
{
	kernel_must(cnode_delete(slot.cnode, slot.index, slot.depth), "delete a capability");
}
