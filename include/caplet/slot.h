// SPDX-License-Identifier: MIT
//
// Slots of the process's own dynamic CNode.
//
// A *claimed* slot is noted in the ledger, within the current transaction, before a capability
// is put there: it survives a restart. A *borrowed* one is known to this life of the process only.
// At a restart the runtime deletes every capability that no claim names, so nothing leaks
// whatever the moment of death. When a transaction is rolled back, what it claimed is emptied;
// what it released is emptied when it commits.
//
// Slots are given as cptrs, 0 if the CNode is full. Programs without a ledger can only borrow.
#pragma once

#include <caplet/kernel.h>
#include <caplet/process.h>

cptr_t slot_claim(void);
void slot_release(cptr_t slot);
bool slot_claimed(cptr_t slot);

// `count` consecutive slots (1..8). Returning them deletes what is in them.
cptr_t slot_borrow(unsigned count);
void slot_return(cptr_t slot, unsigned count);

// In a forked child, whose CNode is empty.
void slots_forked(void);

// Move a received capability from where it landed into a claimed slot.
status_t slot_keep(cptr_t landed, cptr_t *kept);

// The slot's number in the dynamic CNode, for CNode methods with SLOT_CNODE and SLOT_DEPTH.
static inline uint64_t slot_index(cptr_t slot)
{
	return slot & ((1ul << DYNAMIC_CNODE_BITS) - 1);
}

// A claimed slot with a badged capability to the server's own endpoint, to be given away. rights:
// those of a session, RIGHT_WRITE | RIGHT_GRANT.
status_t slot_mint_own(uint64_t badge, uint64_t rights, cptr_t *minted);

// Make a borrowed slot a claimed one within the transaction, or the other way round.
void slot_set_claimed(cptr_t slot, bool claim);

// At the start, before slot_open: not to be swept although no claim names it.
void slot_hold(cptr_t slot);

// For the runtime: what the ledger calls at the end of a transaction, and the start's sweep.
void slot_committed(void);
void slot_rolled_back(void);
status_t slot_open(enum start_mode mode);
void slot_empty_landing(unsigned count); // what a request brought and nobody kept
