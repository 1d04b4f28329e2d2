// SPDX-License-Identifier: MIT
//
// The table of object types: one row each, with what differs between them.
//
// Rules:
// - An object is made from zeroed memory, and that is nearly all: only threads and address spaces
//   have something to set up.
// - `drop` is told of the last capability that is about to be deleted: the object ends, at once or, if that
//   takes more than one step, as a ZOMBIE in the slot (destroy.h). Of a frame's capabilities it is told of
//   each, since each has a mapping of its own.
#pragma once

#include "cap.h"

struct invocation;

struct object_ops {
	const char *name;
	// log2 of the sizes that a retype may ask for; equal: one size, for which 0 may be asked too.
	// Both 0: not made from untyped memory.
	uint8_t min_bits, max_bits;
	uint8_t unit_bits; // log2 of the bytes of what is counted: slots
	enum status (*invoke)(struct invocation *invocation);
	void (*drop)(struct slot *slot);
};

extern const struct object_ops object_ops[CAP_TYPE_COUNT];

// log2 of the size in bytes of an object made with `size_bits`; 0: there is no such object.
unsigned object_bits(enum object_type type, unsigned size_bits);
// Make an object of zeroed memory: the capability to it.
struct cap object_make(enum object_type type, paddr_t paddr, unsigned size_bits, unsigned format,
		       bool device);
