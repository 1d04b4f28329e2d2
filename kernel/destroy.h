// SPDX-License-Identifier: MIT
//
// Deleting capabilities, and destroying objects with their last capability.
//
//   held --not the last--> empty
//   held --the last one--> (object dropped) --> empty, or ZOMBIE --steps--> empty
//
// An object that can hold capabilities (cnode, thread) or that others wait for (endpoint, notification)
// is destroyed in steps; meanwhile its last capability is a ZOMBIE, which any later delete or revoke
// of the same slot goes on with.
//
// Rules (those of seL4's zombies):
// - A zombie of slots counts those that remain, from the end; they are deleted one by one.
// - If a slot being emptied holds the last capability to another cnode or thread, that one becomes a
//   zombie too and is moved into the first slot of its own object: deletion never recurses. Such a
//   zombie, found nowhere but in itself, is still a child of its untyped and ends when that is
//   revoked.
// - A zombie that lies in its own first slot, alone, is empty.
#pragma once

#include "cap.h"

// Delete the capability in `slot`. Afterwards the slot is empty, unless PREEMPTED.
enum progress destroy_slot(struct slot *slot) must_check;
// Delete all that is derived from `slot`.
enum progress destroy_descendants(struct slot *slot) must_check;
