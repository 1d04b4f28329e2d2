// SPDX-License-Identifier: MIT
//
// Scheduling contexts: the right to CPU time, `budget` in every `period`.
//
//   unconfigured --SCHED_CONFIGURE--> configured --bind--> held by a thread <--lend/return--> ...
//
// The budget is kept as refills, pieces of time with the moment from which each may be used: what
// is used comes back one period after its use began (a sporadic server, as in seL4 MCS). A context
// whose budget equals its period is round robin: used up, it is full again at once and its thread
// goes to the end of its priority's queue.
//
// Lending. A thread that calls a server without a scheduling context (a passive server) lends it
// its own. The lenders of a context form a stack, kept in the threads: schedctx->lender is the latest,
// thread->lender_below the one before. The call stack is nothing but this list.
//
// Rules:
// - thread->schedctx == s exactly if s->thread == thread: one holder at most.
// - A thread is in at most one stack, and holds no context while it is.
// - Answering the latest lender gives the context back to it. If its call ends otherwise (it is
//   suspended, its reply object is deleted), the borrower keeps the context until it is done: until
//   it receives again, is suspended, or dies. Then it goes to the latest lender that is left.
// - A lender that dies, wherever in the stack it is, is taken out of it.
// - The sum of the refills is always the budget. Refills do not overlap and are in order of time.
#pragma once

#include "cap.h"

struct thread;
struct notification;

struct refill {
	ticks_t time;	// may be used from here on
	ticks_t amount; // ticks of CPU time
};

struct schedctx {
	struct thread *thread;		   // who holds it, or NULL
	struct thread *lender;		   // the latest lender, or NULL
	struct notification *notification; // bound to it, or NULL
	ticks_t budget, period;		   // budget 0: not configured
	ticks_t consumed;		   // since last asked
	uint64_t badge;			   // of timeout faults
	uint16_t cpu;
	bool round_robin;
	bool released;		     // false: in the release queue of its CPU
	uint16_t head, count, limit; // of the ring of refills
	uint16_t reserved;
	struct schedctx *release_next, *release_previous; // release queue, by time
	uint64_t reserved2[1];
	struct refill refill[];
};

#define SCHEDCTX_MIN_US 10
#define SCHEDCTX_MAX_US 60000000

// How many refills an object of 2^bits bytes has room for.
static inline unsigned schedctx_refill_limit(unsigned bits)
{
	return ((1u << bits) - sizeof(struct schedctx)) / sizeof(struct refill);
}

static inline struct refill *schedctx_head(struct schedctx *s)
{
	return &s->refill[s->head];
}

// Refills: pure.
void refill_configure(struct schedctx *s, ticks_t budget, ticks_t period, unsigned limit,
		      ticks_t now);
void refill_charge(struct schedctx *s, ticks_t used);
void refill_unblock(struct schedctx *s, ticks_t now); // the thread becomes runnable
bool refill_ready(struct schedctx *s, ticks_t now);   // the head may be used now
extern ticks_t refill_minimum;			      // no piece is smaller; set at boot

// Who holds it.
void schedctx_bind(struct schedctx *s, struct thread *thread);
void schedctx_unbind(struct schedctx *s); // from thread, lenders, notification
void schedctx_destroy(struct schedctx *s);
void schedctx_lend(struct thread *from, struct thread *to);
// The borrower is done: give what it has borrowed back to the latest lender, or the notification.
void schedctx_return(struct thread *borrower);
// The answer to `lender`: take the context back from whoever holds it, if it is the latest lender.
void schedctx_take_back(struct thread *lender);
// The thread is going away: leave the stack.
void schedctx_leave_stack(struct thread *lender);
