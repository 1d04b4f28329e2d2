// SPDX-License-Identifier: MIT
//
// The queue of an endpoint, and what empties it from outside: destruction and cancelling.
//
// Leaves out how messages pass: ipc.c.
#include "endpoint.h"
#include "preempt.h"
#include "thread.h"

#ifndef CANCEL_STEP    // the explorer has fewer waiters
#define CANCEL_STEP 32 // looked at between two preemption points
#endif

void endpoint_dequeue(struct endpoint *endpoint, struct thread *thread)
{
	struct thread *next = thread->next;

	queue_remove(&endpoint->queue, thread);
	if (!endpoint->queue.head) {
		endpoint->state = ENDPOINT_IDLE;
	}
	if (endpoint->cursor == thread) {
		endpoint->cursor = next;
	}
	thread->endpoint = NULL;
}

bool endpoint_destroy_step(struct endpoint *endpoint)
{
	struct thread *thread = endpoint->queue.head;

	if (thread) {
		uint64_t generation = endpoint->generation;
		thread_leave_wait(thread);
		thread_complete(thread, STATUS_GONE);
		thread->msg.aux = generation;
	}
	return endpoint->queue.head != NULL;
}

// Go on with the cancel that is under way; *looked_at counts for the preemption points.
must_check static enum progress cancel_go_on(struct endpoint *endpoint, unsigned *looked_at)
{
	while (endpoint->cursor) {
		struct thread *thread = endpoint->cursor;
		if (++*looked_at % CANCEL_STEP == 0 && preempt_point() == PREEMPTED) {
			return PREEMPTED;
		}
		endpoint->cursor = thread->next;
		if (thread->send_badge == endpoint->cancel_badge) {
			thread_leave_wait(thread);
			thread_complete(thread, STATUS_GONE);
			thread->msg.aux = endpoint->generation;
		}
	}
	return DONE;
}

enum progress endpoint_cancel_badged(struct endpoint *endpoint, uint64_t badge, bool *started)
{
	unsigned looked_at = 0;

	// Somebody else's cancel that was preempted: finish it first, there is one cursor only.
	if (cancel_go_on(endpoint, &looked_at) == PREEMPTED) {
		return PREEMPTED;
	}
	if (*started && endpoint->cancel_badge == badge) {
		return DONE;
	}
	if (endpoint->state != ENDPOINT_SENDING) {
		return DONE;
	}
	*started = true;
	endpoint->cancel_badge = badge;
	endpoint->cursor = endpoint->queue.head;
	return cancel_go_on(endpoint, &looked_at);
}
