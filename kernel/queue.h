// SPDX-License-Identifier: MIT
//
// Queues of threads, first in, first out: of an endpoint, of a notification, of a priority of the run
// queue. A thread is in at most one (thread.h), so one pair of links serves all.
//
// Rules:
// - head and tail are both NULL or both not; next and previous are inverse.
// - The links of a thread that is in no queue mean nothing.
#pragma once

#include "thread.h"

static inline void queue_append(struct thread_queue *queue, struct thread *thread)
{
	struct thread *tail = queue->tail;

	thread->next = NULL;
	thread->previous = tail;
	queue->tail = thread;
	if (unlikely(tail)) {
		tail->next = thread;
	} else {
		queue->head = thread;
	}
}

static inline void queue_prepend(struct thread_queue *queue, struct thread *thread)
{
	struct thread *head = queue->head;

	thread->next = head;
	thread->previous = NULL;
	queue->head = thread;
	if (unlikely(head)) {
		head->previous = thread;
	} else {
		queue->tail = thread;
	}
}

// The first one leaves; there is one.
static inline struct thread *queue_take(struct thread_queue *queue)
{
	struct thread *thread = queue->head, *next = thread->next;

	queue->head = next;
	if (unlikely(next)) {
		next->previous = NULL;
	} else {
		queue->tail = NULL;
	}
	return thread;
}

static inline void queue_remove(struct thread_queue *queue, struct thread *thread)
{
	struct thread *next = thread->next, *previous = thread->previous;

	*(next ? &next->previous : &queue->tail) = previous;
	*(previous ? &previous->next : &queue->head) = next;
}
