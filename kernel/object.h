// SPDX-License-Identifier: MIT
//
// The table of object types: one row each, with what differs between them.
#pragma once

#include "cap.h"

struct invocation;

struct object_ops {
	const char *name;
	// log2 of the size in bytes of an object made with `size_bits`; 0: that size does not exist,
	// or the object is not made from untyped memory.
	unsigned (*size)(unsigned size_bits);
	// Make an object of zeroed memory: the capability to it.
	struct cap (*make)(paddr_t paddr, unsigned size_bits, unsigned format, bool device);
	enum status (*invoke)(struct invocation *invocation);
	// A capability is about to be deleted; `last`: no other names the object. What takes more than
	// one step is left as a ZOMBIE in the slot (destroy.h).
	void (*release)(struct slot *slot, bool last);
};

extern const struct object_ops object_ops[CAP_TYPE_COUNT];
