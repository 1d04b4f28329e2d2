// SPDX-License-Identifier: MIT
//
// Notifications: signal, wait, and the binding to a thread. See notification.h.
#include "notification.h"
#include "irq.h"
#include "panic.h"
#include "queue.h"
#include "schedctx.h"
#include "sched.h"
#include "thread.h"

static void enqueue(struct notification *notification, struct thread *thread)
{
	thread->notification = notification;
	queue_append(&notification->queue, thread);
	notification->state = NOTIFICATION_WAITING;
}

void notification_dequeue(struct notification *notification, struct thread *thread)
{
	queue_remove(&notification->queue, thread);
	thread->notification = NULL;
	if (!notification->queue.head) {
		notification->state = NOTIFICATION_IDLE;
	}
}

static inline struct thread *take_waiter(struct notification *notification)
{
	struct thread *thread = queue_take(&notification->queue);

	thread->notification = NULL;
	if (likely(!notification->queue.head)) {
		notification->state = NOTIFICATION_IDLE;
	}
	return thread;
}

// What a thread that receives `word` finds in its registers.
static void deliver(struct thread *thread, uint64_t word)
{
	thread->msg.status = STATUS_OK;
	thread->msg.badge = word;
	thread->msg.info = 0;
	thread->msg.aux = RECEIVED_NOTIFICATION;
	thread->msg.third = 0;
}

// A waiter without a scheduling context of its own runs on the notification's: that one, if it is free.
static struct schedctx *loan(const struct notification *notification, const struct thread *thread)
{
	struct schedctx *s = notification->schedctx;

	return !thread->schedctx && s && !s->thread ? s : NULL;
}

static void lend(struct notification *notification, struct thread *thread)
{
	struct schedctx *s = loan(notification, thread);

	if (s) {
		schedctx_give(s, thread);
	}
}

// The thread has left its queue.
static void wake(struct notification *notification, struct thread *thread, uint64_t word)
{
	thread->state = THREAD_RUNNING;
	deliver(thread, word);
	lend(notification, thread);
	sched_wake(thread);
}

static bool bound_receives(const struct notification *notification)
{
	const struct thread *bound = notification->bound;

	return bound && bound->state == THREAD_RECEIVING &&
	       (bound->schedctx || loan(notification, bound));
}

// A bound thread that runs a guest on another CPU leaves it to take the word.
static void kick_guest(const struct thread *bound)
{
	if (bound && arch_frame_kind(bound) == FRAME_GUEST && bound->cpu != cpu_self()->number) {
		arch_cpu_kick(bound->cpu);
	}
}

void notification_signal_heard(struct notification *notification, uint64_t badge)
{
	if (badge == 0) {
		return;
	}
	if (notification->state == NOTIFICATION_WAITING) {
		wake(notification, take_waiter(notification), badge);
	} else if (bound_receives(notification)) {
		thread_leave_wait(notification->bound);
		wake(notification, notification->bound, badge);
	} else {
		notification->word |= badge;
		notification->state = NOTIFICATION_ACTIVE;
		kick_guest(notification->bound);
	}
}

void notification_check_bound(struct notification *notification)
{
	uint64_t word;

	if (bound_receives(notification) && notification_poll(notification, &word)) {
		thread_leave_wait(notification->bound);
		wake(notification, notification->bound, word);
	}
}

bool notification_poll(struct notification *notification, uint64_t *word)
{
	if (notification->state != NOTIFICATION_ACTIVE) {
		return false;
	}
	*word = notification->word;
	notification->word = 0;
	notification->state = NOTIFICATION_IDLE;
	return true;
}

bool notification_take(struct notification *notification, struct thread *thread)
{
	uint64_t word;

	if (!notification_poll(notification, &word)) {
		return false;
	}
	deliver(thread, word);
	lend(notification, thread);
	return true;
}

enum status notification_wait(struct notification *notification, struct thread *thread,
			      bool blocking)
{
	if (notification_take(notification, thread)) {
		return STATUS_OK;
	}
	if (!blocking) {
		return STATUS_WOULD_BLOCK;
	}
	thread->state = THREAD_WAITING;
	enqueue(notification, thread);
	struct schedctx *s = thread->schedctx;
	if (s && s->notification && !s->lender) {
		struct thread *none = schedctx_return(thread);
		assert(!none);
	}
	sched_block();
	return STATUS_OK;
}

void notification_bind(struct notification *notification, struct thread *thread)
{
	notification->bound = thread;
	thread->bound = notification;
	notification_check_bound(notification);
}

void notification_unbind(struct notification *notification)
{
	irq_forget_notification(notification);
	if (notification->bound) {
		notification->bound->bound = NULL;
		notification->bound = NULL;
	}
	if (notification->schedctx) {
		notification->schedctx->notification = NULL;
		notification->schedctx = NULL;
	}
}

bool notification_destroy_step(struct notification *notification)
{
	struct thread *thread = notification->queue.head;

	if (thread) {
		thread_leave_wait(thread);
		thread_complete(thread, STATUS_GONE);
	}
	return notification->queue.head != NULL;
}
