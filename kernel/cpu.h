// SPDX-License-Identifier: MIT
//
// What each CPU has of its own: who runs, who could run, who will be allowed to later.
//
// Rules:
// - All fields are under the kernel lock, but `current`, which the CPU itself also reads on its way in
//   and out.
// - `current` is never in the run queue. It is the idle thread if nothing can run.
// - A thread is queued at the CPU of its scheduling context.
// - The time since `since` has not been charged to `charged` yet.
#pragma once

#include "arch.h"
#include "thread.h"

#define PRIORITY_COUNT 256

struct cpu {
	struct thread *current;
	struct arch_cpu arch;

	int top;	 // the highest priority that is ready (run_queue.h)
	bool reschedule; // the choice of `current` has to be made anew before the kernel is left
	bool yielded;	 // `current` gives way to others of its priority
	uint16_t number;
	struct schedctx *charged; // the scheduling context of `current`, NULL while idle
	ticks_t since;
	ticks_t deadline;	  // what the timer was set to; UINT64_MAX: it has fired, or none
	struct schedctx *release; // contexts without budget (release.h)
	uint64_t ready[PRIORITY_COUNT / 64];
	struct thread_queue queue[PRIORITY_COUNT]; // by priority
	struct thread idle __attribute__((aligned(64)));
};
