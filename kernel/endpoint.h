// SPDX-License-Identifier: MIT
//
// Endpoints: where senders and receivers of messages meet.
//
//   IDLE --send--> SENDING (a queue of senders) --receive--> ... --> IDLE
//   IDLE --receive--> RECEIVING (a queue of receivers) --send--> ... --> IDLE
//
// Rules:
// - All threads of a queue wait for the same thing; `state` says which. An empty queue is IDLE.
// - Queues are first in, first out: joining and leaving take constant time.
// - The generation is a number for user level: it is raised when the server behind the endpoint is
//   started anew, and each call learns under which generation it was received.
// - Senders stay queued when the generation is raised: whoever was not yet received notices nothing.
// - While a cancel (endpoint_cancel_badged) is under way, `cursor` is the next thread it looks at. A
//   thread that leaves the queue moves it on.
#pragma once

#include "cap.h"
#include "queue.h"

enum endpoint_state {
	ENDPOINT_IDLE = 0,
	ENDPOINT_SENDING = 1,
	ENDPOINT_RECEIVING = 2,
};

struct endpoint {
	struct thread_queue queue;
	uint64_t state; // enum endpoint_state
	uint64_t generation;
	struct thread *cursor;
	uint64_t cancel_badge;
	uint64_t reserved[2];
};

_Static_assert(sizeof(struct endpoint) == 1 << ENDPOINT_BITS, "endpoint size is ABI");

void endpoint_dequeue(struct endpoint *endpoint, struct thread *thread);

// The first of the queue leaves with STATUS_GONE. True: there are more.
bool endpoint_destroy_step(struct endpoint *endpoint) must_check;
// Every queued sender with this badge leaves with STATUS_GONE.
enum progress endpoint_cancel_badged(struct endpoint *endpoint, uint64_t badge,
				     bool *started) must_check;

// Queue a thread whose state is already set, at the end.
static inline void endpoint_enqueue(struct endpoint *endpoint, struct thread *thread)
{
	thread->endpoint = endpoint;
	queue_append(&endpoint->queue, thread);
	endpoint->state = thread->state == THREAD_RECEIVING ? ENDPOINT_RECEIVING : ENDPOINT_SENDING;
}

// Take the first receiver out of the queue. Receivers have no cursor at them.
static inline struct thread *endpoint_take_receiver(struct endpoint *endpoint)
{
	struct thread *receiver = queue_take(&endpoint->queue);

	if (likely(!endpoint->queue.head)) {
		endpoint->state = ENDPOINT_IDLE;
	}
	receiver->endpoint = NULL;
	return receiver;
}
