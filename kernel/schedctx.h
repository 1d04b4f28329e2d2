// SPDX-License-Identifier: MIT
//
// Scheduling contexts: the right to CPU time, `budget` in every `period`.
//
//   unconfigured --SCHED_CONFIGURE--> configured --bind--> held by a thread <--lend/return--> ...
//
// How the budget is counted is in refill.h, who waits for a new one in release.h.
//
// Lending. A thread that calls a server without a scheduling context (a passive server) lends it
// its own. The lenders of a context form a stack, kept in the threads: s->lender is the latest,
// thread->lender_below the one before. The call stack is nothing but this list.
//
// Rules:
// - thread->schedctx == s exactly if s->thread == thread: one holder at most.
// - A thread is in at most one stack, and holds no context while it is. thread->lent == s exactly
//   if s->lender == thread.
// - A borrower keeps the context until it is done: until it waits for the next message or takes the
//   next caller's, is suspended, or dies. Then it goes to the latest lender that is left. So a
//   caller goes on, after the answer, when the borrower is done, which for SYS_REPLY_RECV is at once.
// - Aborting a call from outside (REPLY_ABORT by another thread, deletion of the reply object) gives
//   the context back at once if the caller is the latest lender; if the borrower has lent it on,
//   when that one is done.
// - A lender that dies, or that has itself borrowed and is suspended, is taken out of the stack,
//   wherever it is. If none is left, the context is bound to nobody.
// - A borrower that loses the context (it is unbound, destroyed, or reclaimed by an aborted caller) goes
//   on with that of its bound notification, if it is free; else it stops.
// - A context bound to a notification is held by the thread that the notification woke, and by
//   nobody when that thread waits again.
#pragma once

#include "cap.h"
#include "refill.h"
#include "thread.h"

struct notification;
struct invocation;

struct schedctx {
	struct thread *thread;			     // who holds it, or NULL
	struct thread *lender;			     // the latest lender, or NULL
	struct notification *notification;	     // bound to it, or NULL
	ticks_t budget, period;			     // budget 0: not configured
	ticks_t used;				     // in all
	ticks_t used_asked, used_timeout, used_info; // `used` when last asked, by who asks
	uint64_t badge;				     // of timeout faults
	struct schedctx *release_left, *release_right, *release_up;
	uint8_t release_rank;
	bool throttled; // in the release queue of its CPU
	bool round_robin;
	bool spent; // the first refill was used up while it was charged
	uint16_t cpu;
	uint16_t head, count, limit; // of the ring of refills
	uint16_t reserved;
	struct refill refill[];
};

static inline struct refill *refill_head(struct schedctx *s)
{
	return &s->refill[s->head];
}

static inline bool refill_is_ready(const struct schedctx *s, ticks_t now)
{
	return s->round_robin || s->refill[s->head].time <= now;
}

// refill_charge of one that runs round robin: its one piece is full again when it is used up.
static inline bool refill_charge_round_robin(struct schedctx *s, ticks_t used)
{
	struct refill *piece = &s->refill[0];

	if (likely(used + refill_minimum < piece->amount)) {
		piece->amount -= used;
		return false;
	}
	piece->amount = s->budget;
	return true;
}

static inline bool refill_charge(struct schedctx *s, ticks_t used)
{
	return likely(s->round_robin) ? refill_charge_round_robin(s, used)
				      : refill_charge_sporadic(s, used);
}

#define SCHEDCTX_MIN_US 10
#define SCHEDCTX_MAX_US 60000000

// How many refills an object of 2^bits bytes has room for.
static inline unsigned schedctx_refill_limit(unsigned bits)
{
	return ((1u << bits) - sizeof(struct schedctx)) / sizeof(struct refill);
}

_Static_assert((1u << SCHEDCTX_MIN_BITS) >= sizeof(struct schedctx) + 2 * sizeof(struct refill),
	       "the smallest scheduling context has room for two refills");

// The notification that woke `thread` gives it its context.
void schedctx_give(struct schedctx *s, struct thread *thread);
// The lender's call was ended by somebody else, who gives up the borrower: take the context back, if
// it is the latest lender. A borrower that ends the call itself keeps it until it is done.
void schedctx_reclaim(struct thread *lender);
// The thread no longer claims what it has lent.
void schedctx_leave_stack(struct thread *lender);

void schedctx_bind(struct schedctx *s, struct thread *thread);
void schedctx_unbind(struct schedctx *s); // from thread, lenders and notification
void schedctx_destroy(struct schedctx *s);

static inline void schedctx_hold(struct schedctx *s, struct thread *thread)
{
	s->thread = thread;
	thread->schedctx = s;
}

static inline void schedctx_lend(struct thread *from, struct thread *to)
{
	struct schedctx *s = from->schedctx;
	struct thread *below = s->lender;

	from->schedctx = NULL;
	from->lender_below = below;
	from->lent = s;
	if (unlikely(below)) {
		below->lender_above = from;
		below->lent = NULL;
	}
	s->lender = from;
	to->borrowed = true;
	schedctx_hold(s, to);
}

// The borrower is done: the context goes to the latest lender. Returns it, NULL: there is none.
static inline struct thread *schedctx_give_back(struct thread *borrower)
{
	struct schedctx *s = borrower->schedctx;
	struct thread *lender = s->lender;

	borrower->schedctx = NULL;
	borrower->borrowed = false;
	if (unlikely(!lender)) {
		s->thread = NULL;
		return NULL;
	}
	struct thread *below = lender->lender_below;
	s->lender = below;
	lender->lent = NULL;
	if (unlikely(below)) {
		lender->lender_below = NULL;
		below->lender_above = NULL;
		below->lent = s;
	}
	schedctx_hold(s, lender);
	return lender;
}

// The thread is done with what it has borrowed, if anything. Returns the lender that can run
// now, for the caller to wake, or NULL.
must_check static inline struct thread *schedctx_return(struct thread *thread)
{
	if (!thread->borrowed) {
		return NULL;
	}
	struct thread *lender = thread->schedctx ? schedctx_give_back(thread) : NULL;
	return lender && lender->state == THREAD_RUNNING ? lender : NULL;
}

enum status schedctx_invoke(struct invocation *invocation) must_check;
enum status sched_control_invoke(struct invocation *invocation) must_check;
