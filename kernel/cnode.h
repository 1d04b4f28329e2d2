// SPDX-License-Identifier: MIT
//
// CNodes: 2^n slots.
//
//   zeroed memory = 2^n empty slots --copy, mint, move, retype--> ... --last capability deleted-->
//   its slots are emptied in steps (destroy.h)
//
// Rules:
// - A cnode capability carries its guard; copies may have different ones.
// - The methods name slots from the invoked cnode by (index, depth).
#pragma once

#include "cap.h"

struct invocation;

struct cnode {
	struct slot slot[1]; // 2^cap.bits of them
};

// Copy with a new badge (endpoint, notification) or guard (cnode).
enum status cnode_mint_cap(const struct slot *source, unsigned rights, uint64_t badge,
			   struct cap *copy) must_check;
enum status cnode_invoke(struct invocation *invocation) must_check;
