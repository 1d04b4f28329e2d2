// SPDX-License-Identifier: MIT
//
// Guests: the physical memory and the processors of a virtual machine, which one process owns.
//
//   none --guest_create--> LIVE --guest_end, or the end or fresh start of its owner--> none
//
// Rules:
// - A guest's memory is a space like any other, SPACE_GUEST among its flags, whose address space is of
//   the nested format and which no thread runs in. Its number is its owner's with one more bit.
//   Regions are shared pieces of the owner's objects.
// - In the books guest-physical address 0 is at GUEST_BASE, because page 0 stands for "nowhere".
// - The owner pays: for the quota of the space, which is for page tables, and for each vcpu.
// - A vcpu belongs to a guest and goes with it. It survives the restart of its owner.
#pragma once

#include <caplet/protocol.h>
#include "state.h"

#define GUEST_BASE (1ul << 39)

status_t guest_create(uint32_t owner, uint64_t bytes);
void guest_end(uint32_t guest);
void guest_end_finish(uint32_t guest); // goes on where a predecessor was stopped
status_t guest_vcpu(uint32_t guest, uint32_t number, uint32_t object, uint64_t offset,
		    cptr_t *vcpu);
