// SPDX-License-Identifier: MIT
//
// The scheduler: per CPU, the runnable thread of the highest priority runs; equal ones take turns when
// their budgets are used up. The CPU time goes to the thread's scheduling context.
//
// Rules:
// - A thread can run if it is RUNNING and has a configured scheduling context. It is then current,
//   or in the run queue, or its context is in the release queue because it is not ready.
// - Whoever changes any of that says so here: wake, stop, block, hand over.
// - Nothing is charged while the scheduling context stays the same: a call to a passive server costs
//   no look at the clock. The timer is set so that no context runs longer than its refill.
// - sched_leave() is the last thing every kernel entry does.
#pragma once

#include "arch_switch.h"
#include "cpu.h"
#include "schedctx.h"

#define TIMER_NEVER UINT64_MAX

void sched_init_cpu(struct cpu *cpu, unsigned number);

// The thread may have become able to run: queue it where it belongs.
void sched_wake(struct thread *thread);
void sched_wake_first(struct thread *thread); // before the others of its priority
// The thread can no longer run, or what decides its place changes: on no other CPU is it the current
// one any more.
void sched_stop(struct thread *thread);
// Its registers are to be read or written: they are not in another CPU.
void sched_stall(struct thread *thread);
// The current thread waits from now on.
static inline void sched_block(void)
{
	cpu_self()->reschedule = true;
}

// What the thread runs on may have changed, which matters if it is current.
static inline void sched_check(const struct thread *thread)
{
	struct cpu *cpu = cpu_self();

	if (cpu->current == thread && thread->schedctx != cpu->charged) {
		cpu->reschedule = true;
	}
}

// No CPU may have the thread as its current one: its memory is about to go.
void sched_drop(struct thread *thread);

// Charge what has been used to who used it; returns the time.
static inline ticks_t sched_charge_current(struct cpu *cpu)
{
	struct schedctx *s = cpu->charged;
	ticks_t now = arch_now();
	ticks_t used = now > cpu->since ? now - cpu->since : 0; // it may be another CPU's clock

	cpu->since = now;
	if (likely(s)) {
		s->used += used;
		if (unlikely(refill_charge(s, used))) {
			s->spent = true;
		}
	}
	return now;
}

// The timer may stay set too early: sched_timer then finds nothing to do and sets it anew.
static inline void sched_set_timer(struct cpu *cpu)
{
	ticks_t deadline = TIMER_NEVER;

	if (cpu->charged) {
		deadline = cpu->since + refill_head(cpu->charged)->amount;
	}
	if (cpu->release && refill_head(cpu->release)->time < deadline) {
		deadline = refill_head(cpu->release)->time;
	}
	if (deadline < cpu->deadline) {
		cpu->deadline = deadline;
		arch_timer_set(deadline);
	}
}

// The present choice ends: charge it, and go on on the time of `s`, whose thread is about to be current.
static inline void sched_change_time(struct cpu *cpu, struct schedctx *s)
{
	sched_charge_current(cpu);
	cpu->charged = s;
	s->spent = false;
	sched_set_timer(cpu);
}

void sched_yield(void); // give up the present refill
// Would that change nothing? Who runs round robin and has no equal would go on at once.
static inline bool sched_yields_to_nobody(const struct cpu *cpu)
{
	const struct schedctx *s = cpu->charged;

	return !s || (s->round_robin && cpu->top < cpu->current->priority);
}
// Let the other thread run before the current one. False: it cannot.
bool sched_let_run(struct thread *thread);
void sched_choose(void);			// make the choice anew, and switch
void sched_timer(void);				// the deadline has passed
void sched_refresh(void);			// another CPU changed something here
void sched_reload_space(struct thread *thread); // it has another address space now
void sched_charge(struct schedctx *s);		// bring its account up to date
// The context is configured anew or goes away.
void sched_forget(struct schedctx *s);

// Make `next`, which can run and is in no queue, the current thread: no more than that.
static inline void sched_switch(struct cpu *cpu, struct thread *next)
{
	struct thread *from = cpu->current;

	cpu->current = next;
	next->cpu = cpu->number;
	if (likely(next->space && arch_switch_is_plain(from, next))) {
		arch_switch_plain(cpu, from, next);
	} else {
		arch_switch_elaborate(from, next);
	}
}

// The last thing that every kernel entry does.
static inline void sched_leave(void)
{
	if (unlikely(cpu_self()->reschedule)) {
		sched_choose();
	}
}

// Could `next`, which is about to become able to run on its own time, be the very next one? (Of who has a
// budget to be counted that is not said here.)
static inline bool sched_can_start(const struct cpu *cpu, const struct thread *next)
{
	return next->priority >= cpu->top && next->schedctx->round_robin &&
	       next->schedctx->cpu == cpu->number;
}

// The current thread waits from now on and `next` has become able to run: run it, if nobody of
// higher priority is ready. On the time that is being charged already, nothing else has to be done.
static inline void sched_hand_over(struct thread *next)
{
	struct cpu *cpu = cpu_self();

	if (likely(next->schedctx == cpu->charged && next->priority >= cpu->top &&
		   !cpu->reschedule)) {
		sched_switch(cpu, next);
	} else {
		sched_wake_first(next);
		sched_block();
	}
}
