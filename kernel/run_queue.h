// SPDX-License-Identifier: MIT
//
// The ready threads of a CPU, in the order in which they run: by priority, then as they came.
//
// Rules:
// - A thread that is `queued` is in the queue of its priority.
// - `ready` has a bit for each priority with a queue that is not empty; `top` is the highest of them,
//   -1 if nobody is ready.
//
// All in constant time. Leaves out who is ready and when the choice is made: sched.c.
#pragma once

#include "cpu.h"
#include "queue.h"

// The queue of that priority, which is not above `top`, has become empty.
static inline void run_queue_emptied(struct cpu *cpu, unsigned priority)
{
	unsigned word = priority / 64;

	cpu->ready[word] &= ~(1ul << priority % 64);
	if (likely(priority == (unsigned)cpu->top)) {
		while (!cpu->ready[word] && word > 0) {
			word--;
		}
		cpu->top = cpu->ready[word]
				   ? (int)(word * 64 + 63) - __builtin_clzl(cpu->ready[word])
				   : -1;
	}
}

// `front`: before the others of its priority.
static inline void run_queue_add(struct cpu *cpu, struct thread *thread, bool front)
{
	unsigned priority = thread->priority;

	thread->queued = true;
	thread->cpu = cpu->number;
	if (front) {
		queue_prepend(&cpu->queue[priority], thread);
	} else {
		queue_append(&cpu->queue[priority], thread);
	}
	cpu->ready[priority / 64] |= 1ul << priority % 64;
	if ((int)priority > cpu->top) {
		cpu->top = priority;
	}
}

static inline void run_queue_remove(struct cpu *cpu, struct thread *thread)
{
	struct thread_queue *queue = &cpu->queue[thread->priority];

	thread->queued = false;
	queue_remove(queue, thread);
	if (!queue->head) {
		run_queue_emptied(cpu, thread->priority);
	}
}

// The next one; there is one.
static inline struct thread *run_queue_take(struct cpu *cpu)
{
	struct thread_queue *queue = &cpu->queue[cpu->top];
	struct thread *thread = queue_take(queue);

	thread->queued = false;
	if (likely(!queue->head)) {
		run_queue_emptied(cpu, cpu->top);
	}
	return thread;
}
