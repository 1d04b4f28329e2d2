// SPDX-License-Identifier: MIT
//
// Deletion in bounded steps without recursion: zombies, after seL4. See destroy.h for the rules.
//
// The only nesting is two levels deep: deleting a slot (outer) empties the slots of the zombie in it
// one by one (inner); an inner slot that would need steps of its own is not descended into, its zombie
// is swapped out of the way into the first slot of the object it stands for.
#include "destroy.h"
#include "derive.h"
#include "endpoint.h"
#include "notification.h"
#include "object.h"
#include "panic.h"
#include "preempt.h"
#include "thread.h"

static struct slot *zombie_slots(struct cap zombie)
{
	return cap_object(zombie);
}

static bool holds_slots(struct cap zombie)
{
	return zombie.bits == OBJECT_CNODE || zombie.bits == OBJECT_THREAD ||
	       zombie.bits == OBJECT_VCPU;
}

// Is nothing left to do for the capability in this slot but to empty it?
static bool is_removable(const struct slot *slot)
{
	if (slot->cap.type != CAP_ZOMBIE) {
		return slot_is_empty(slot);
	}
	if (slot->cap.remaining == 1 && holds_slots(slot->cap)) {
		return zombie_slots(slot->cap) == slot; // it is itself the last one
	}
	return slot->cap.remaining == 0;
}

// Tell the object that this capability is about to go. True: the slot may be emptied; else it
// holds a zombie now.
static bool drop(struct slot *slot)
{
	if (slot->cap.type == CAP_ZOMBIE || slot_is_empty(slot)) {
		return is_removable(slot);
	}
	if (slot->decoded) {
		thread_slot_dropped(slot);
	}
	const struct object_ops *ops = &object_ops[slot->cap.type];
	if (ops->drop && (slot->cap.type == OBJECT_FRAME || derive_is_last(slot))) {
		ops->drop(slot);
	}
	return slot->cap.type == CAP_ZOMBIE ? is_removable(slot) : true;
}

// One waiter of a dying endpoint or notification leaves.
static void send_waiter_away(struct slot *slot)
{
	void *object = cap_object(slot->cap);
	bool more = slot->cap.bits == OBJECT_ENDPOINT ? endpoint_destroy_step(object)
						      : notification_destroy_step(object);
	slot->cap.remaining = more;
}

// An inner slot: make it empty. A zombie of slots is swapped into its own first slot instead, and
// the slot goes on with what was there; if it is that slot itself, the zombie stays.
must_check static enum progress destroy_inner(struct slot *slot)
{
	while (!drop(slot)) {
		if (!holds_slots(slot->cap)) {
			send_waiter_away(slot);
		} else if (zombie_slots(slot->cap) == slot) {
			return DONE;
		} else {
			derive_swap(zombie_slots(slot->cap), slot);
		}
		if (preempt_point() == PREEMPTED) {
			return PREEMPTED;
		}
	}
	if (!slot_is_empty(slot)) {
		derive_remove(slot);
	}
	return DONE;
}

// Empty slots at the end take no step of their own; so many may be passed in one.
enum { EMPTY_SLOTS = 128 };

static void pass_empty(struct slot *slot)
{
	const struct slot *slots = zombie_slots(slot->cap);
	unsigned remaining = slot->cap.remaining;
	unsigned least = remaining > EMPTY_SLOTS ? remaining - EMPTY_SLOTS : 0;

	while (remaining > least && slot_is_empty(&slots[remaining - 1])) {
		remaining--;
	}
	slot->cap.remaining = remaining;
}

// Empty the last remaining slot of the zombie in `slot`, and pass those before it that are empty.
must_check static enum progress shorten(struct slot *slot)
{
	struct cap zombie = slot->cap;
	struct slot *end = &zombie_slots(zombie)[zombie.remaining - 1];

	if (destroy_inner(end) == PREEMPTED) {
		return PREEMPTED;
	}
	// Emptying `end` may have swapped another zombie into `slot`, if `slot` lies in the
	// first place of what was destroyed; or have emptied it.
	if (slot->cap.type == CAP_ZOMBIE && slot->cap.address == zombie.address &&
	    slot->cap.remaining == zombie.remaining) {
		assert(slot_is_empty(end));
		pass_empty(slot);
	}
	return DONE;
}

enum progress destroy_slot(struct slot *slot)
{
	while (!drop(slot)) {
		if (!holds_slots(slot->cap)) {
			send_waiter_away(slot);
		} else if (shorten(slot) == PREEMPTED) {
			return PREEMPTED;
		}
		if (preempt_point() == PREEMPTED) {
			return PREEMPTED;
		}
	}
	if (!slot_is_empty(slot)) {
		derive_remove(slot);
	}
	return DONE;
}

enum progress destroy_descendants(struct slot *slot)
{
	while (derive_has_children(slot)) {
		if (destroy_slot(slot_next(slot)) == PREEMPTED || preempt_point() == PREEMPTED) {
			return PREEMPTED;
		}
	}
	return DONE;
}
