// SPDX-License-Identifier: MIT
//
// Memory objects.
//
//   MAKING --object_announce--> LIVE --released and no region refers to it--> DOOMED --reap--> free
//      `---------------------- its maker died -------------------------------^
//
// Rules:
// - The owner pays for all pages of an object from its making on.
// - `held` objects have a number that their owner may use; the others live as long as regions.
// - An object whose owner ends while others map it belongs to space 0, nobody, which
//   pays without quota until the last region is gone.
#pragma once

#include <caplet/protocol.h>
#include "state.h"

status_t object_make(uint32_t owner, enum object_kind kind, uint64_t size, unsigned flags,
		     uint32_t *object);
void object_announce(uint32_t object, bool held);	 // MAKING -> LIVE
uint32_t object_by_number(uint64_t number);		 // LIVE ones; 0: none
status_t object_populate(uint32_t object);		 // a frame for every page; with commits
status_t object_clone_pages(uint32_t from, uint32_t to); // share all frames; with commits
status_t object_resize(uint32_t object, uint64_t size);
void object_charge(uint32_t object, uint64_t size);
void object_uncharge(uint32_t object, uint64_t size);

void object_refer(uint32_t object);   // by a region
void object_unrefer(uint32_t object); // dooms it with the last one, unless it is held
void object_release(uint32_t object); // by its owner
void object_orphan(uint32_t object);  // its owner ends: released, or nobody's
void object_doom(uint32_t object);
bool object_reap_step(uint32_t object); // one step of taking it apart; true: it is gone

void object_unlink(uint32_t object);
void object_link(uint32_t object, uint32_t owner);
