// SPDX-License-Identifier: MIT
//
// The scheduler: per CPU, the runnable thread of the highest priority runs; equal ones take turns when
// their budgets are used up. The CPU time goes to the thread's scheduling context.
//
// Rules:
// - A thread can run if it is RUNNING and has a configured scheduling context whose first refill may
//   be used now. Otherwise its context waits in the release queue, or for whoever gives it one.
// - Nothing is charged while the scheduling context stays the same: a call to a passive server costs
//   no look at the clock. The timer is set so that no context runs longer than its refill.
// - sched_leave() is the last thing every kernel entry does.
#pragma once

#include "cpu.h"

void sched_init_cpu(struct cpu *cpu);
// The thread has become able to run, or may have: queue it where it belongs.
void sched_wake(struct thread *thread);
// The thread can no longer run, or its place in the queue changes: take it out of the run queue.
void sched_remove(struct thread *thread);
// `current` has blocked and `next` has just become able to run: run it now if nobody comes first.
void sched_hand_over(struct thread *next);
void sched_yield(void); // give up the present refill
void sched_timer(void); // the deadline has passed
void sched_leave(void); // choose, and switch
bool sched_can_run(struct thread *thread);
void sched_charge(struct cpu *cpu); // bring the account of `charged` up to date
void sched_release_add(struct schedctx *s);
void sched_release_remove(struct schedctx *s);
