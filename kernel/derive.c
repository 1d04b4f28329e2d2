// SPDX-License-Identifier: MIT
//
// The derivation list: insert, move, swap, remove, and the questions about descent.
//
// Pure: touches slots only. The order of the list is the whole truth; `revocable` and
// `first_badged` cut the runs of equal capabilities into families.
#include "derive.h"

static void set_next(struct slot *slot, struct slot *next)
{
	slot->next_address = (intptr_t)next;
}

// Make the neighbours of `slot` point to it.
static void link_neighbours(struct slot *slot)
{
	if (slot->previous) {
		set_next(slot->previous, slot);
	}
	if (slot_next(slot)) {
		slot_next(slot)->previous = slot;
	}
}

void derive_insert(struct slot *parent, struct slot *child, struct cap cap, bool original)
{
	child->cap = cap;
	child->revocable = original;
	child->first_badged = original;
	child->previous = parent;
	child->next_address = parent->next_address;
	link_neighbours(child);
}

void derive_insert_first(struct slot *slot, struct cap cap)
{
	*slot = (struct slot){.cap = cap, .revocable = true, .first_badged = true};
}

void derive_move(struct slot *from, struct slot *to)
{
	*to = *from;
	*from = (struct slot){0};
	link_neighbours(to);
}

void derive_swap(struct slot *a, struct slot *b)
{
	if (a == b) {
		return;
	}
	struct slot old_a = *a, old_b = *b;
	*a = old_b;
	*b = old_a;
	// Where they are each other's neighbour the copied pointers are their own address.
	if (a->previous == a) {
		a->previous = b;
	}
	if (slot_next(a) == a) {
		set_next(a, b);
	}
	if (b->previous == b) {
		b->previous = a;
	}
	if (slot_next(b) == b) {
		set_next(b, a);
	}
	// An empty slot is in no list and has no neighbours to tell.
	link_neighbours(a);
	link_neighbours(b);
}

void derive_remove(struct slot *slot)
{
	struct slot *next = slot_next(slot);

	if (slot->previous) {
		set_next(slot->previous, next);
	}
	if (next) {
		next->previous = slot->previous;
		// A copy that loses the first of its family must not become the child of an
		// equal-looking one in front of it.
		next->first_badged |= slot->first_badged;
	}
	*slot = (struct slot){0};
}

bool derive_is_descendant(const struct slot *ancestor, const struct slot *slot)
{
	if (!ancestor->revocable || !cap_covers(&ancestor->cap, &slot->cap)) {
		return false;
	}
	if (ancestor->cap.type == OBJECT_ENDPOINT || ancestor->cap.type == OBJECT_NOTIFICATION) {
		return ancestor->cap.badge == 0 ||
		       (ancestor->cap.badge == slot->cap.badge && !slot->first_badged);
	}
	return true;
}

bool derive_has_children(const struct slot *slot)
{
	const struct slot *next = slot_next(slot);

	return next && derive_is_descendant(slot, next);
}

bool derive_is_last(const struct slot *slot)
{
	const struct slot *next = slot_next(slot);

	return !(slot->previous && cap_same_object(&slot->previous->cap, &slot->cap)) &&
	       !(next && cap_same_object(&slot->cap, &next->cap));
}
