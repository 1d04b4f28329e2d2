// SPDX-License-Identifier: MIT
//
// The ready threads of a CPU, in the order in which they run: by priority, then as they came.
//
// Rules:
// - A thread that is `queued` is in the list of its priority, and in no other.
// - `ready` has a bit for each priority with a list that is not empty; `top` is the highest of them,
//   -1 if nobody is ready.
//
// All in constant time. Leaves out who is ready and when the choice is made: sched.c.
#pragma once

#include "cpu.h"

// The list of that priority, which is not above `top`, has become empty.
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
	struct run_list *list = &cpu->list[priority];

	thread->queued = true;
	thread->cpu = cpu->number;
	if (likely(!list->head)) {
		thread->run_next = thread->run_previous = NULL;
		list->head = list->tail = thread;
		cpu->ready[priority / 64] |= 1ul << priority % 64;
		if ((int)priority > cpu->top) {
			cpu->top = priority;
		}
	} else if (front) {
		thread->run_previous = NULL;
		thread->run_next = list->head;
		list->head->run_previous = thread;
		list->head = thread;
	} else {
		thread->run_next = NULL;
		thread->run_previous = list->tail;
		list->tail->run_next = thread;
		list->tail = thread;
	}
}

// The next one; there is one.
static inline struct thread *run_queue_take(struct cpu *cpu)
{
	struct run_list *list = &cpu->list[cpu->top];
	struct thread *thread = list->head, *next = thread->run_next;

	thread->queued = false;
	list->head = next;
	if (unlikely(next)) {
		next->run_previous = NULL;
	} else {
		list->tail = NULL;
		run_queue_emptied(cpu, cpu->top);
	}
	return thread;
}

static inline void run_queue_remove(struct cpu *cpu, struct thread *thread)
{
	struct run_list *list = &cpu->list[thread->priority];

	thread->queued = false;
	if (thread->run_next) {
		thread->run_next->run_previous = thread->run_previous;
	} else {
		list->tail = thread->run_previous;
	}
	if (thread->run_previous) {
		thread->run_previous->run_next = thread->run_next;
	} else {
		list->head = thread->run_next;
	}
	if (!list->head) {
		run_queue_emptied(cpu, thread->priority);
	}
}
