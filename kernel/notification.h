// SPDX-License-Identifier: MIT
//
// Notifications: a word of bits that is signalled and waited for.
//
//   IDLE --signal--> ACTIVE (word != 0) --wait--> IDLE
//   IDLE --wait--> WAITING (a queue) --signal--> the first leaves with the word --> ...
//
// Rules:
// - word != 0 exactly if ACTIVE; the queue is non-empty exactly if WAITING. Signalling with badge
//   0 does nothing.
// - A thread bound to a notification also gets its word while it receives from an endpoint; nobody
//   else may wait for it then.
// - A scheduling context bound to a notification is given to a thread that is woken by it and has
//   none; it comes back when the thread waits again.
// - A bound thread without any time is not woken: the word stays until it next receives.
#pragma once

#include "cap.h"
#include "thread.h"

struct schedctx;
struct thread;

enum notification_state {
	NOTIFICATION_IDLE = 0,
	NOTIFICATION_WAITING = 1,
	NOTIFICATION_ACTIVE = 2,
};

struct notification {
	uint64_t word;
	struct thread_queue queue;
	struct thread *bound; // the thread that receives it along with messages, or NULL
	struct schedctx *schedctx;
	uint64_t lines; // how many interrupt lines signal it
	uint64_t state; // enum notification_state
	uint64_t reserved;
};

_Static_assert(sizeof(struct notification) == 1 << NOTIFICATION_BITS, "notification size is ABI");

// May there be somebody to be woken?
static inline bool notification_is_heard(const struct notification *notification)
{
	return notification->state == NOTIFICATION_WAITING || notification->bound;
}

void notification_signal_heard(struct notification *notification, uint64_t badge);

// The same if nobody is.
static inline void notification_signal_quietly(struct notification *notification, uint64_t badge)
{
	if (badge != 0) {
		notification->word |= badge;
		notification->state = NOTIFICATION_ACTIVE;
	}
}

static inline void notification_signal(struct notification *notification, uint64_t badge)
{
	if (notification_is_heard(notification)) {
		notification_signal_heard(notification, badge);
	} else {
		notification_signal_quietly(notification, badge);
	}
}

// A bound notification is its thread's alone.
static inline bool notification_may_wait(const struct notification *notification,
					 const struct thread *thread)
{
	return !notification->bound || notification->bound == thread;
}
// The current thread, which may, waits for it.
enum status notification_wait(struct notification *notification, struct thread *thread,
			      bool blocking) must_check;
// If it is active, take its word.
bool notification_poll(struct notification *notification, uint64_t *word) must_check;
// If it is active, give its word to the thread, which is receiving.
bool notification_take(struct notification *notification, struct thread *thread) must_check;

void notification_dequeue(struct notification *notification, struct thread *thread);
void notification_bind(struct notification *notification, struct thread *thread);
void notification_unbind(struct notification *notification); // from everything
// The bound thread may have become able to receive the word.
void notification_check_bound(struct notification *notification);
// One waiter leaves with STATUS_GONE. True: there are more.
bool notification_destroy_step(struct notification *notification) must_check;
