// SPDX-License-Identifier: MIT
//
// The scheduler. See sched.h for its rules, run_queue.h for who is ready, refill.h for budgets,
// release.h for who waits for time.
//
// Constant time, but for the release queue, which is logarithmic, and the releases due at one timer
// interrupt, which are done RELEASE_STEP at a time.
#include "sched.h"
#include "fault.h"
#include "panic.h"
#include "release.h"
#include "run_queue.h"
#include "schedctx.h"
#include "vspace.h"

#define RELEASE_STEP 16

void sched_init_cpu(struct cpu *cpu, unsigned number)
{
	cpu->number = number;
	cpu->top = -1;
	cpu->deadline = TIMER_NEVER;
	cpu->since = arch_now();
	cpu->current = &cpu->idle;
	cpu->idle.state = THREAD_RUNNING;
	cpu->idle.cpu = number;
	arch_vspace_init(&vspace_none, VSPACE_NATIVE);
	arch_thread_init_idle(&cpu->idle);
}

static bool can_run(const struct thread *thread)
{
	return thread->state == THREAD_RUNNING && thread->schedctx && thread->schedctx->budget != 0;
}

// ---- time -----------------------------------------------------------------------------------------

// Another choice may be right on this CPU.
static void reschedule(struct cpu *cpu)
{
	if (cpu != cpu_self() && !cpu->reschedule) {
		arch_cpu_kick(cpu->number);
	}
	cpu->reschedule = true;
}

// Not ready: its thread is queued when it is.
static void throttle(struct schedctx *s)
{
	struct cpu *cpu = cpu_by_number(s->cpu);

	release_add(&cpu->release, s);
	if (cpu->release != s) {
		return;
	}
	if (cpu == cpu_self()) {
		sched_set_timer(cpu);
	} else {
		reschedule(cpu); // it sets its timer itself
	}
}

// A thread that can run and is not current goes to the run queue, or its context to the release queue.
static void place(struct thread *thread, bool front, ticks_t now)
{
	struct schedctx *s = thread->schedctx;
	struct cpu *cpu = cpu_by_number(s->cpu);

	if (unlikely(!refill_is_ready(s, now))) {
		throttle(s);
		return;
	}
	run_queue_add(cpu, thread, front);
	if (thread->priority > cpu->current->priority || cpu->current == &cpu->idle) {
		reschedule(cpu);
	}
}

static __attribute__((noinline)) void wake(struct thread *thread, bool front)
{
	struct schedctx *s = thread->schedctx;
	ticks_t now = 0;

	if (!can_run(thread) || thread->queued || s->throttled ||
	    cpu_by_number(thread->cpu)->current == thread) {
		return;
	}
	if (unlikely(!s->round_robin)) {
		now = arch_now();
		refill_unblock(s, now);
	}
	place(thread, front, now);
}

// Nearly always it has waited on this CPU, and runs round robin.
void sched_wake(struct thread *thread)
{
	const struct schedctx *s = thread->schedctx;
	struct cpu *cpu = cpu_self();

	if (unlikely(!s || !s->round_robin || s->cpu != cpu->number || thread->cpu != cpu->number ||
		     thread->state != THREAD_RUNNING || thread->queued || cpu->current == thread)) {
		wake(thread, false);
		return;
	}
	run_queue_add(cpu, thread, false);
	if (thread->priority > cpu->current->priority || cpu->current == &cpu->idle) {
		cpu->reschedule = true;
	}
}

void sched_wake_first(struct thread *thread)
{
	wake(thread, true);
}

void sched_stop(struct thread *thread)
{
	struct cpu *cpu = cpu_by_number(thread->cpu);

	if (thread->queued) {
		run_queue_remove(cpu, thread);
	} else if (cpu->current == thread) {
		if (cpu != cpu_self()) {
			arch_cpu_stall(cpu->number);
		}
		reschedule(cpu);
	}
}

void sched_stall(struct thread *thread)
{
	struct cpu *cpu = cpu_by_number(thread->cpu);

	if (cpu->current == thread && cpu != cpu_self()) {
		sched_stop(thread);
		sched_wake(thread);
	}
}

// The holder of the lock wants this CPU's thread, whose frame is saved. A system call that it has not
// begun is done when the thread is next chosen; what else it may have come for comes again.
void kernel_stalled(void)
{
	struct cpu *cpu = cpu_self();
	struct thread *thread = cpu->current;

	if (arch_frame_kind(thread) == FRAME_SHORT) {
		thread_pend(thread);
	}
	arch_switch_elaborate(thread, &cpu->idle);
	cpu->current = &cpu->idle;
}

