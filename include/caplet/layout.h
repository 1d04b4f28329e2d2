// SPDX-License-Identifier: MIT
//
// Where things are in every process: the slots of its CSpace and the addresses of its space.
// The supervisor builds it so (root does for the supervisor and the pager), the runtime relies
// on it. A cptr is 44 zero bits (the guard), 8 bits of root slot, 12 bits of dynamic slot.
//
// The root CNode (256 slots) holds the manifest's grants. It belongs to the supervisor; the process
// has no capability to it and so can neither lose nor pass on what is in it. Its slot
// ROOT_SLOT_DYNAMIC holds the process's own CNode (4096 slots; 256 of a program), whose first slots the supervisor
// fills anew at every start and whose rest belongs to the process. What a process must be able to
// copy or mint from is therefore in the dynamic CNode.
#pragma once

#include <caplet/abi/types.h>

#define ROOT_CNODE_BITS	   8
#define DYNAMIC_CNODE_BITS 12

// A server keeps capabilities for others. A program hardly keeps any: its dynamic CNode has fewer slots, and a
// guard of zeroes in front, so the numbers of slots are the same.
#define PROGRAM_CNODE_BITS 8

enum root_slot {
	ROOT_SLOT_NULL = 0,
	ROOT_SLOT_DYNAMIC = 1,	    // the dynamic CNode
	ROOT_SLOT_ENDPOINT = 2,	    // own endpoint, to receive (servers)
	ROOT_SLOT_NOTIFICATION = 3, // own notification, bound to the main thread (servers)
	ROOT_SLOT_THREAD = 4,	    // own main thread
	ROOT_SLOT_PAGER = 5,	    // session with the pager; its badge is the space
	ROOT_SLOT_SUPERVISOR = 6,   // session with the supervisor; its badge is the process
	ROOT_SLOT_REPLY = 16,	    // + i: reply objects, as many as the manifest's `inflight`
	ROOT_SLOT_GRANT = 144,	    // + i: grants in the manifest's order, named in process_info
	ROOT_SLOT_PARK = 192, // + number of a thread: the notification on which it waits for other
	// threads of the process, to wait and to signal
	ROOT_SLOT_PARK_PLAIN = 208, // + number: the same without badge
};

enum dynamic_slot {
	DYNAMIC_SLOT_SELF = 0,	       // the dynamic CNode itself
	DYNAMIC_SLOT_ENDPOINT = 1,     // own endpoint, to mint from
	DYNAMIC_SLOT_NOTIFICATION = 2, // own notification, to mint from
	DYNAMIC_SLOT_LANDING =
		8,		 // 8..15: where received capabilities land, three per thread in use
	DYNAMIC_SLOT_FIRST = 16, // from here on the process's own
};

#define PROCESS_THREADS_MAX 16

#define ROOT_CPTR(slot)	   ((cptr_t)(slot) << DYNAMIC_CNODE_BITS)
#define DYNAMIC_CPTR(slot) ((cptr_t)ROOT_SLOT_DYNAMIC << DYNAMIC_CNODE_BITS | (slot))

// Addresses. Programs are linked at PROGRAM_BASE. Unit tests on the host move those that they map.
#ifndef LAYOUT_SHIFT
#define LAYOUT_SHIFT 0ul
#endif
#define PROGRAM_BASE	   0x0000000000400000ul
#define PROCESS_INFO_BASE  (LAYOUT_SHIFT + 0x0000000ff0000000ul) // struct process_info, arguments
#define IPC_BUFFER_BASE	   0x0000000ff0010000ul // main thread's IPC buffer; thread i: + i * 4096
// These lie in the same 2 MiB, so that one page table is enough for them.
#define STACK_TOP	   0x0000000ff00f0000ul // main thread's stack grows down from here
#define PROCESS_BLOCK_BASE 0x0000000ff0110000ul // arguments and environment, caplet/block.h
#define STACK_SIZE_DEFAULT 0x10000ul		// the page below it is never mapped
#define LEDGER_BASE	   (LAYOUT_SHIFT + 0x0000001000000000ul) // the ledger, always at the same address
#define WINDOW_BASE	   (LAYOUT_SHIFT + 0x0000002000000000ul) // session windows, servers
#define HEAP_BASE	   0x0000003000000000ul // libc's heap, grows up to HEAP_END
#define HEAP_END	   0x0000004000000000ul
#define DYNAMIC_BASE	   0x0000004000000000ul // chosen by the pager: heap, mappings
#define DYNAMIC_END	   0x0000007000000000ul
