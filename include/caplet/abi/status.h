// SPDX-License-Identifier: MIT
//
// The status of a system call, returned in rax. Every system call returns one, and every one of
// them must be looked at. A status other than STATUS_OK means that the call changed nothing,
// with two exceptions that say so: PEER_DIED and ABORTED end an IPC whose effect on the other
// side is unknown to the kernel.
//
// With an error of an invocation, message word 0 holds a detail: the number of the offending
// argument (counted from 0, as docs/abi lists them), or for a failed capability lookup the
// number of cptr bits that were left to resolve.
#pragma once

enum status {
	STATUS_OK = 0,
	STATUS_NO_CAP = 1,	  // the cptr leads to no slot, or the slot is empty
	STATUS_WRONG_TYPE = 2,	  // a capability of another type is needed
	STATUS_NO_RIGHT = 3,	  // the capability lacks the right
	STATUS_BAD_METHOD = 4,	  // unknown system call, or the object has no such method
	STATUS_BAD_ARGUMENT = 5,  // a value outside its documented range
	STATUS_TRUNCATED = 6,	  // the message is shorter than the method's arguments
	STATUS_SLOT_OCCUPIED = 7, // a destination slot is not empty
	STATUS_NO_MEMORY = 8,	  // the untyped, cnode or quota is too small for the request
	STATUS_HAS_CHILDREN = 9,  // derived capabilities exist: revoke first
	STATUS_MISALIGNED = 10,	  // an address or size is not a multiple of what it must be
	STATUS_MAPPED = 11,	  // already mapped, or the place is taken
	STATUS_NO_TABLE = 12,	  // a page table is missing; detail: its level (1..3)
	STATUS_PEER_DIED = 13,	  // the call was received and will never be answered
	STATUS_GONE = 14,	  // the object, or the caller to be answered, is no more
	STATUS_ABORTED = 15,	  // the caller was suspended or rewritten while in the call
	STATUS_WOULD_BLOCK = 16,  // a non-blocking operation found no partner
	STATUS_BUSY = 17,	  // the object is bound or in use
	STATUS_NO_BUFFER = 18,	  // the message needs an IPC buffer and the thread has none
	STATUS_UNSUPPORTED = 19,  // this machine cannot do it
	STATUS_LAST_KERNEL = 31,  // statuses above are for user-level protocols
};