void sched_drop(struct thread *thread)
{
	struct cpu *cpu = cpu_by_number(thread->cpu);

	sched_stop(thread);
	if (cpu->current == thread) {
		if (cpu == cpu_self()) {
			arch_switch_elaborate(thread, &cpu->idle);
		}
		cpu->current = &cpu->idle;
	}
}

void sched_charge(struct schedctx *s)
{
	struct cpu *cpu = cpu_by_number(s->cpu);

	if (cpu->charged == s) {
		sched_charge_current(cpu);
	}
}

void sched_forget(struct schedctx *s)
{
	struct cpu *cpu = cpu_by_number(s->cpu);

	sched_charge(s);
	if (cpu->charged == s) {
		cpu->charged = NULL;
		reschedule(cpu);
	}
	if (s->throttled) {
		release_remove(&cpu->release, s);
	}
	s->spent = false;
}

// ---- choosing -------------------------------------------------------------------------------------

// The current thread could go on but does not: put it where it will be found again.
static __attribute__((noinline)) void put_back(struct cpu *cpu, struct thread *thread, ticks_t now)
{
	struct schedctx *s = thread->schedctx;
	bool front = !s->spent && !cpu->yielded;

	if (s->spent) {
		s->spent = false;
		if (!s->round_robin && fault_timeout(thread)) {
			return;
		}
	}
	if (!s->throttled) {
		place(thread, front, now);
	}
}

static inline struct thread *take_first(struct cpu *cpu, ticks_t now)
{
	while (cpu->top >= 0) {
		struct thread *thread = run_queue_take(cpu);
		if (likely(refill_is_ready(thread->schedctx, now))) {
			return thread;
		}
		// It was queued before its last run was charged: at most one is like that.
		release_add(&cpu->release, thread->schedctx);
	}
	return &cpu->idle;
}

void sched_choose(void)
{
	struct cpu *cpu = cpu_self();
	struct thread *thread = cpu->current;

	bool goes_on = can_run(thread);

	cpu->reschedule = false;
	if (goes_on && thread->schedctx == cpu->charged && !cpu->charged->spent && !cpu->yielded &&
	    cpu->top <= thread->priority && cpu->deadline != TIMER_NEVER) {
		return;
	}
	ticks_t now = sched_charge_current(cpu);
	if (goes_on) {
		const struct schedctx *s = thread->schedctx;
		if (likely(s->round_robin && !s->spent && s->cpu == cpu->number)) {
			run_queue_add(cpu, thread, !cpu->yielded);
		} else {
			cpu->charged = NULL; // for whoever looks while the choice is open
			put_back(cpu, thread, now);
		}
	}
	struct thread *next = take_first(cpu, now);
	cpu->yielded = false;
	cpu->reschedule = false;
	cpu->charged = next->schedctx;
	if (likely(cpu->charged)) {
		cpu->charged->spent = false;
	}
	sched_set_timer(cpu);
	if (next != thread) {
		sched_switch(cpu, next);
	}
}

void sched_yield(void)
{
	struct cpu *cpu = cpu_self();
	struct schedctx *s = cpu->charged;

	if (sched_yields_to_nobody(cpu)) {
		return;
	}
	sched_charge_current(cpu);
	if (s->round_robin) {
		refill_head(s)->amount = s->budget;
	} else if (!s->spent) {
		refill_charge(s, refill_head(s)->amount);
	}
	s->spent = false;
	cpu->yielded = true;
	cpu->reschedule = true;
}

bool sched_let_run(struct thread *thread)
{
	struct cpu *cpu = cpu_self();

	if (!thread->queued || thread->cpu != cpu->number ||
	    thread->priority < cpu->current->priority) {
		return false;
	}
	run_queue_remove(cpu, thread);
	run_queue_add(cpu, thread, true);
	cpu->yielded = true;
	cpu->reschedule = true;
	return true;
}

void sched_timer(void)
{
	struct cpu *cpu = cpu_self();
	ticks_t now = sched_charge_current(cpu);

	cpu->deadline = TIMER_NEVER;
	for (unsigned i = 0; i < RELEASE_STEP && cpu->release; i++) {
		struct schedctx *s = cpu->release;
		if (refill_head(s)->time > now) {
			break;
		}
		release_remove(&cpu->release, s);
		if (s->thread) {
			sched_wake(s->thread);
		}
	}
	cpu->reschedule = true;
}

void sched_refresh(void)
{
	struct cpu *cpu = cpu_self();

	sched_set_timer(cpu);
	cpu->reschedule = true;
}

void sched_reload_space(struct thread *thread)
{
	struct cpu *cpu = cpu_by_number(thread->cpu);

	if (cpu->current == thread) {
		sched_drop(thread);
		sched_wake(thread);
	}
}
