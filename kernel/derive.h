// SPDX-License-Identifier: MIT
//
// The derivation tree: which capability was made from which.
//
// The tree is kept as a doubly linked list of slots in preorder; who is whose descendant follows
// from the capabilities themselves: all that a slot derives stands right behind it, up to the first
// capability that it does not cover. So inserting, moving and removing are a few stores, and
// revoking is "delete the next one while it is a descendant".
//
//   untyped > object's first capability (revocable) > copies, and badged ones (revocable) > copies
//
// Rules (numbered in docs/invariants.md):
// - previous and next are inverse; empty slots are in no list.
// - The descendants of a slot are a contiguous run right behind it.
#pragma once

#include "cap.h"

// Make `cap` the capability of the empty slot `child`, right behind `parent`. `original`: others
// can be derived from it and revoked through it.
void derive_insert(struct slot *parent, struct slot *child, struct cap cap, bool original);
// The first capability of all: behind nothing.
void derive_insert_first(struct slot *slot, struct cap cap);
void derive_move(struct slot *from, struct slot *to);
void derive_swap(struct slot *a, struct slot *b);
// Take the slot out of the list and empty it.
void derive_remove(struct slot *slot);

bool derive_is_descendant(const struct slot *ancestor, const struct slot *slot);
bool derive_has_children(const struct slot *slot);
// Is this the last capability to its object?
bool derive_is_last(const struct slot *slot);
