// SPDX-License-Identifier: MIT
//
// Reply objects: one place for one caller that waits for its answer.
//
//   IDLE --receive with it--> ARMED --a call arrives--> CALLER --answer--> IDLE
//     ^      ARMED --message or notification arrives--> IDLE  |
//     `--(the loss is reported once)-- GONE <--caller leaves--'
//
// Rules:
// - CALLER: thread->reply == reply and the thread is CALLING or FAULTED; ARMED: thread->reply ==
//   reply and the thread is RECEIVING.
// - A caller that leaves its call (deleted, suspended) makes the object GONE; the answer then gets
//   STATUS_GONE, once. An object that never had a caller is just skipped by SYS_REPLY_RECV.
// - Aborting or deleting a reply object resumes its caller with PEER_DIED; a thread that waits for its
//   fault handler repeats the fault instead.
// - Which scheduling context goes where when a call ends is not kept here but with the threads
//   (schedctx.h), so that losing a reply object never loses a scheduling context.
#pragma once

#include "cap.h"
#include "thread.h"

struct invocation;

enum reply_state {
	REPLY_IDLE = 0,
	REPLY_ARMED = 1,
	REPLY_CALLER = 2,
	REPLY_GONE = 3,
};

struct reply {
	struct thread *thread; // ARMED: the receiver; CALLER: the caller
	uint32_t state;	       // enum reply_state
	uint8_t grant;	       // CALLER: not 0 if the answer may carry capabilities
	uint8_t reserved[3];
	uint64_t reserved2[6];
};

_Static_assert(sizeof(struct reply) == 1 << REPLY_BITS, "reply size is ABI");

// The caller waits behind it from now on. `rights`: of the capability that it called through.
static inline void reply_take_caller(struct reply *reply, struct thread *caller, unsigned rights)
{
	reply->thread = caller;
	reply->state = REPLY_CALLER;
	reply->grant = rights & (RIGHT_GRANT | RIGHT_GRANT_REPLY);
	caller->reply = reply;
}

// The receiver waits with it for a caller.
static inline void reply_arm(struct reply *reply, struct thread *receiver)
{
	reply->thread = receiver;
	reply->state = REPLY_ARMED;
	receiver->reply = reply;
}

// Its caller waits no longer.
static inline struct thread *reply_let_go(struct reply *reply)
{
	struct thread *caller = reply->thread;

	reply->thread = NULL;
	reply->state = REPLY_IDLE;
	caller->reply = NULL;
	return caller;
}

void reply_abort(struct reply *reply);
void reply_destroy(struct reply *reply);
enum status reply_invoke(struct invocation *invocation) must_check;
