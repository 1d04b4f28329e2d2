// SPDX-License-Identifier: MIT
//
// System calls: their numbers, their registers, the message descriptor, the IPC buffer.
//
// A system call is the `syscall` instruction seen as a function call whose callee preserves rsp
// and the fs and gs bases only: EVERY other register carries a message or is clobbered. Vector and
// x87 registers are dead across a system call (MXCSR and the x87 control word excepted). The
// user stub (libc/runtime/syscall.S) pushes what the C ABI wants preserved in one documented
// layout: see struct caplet_call_frame there.
//
//            in                                      out
//   rax      enum syscall                            enum status
//   rdi      capability: send to, or receive from    badge
//   rsi      message descriptor                      message descriptor
//   rdx      reply capability (receiving calls)      calls: the endpoint's generation when received;
//                                                    receiving calls: enum received
//   rbp      SYS_SEND_RECV: capability to send to    0
//   r8 r9 r10 r12 r13 r14 r15 rbx                    message words 0..7, both ways
//   rcx r11  taken by the instruction                undefined
//
// Words 8..63 of longer messages lie in the IPC buffers of the two threads. Word registers beyond
// the length are not transferred: the receiver finds 0 there.
//
// What a capability of each type does under each system call:
//
//   endpoint      SEND, NB_SEND (right WRITE): one-way message; CALL (WRITE): message and wait for
//                 the answer; RECV, NB_RECV, REPLY_RECV, SEND_RECV (READ): receive
//   notification  SEND, NB_SEND (WRITE): signal, that is OR the capability's badge into the word;
//                 receive calls (READ): wait for a non-zero word, take and clear it
//   reply         SEND, NB_SEND, REPLY_RECV: answer the caller (GONE if there is none any more);
//                 CALL: the methods of REPLY (abort)
//   all others    CALL: an invocation; the method is the label of the descriptor, the arguments
//                 are message words; SEND to them is BAD_METHOD
#pragma once

#include <caplet/abi/types.h>

enum syscall {
	SYS_CALL = 0,	    // send and wait for the answer; or invoke a kernel object
	SYS_REPLY_RECV = 1, // answer through the reply capability rdx, then receive on rdi with it.
			    // A reply that is GONE ends the call at once, nothing is received;
			    // a reply object that waits for no caller and never did is skipped.
	SYS_RECV = 2,	 // receive on rdi; rdx: reply object for a caller, or 0 (then the call of a
			 // caller ends with PEER_DIED when received: nobody could answer it)
	SYS_NB_RECV = 3, // the same, WOULD_BLOCK if nothing is there
	SYS_SEND = 4,	 // send one way and wait until received
	SYS_NB_SEND = 5, // send one way if a receiver waits, else WOULD_BLOCK
	SYS_SEND_RECV = 6, // non-blocking send to rbp, outcome ignored; then as SYS_RECV
	SYS_YIELD = 7,	   // give up the rest of the budget's present refill
	SYS_COUNT = 8,
};

enum received {
	RECEIVED_MESSAGE = 0,	   // a one-way message
	RECEIVED_CALL = 1,	   // a caller waits behind the reply object
	RECEIVED_NOTIFICATION = 2, // badge holds the notification's word; there is no message
	RECEIVED_FAULT = 3, // a fault message (caplet/abi/fault.h); a reply resumes the thread
};

// The message descriptor:
//   bits 0..6    length in words, 0..64 (more is BAD_ARGUMENT)
//   bits 8..9    number of capabilities sent with it, 0..3; their cptrs are in the IPC buffer
//   bits 12..14  received: capability i was one of the receiver's own endpoint and was not
//                stored; caps[i] of the receiver's IPC buffer holds its badge instead
//   bits 32..63  label: the method, or whatever the two sides agree on
// Other bits are 0.
#define MSG_MAX_WORDS 64
#define MSG_REG_WORDS 8
#define MSG_MAX_CAPS  3

static inline uint64_t msg_make(uint32_t label, unsigned caps, unsigned words)
{
	return (uint64_t)label << 32 | (uint64_t)caps << 8 | words;
}
static inline unsigned msg_words(uint64_t msg)
{
	return msg & 0x7f;
}
static inline unsigned msg_caps(uint64_t msg)
{
	return msg >> 8 & 3;
}
static inline unsigned msg_unwrapped(uint64_t msg)
{
	return msg >> 12 & 7;
}
static inline uint32_t msg_label(uint64_t msg)
{
	return msg >> 32;
}

// The IPC buffer: one naturally aligned 1024-byte piece of a mapped frame, registered with
// THREAD_CONFIGURE. The kernel reads and writes it through the frame, never through the
// thread's mapping. Word i of a message is words[i]; words 0..7 travel in registers and the
// kernel leaves their places here alone.
struct ipc_buffer {
	uint64_t words[MSG_MAX_WORDS];
	cptr_t caps[MSG_MAX_CAPS]; // sending: cptrs of the capabilities; receiving: badges of
				   // unwrapped ones, else 0
	cptr_t recv_cnode;     // receiving: cnode that holds the first receive slot; 0: take none
	uint64_t recv_index;   // the slot's index in it, capabilities fill it and the next ones
	uint64_t recv_depth;   // number of bits of recv_index to resolve, 1..64
	uint64_t reserved[58]; // reads as written; rounds the buffer to 1024 bytes
};

_Static_assert(sizeof(struct ipc_buffer) == 1024, "the IPC buffer is 1024 bytes");
