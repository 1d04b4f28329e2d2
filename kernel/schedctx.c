// SPDX-License-Identifier: MIT
//
// Scheduling contexts: who holds them, who has lent them, and their methods. See schedctx.h.
#include "schedctx.h"
#include "invocation.h"
#include "notification.h"
#include "sched.h"
#include "thread.h"

// ---- holding and lending --------------------------------------------------------------------------

// A server that loses what it had borrowed goes on with the time of its bound notification, if that
// has any to give: the death of a client must not stop it in the middle of a request.
static void fall_back(struct thread *thread)
{
	struct notification *bound = thread->bound;

	if (bound && bound->schedctx && !bound->schedctx->thread) {
		schedctx_give(bound->schedctx, thread);
		sched_wake(thread);
	}
}

// The holder loses it, for good.
static void let_go(struct schedctx *s)
{
	struct thread *thread = s->thread;
	bool borrowed = thread->borrowed;

	s->thread = NULL;
	thread->schedctx = NULL;
	thread->borrowed = false;
	sched_stop(thread);
	if (borrowed) {
		fall_back(thread);
	}
}

void schedctx_give(struct schedctx *s, struct thread *thread)
{
	thread->borrowed = true;
	schedctx_hold(s, thread);
}

void schedctx_leave_stack(struct thread *lender)
{
	struct thread *below = lender->lender_below, *above = lender->lender_above;
	struct schedctx *s = lender->lent;

	if (above) {
		above->lender_below = below;
	}
	if (s) {
		s->lender = below;
	}
	if (below) {
		below->lender_above = above;
		below->lent = s;
	}
	lender->lender_below = NULL;
	lender->lender_above = NULL;
	lender->lent = NULL;
}

void schedctx_reclaim(struct thread *lender)
{
	struct schedctx *s = lender->lent;

	if (!s || s->thread == cpu_self()->current) {
		return;
	}
	struct thread *borrower = s->thread;
	struct thread *woken = schedctx_return(borrower);
	sched_stop(borrower);
	fall_back(borrower);
	if (woken) {
		sched_wake(woken);
	}
}

void schedctx_bind(struct schedctx *s, struct thread *thread)
{
	schedctx_leave_stack(thread);
	thread->borrowed = false;
	schedctx_hold(s, thread);
	sched_wake(thread);
	if (thread->bound) {
		notification_check_bound(thread->bound);
	}
}

void schedctx_unbind(struct schedctx *s)
{
	if (s->notification) {
		s->notification->schedctx = NULL;
		s->notification = NULL;
	}
	if (s->thread) {
		let_go(s);
	}
	if (s->lender) {
		// The stack below keeps its order but lends nothing any more.
		struct thread *lender = s->lender, *below = lender->lender_below;
		s->lender = NULL;
		lender->lent = NULL;
		lender->lender_below = NULL;
		if (below) {
			below->lender_above = NULL;
		}
	}
}

void schedctx_destroy(struct schedctx *s)
{
	schedctx_unbind(s);
	sched_forget(s);
}

// ---- methods --------------------------------------------------------------------------------------

must_check static enum status bind(struct invocation *invocation, struct schedctx *s)
{
	enum status status = need_words(invocation, 1);
	struct slot *slot;

	if (status == STATUS_OK) {
		status = argument_slot(invocation, 0, &slot);
	}
	if (status != STATUS_OK) {
		return status;
	}
	if (s->thread || s->lender || s->notification) {
		return STATUS_BUSY;
	}
	if (slot->cap.type == OBJECT_THREAD) {
		struct thread *thread = cap_object(slot->cap);
		if (thread->schedctx) {
			return bad(invocation, STATUS_BUSY, 0);
		}
		schedctx_bind(s, thread);
		return STATUS_OK;
	}
	if (slot->cap.type == OBJECT_NOTIFICATION) {
		struct notification *notification = cap_object(slot->cap);
		if (!(slot->cap.rights & RIGHT_READ)) {
			return bad(invocation, STATUS_NO_RIGHT, 0);
		}
		if (notification->schedctx) {
			return bad(invocation, STATUS_BUSY, 0);
		}
		s->notification = notification;
		notification->schedctx = s;
		notification_check_bound(notification);
		return STATUS_OK;
	}
	return bad(invocation, slot_is_empty(slot) ? STATUS_NO_CAP : STATUS_WRONG_TYPE, 0);
}

static void answer_consumed(struct invocation *invocation, struct schedctx *s)
{
	sched_charge(s);
	result(invocation, 0, arch_us_from_ticks(s->used - s->used_asked));
	s->used_asked = s->used;
}

// The first time, let the other thread run and go on when chosen again; then answer.
must_check static enum status yield_to(struct invocation *invocation, struct schedctx *s)
{
	struct thread *thread = invocation->thread;

	if (!thread->started) {
		if (s->thread && s->thread->priority > thread->max_priority) {
			return STATUS_NO_RIGHT;
		}
		if (s->thread && sched_let_run(s->thread)) {
			thread->started = true;
			invocation->progress = PREEMPTED;
			return STATUS_OK;
		}
	}
	answer_consumed(invocation, s);
	return STATUS_OK;
}

enum status schedctx_invoke(struct invocation *invocation)
{
	struct schedctx *s = cap_object(invocation->slot->cap);

	switch (invocation->method) {
	case SCHEDCTX_BIND: return bind(invocation, s);
	case SCHEDCTX_UNBIND: schedctx_unbind(s); return STATUS_OK;
	case SCHEDCTX_CONSUMED: answer_consumed(invocation, s); return STATUS_OK;
	case SCHEDCTX_YIELD_TO: return yield_to(invocation, s);
	}
	return STATUS_BAD_METHOD;
}

// SCHED_CONFIGURE: schedctx_cap, budget us, period us, extra refills, badge.
enum status sched_control_invoke(struct invocation *invocation)
{
	if (invocation->method != SCHED_CONFIGURE) {
		return STATUS_BAD_METHOD;
	}
	enum status status = need_words(invocation, 5);
	struct slot *slot;
	if (status == STATUS_OK) {
		status = argument_cap(invocation, 0, OBJECT_SCHEDCTX, &slot);
	}
	if (status != STATUS_OK) {
		return status;
	}
	struct schedctx *s = cap_object(slot->cap);
	uint64_t budget = argument(invocation, 1), period = argument(invocation, 2);
	uint64_t extra = argument(invocation, 3);
	if (period > SCHEDCTX_MAX_US) {
		return bad(invocation, STATUS_BAD_ARGUMENT, 2);
	}
	if (budget < SCHEDCTX_MIN_US || budget > period) {
		return bad(invocation, STATUS_BAD_ARGUMENT, 1);
	}
	if (extra > schedctx_refill_limit(slot->cap.bits) - 2) {
		return bad(invocation, STATUS_BAD_ARGUMENT, 3);
	}
	sched_forget(s);
	s->badge = argument(invocation, 4);
	s->cpu = cap_number(invocation->slot->cap);
	refill_configure(s, arch_ticks_from_us(budget), arch_ticks_from_us(period), 2 + extra,
			 arch_now());
	if (s->thread) {
		sched_stop(s->thread);
		sched_wake(s->thread);
	}
	return STATUS_OK;
}
