// SPDX-License-Identifier: MIT
//
// The direct way of a message: a call whose receiver waits already, and an answer whose caller runs
// next. Nothing is in the way, nothing is queued, and the message never leaves its registers.
//
// Each function first looks whether that is so, changing nothing; then it does what cannot fail, with
// the same verbs as ipc.c: take a receiver, hold a caller, lend and give back, switch. Whatever
// is not as usual (a longer message, capabilities, a fault, a budget, a queue) returns
// ANSWER_GENERAL, and the general way does the whole call from its beginning. The host tests run both
// ways from every state in which this one is possible and compare what they leave behind.
//
// The entry (x86/entry.S) relies on the message words 0..7 staying where they are.
#include "arch.h"
#include "endpoint.h"
#include "notification.h"
#include "reply.h"
#include "sched.h"
#include "schedctx.h"
#include "syscall.h"

static const struct answer general = {ANSWER_GENERAL, 0};

// The slot that a cptr names, if it lies in the root of the CSpace. False: the general way knows.
static inline bool find(const struct thread *thread, cptr_t cptr, struct slot **slot)
{
	uint64_t number = cptr >> thread->cspace_shift;

	*slot = thread->cspace + number;
	return likely(number < thread->cspace_slots);
}

// Whatever is not the length is not there, and the length is that of the registers.
static inline bool is_plain(uint64_t info)
{
	return (uint32_t)info <= MSG_REG_WORDS;
}

// May `next` run at once, before all others?
static inline bool comes_next(const struct cpu *cpu, const struct thread *next)
{
	return next->priority >= cpu->top;
}

// All is done but the switch.
static __attribute__((noinline, cold)) struct answer
switch_elaborate(struct thread *from, struct thread *next, uint64_t word)
{
	arch_switch_elaborate(from, next);
	return (struct answer){(uint64_t)next, word};
}

static inline struct answer hand_over(struct cpu *cpu, struct thread *from, struct thread *next,
				      uint64_t word)
{
	cpu->current = next;
	next->cpu = cpu->number;
	if (unlikely(!arch_switch_is_plain(from, next))) {
		return switch_elaborate(from, next, word);
	}
	arch_switch_plain(cpu, from, next);
	return (struct answer){(uint64_t)next, word};
}

// The same, with a change to the next thread's own time.
static __attribute__((noinline)) struct answer
hand_over_active(struct cpu *cpu, struct thread *from, struct thread *next, uint64_t word)
{
	sched_change_time(cpu, next->schedctx);
	return hand_over(cpu, from, next, word);
}

struct answer kernel_call(cptr_t cptr, uint64_t info, struct thread *caller)
{
	struct slot *slot;

	if (unlikely(!find(caller, cptr, &slot))) {
		return general;
	}
	struct cap *cap = &slot->cap;
	if (unlikely(!cap_is(cap, OBJECT_ENDPOINT, RIGHT_WRITE))) {
		return syscall_invoke_short(caller, slot);
	}
	struct endpoint *endpoint = cap_object(*cap);
	struct thread *receiver = endpoint->head;
	struct cpu *cpu = cpu_self();
	if (unlikely(!is_plain(info) || endpoint->state != ENDPOINT_RECEIVING || !receiver->reply ||
		     !comes_next(cpu, receiver) ||
		     (receiver->schedctx && !sched_can_start(cpu, receiver)))) {
		return general;
	}

	struct reply *reply = receiver->reply;
	endpoint_take_receiver(endpoint);
	receiver->reply = NULL;
	receiver->state = THREAD_RUNNING;
	reply_take_caller(reply, caller, cap->rights);
	caller->state = THREAD_CALLING;
	caller->msg.aux = endpoint->generation;
	if (unlikely(receiver->schedctx)) {
		return hand_over_active(cpu, caller, receiver, cap->badge);
	}
	schedctx_lend(caller, receiver);
	return hand_over(cpu, caller, receiver, cap->badge);
}

// Can the time on which `thread` runs go on with its caller, or has the caller its own?
static inline bool time_goes_along(const struct cpu *cpu, const struct thread *thread,
				   const struct thread *caller)
{
	if (likely(thread->borrowed)) {
		return thread->schedctx->lender == caller;
	}
	return caller->schedctx && sched_can_start(cpu, caller);
}

static inline bool is_signalled(const struct thread *thread)
{
	return unlikely(thread->bound) && thread->bound->state == NOTIFICATION_ACTIVE;
}

struct answer kernel_reply_receive(cptr_t from, uint64_t info, cptr_t reply_cptr,
				   struct thread *thread)
{
	struct slot *source, *answer;

	if (unlikely(!find(thread, from, &source) || !find(thread, reply_cptr, &answer) ||
		     !cap_is(&source->cap, OBJECT_ENDPOINT, RIGHT_READ) ||
		     !cap_is(&answer->cap, OBJECT_REPLY, 0) || !is_plain(info))) {
		return general;
	}
	struct endpoint *endpoint = cap_object(source->cap);
	struct reply *reply = cap_object(answer->cap);
	struct thread *caller = reply->thread;
	struct cpu *cpu = cpu_self();
	if (unlikely(endpoint->state == ENDPOINT_SENDING || reply->state != REPLY_CALLER ||
		     caller->state != THREAD_CALLING || is_signalled(thread) ||
		     !comes_next(cpu, caller) || !time_goes_along(cpu, thread, caller))) {
		return general;
	}

	caller->reply = NULL;
	caller->state = THREAD_RUNNING;
	thread->state = THREAD_RECEIVING;
	reply_arm(reply, thread);
	endpoint_enqueue(endpoint, thread);
	if (unlikely(!thread->borrowed)) {
		return hand_over_active(cpu, thread, caller, caller->msg.aux);
	}
	schedctx_give_back(thread);
	return hand_over(cpu, thread, caller, caller->msg.aux);
}
