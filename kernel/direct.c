// SPDX-License-Identifier: MIT
//
// The direct way of a message: a call whose receiver waits already, and an answer whose caller runs
// next. Nothing is in the way, nothing is queued, and the eight words never leave their registers. And what
// needs no words: signals, waits for a notification, invocations with few arguments.
//
// Each function first looks whether that is so, changing nothing; then it does what cannot fail, with
// the same verbs as ipc.c: take a receiver, hold a caller, lend and give back, switch. Whatever
// is not as usual (a budget, a queue, a signal, a wrong capability) returns
// ANSWER_GENERAL, and the general way does the whole call from its beginning. The host tests run both
// ways from every state in which this one is possible and compare what they leave behind.
//
// The entry (x86/entry.S) relies on the message words 0..7 staying where they are.
#include "arch.h"
#include "endpoint.h"
#include "fault.h"
#include "invocation.h"
#include "message.h"
#include "notification.h"
#include "reply.h"
#include "sched.h"
#include "schedctx.h"
#include "syscall.h"

#define SAVED_WORDS 3 // of a call, by the entry

static const struct answer general = {ANSWER_GENERAL, 0};

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
	struct answer answer = hand_over(cpu, from, next, word);

	sched_change_time(cpu, next->schedctx);
	return answer;
}

// The second half of a call: `receiver` waits with a reply object, and comes next.
static inline struct answer call_waiting(struct cpu *cpu, struct thread *caller,
					 const struct cap *cap, struct endpoint *endpoint,
					 struct thread *receiver, struct reply *reply)
{
	endpoint_take_receiver(endpoint);
	reply_take_caller(reply, caller, cap->rights);
	receiver->reply = NULL;
	receiver->state = THREAD_RUNNING;
	caller->state = THREAD_CALLING;
	caller->msg.aux = endpoint->generation;
	if (unlikely(receiver->schedctx)) {
		return hand_over_active(cpu, caller, receiver, cap->badge);
	}
	schedctx_lend(caller, receiver);
	return hand_over(cpu, caller, receiver, cap->badge);
}

// What does not fit in the registers is copied, and the descriptor made to say what arrives.
static inline void pass_long(struct thread *sender, struct thread *receiver,
			     const struct endpoint *endpoint, bool can_grant)
{
	uint64_t label = sender->msg.info >> 32 << 32;

	sender->msg.info = label | message_transfer_long(sender, receiver, endpoint, can_grant);
}

static __attribute__((noinline)) struct answer
call_long(struct thread *caller, const struct cap *cap, struct endpoint *endpoint)
{
	if (message_check(caller) != STATUS_OK) {
		return general;
	}
	pass_long(caller, endpoint->queue.head, endpoint, cap->rights & RIGHT_GRANT);
	return call_waiting(cpu_self(), caller, cap, endpoint, endpoint->queue.head,
			    endpoint->queue.head->reply);
}

// A call that is no message to an endpoint: an invocation, if the slot is the one that is meant (a cnode may
// be on the way to it). If its arguments are not among the words that the entry has saved, it is asked for
// the others.
static struct answer invoke(struct thread *thread, struct slot *slot, uint64_t info)
{
	unsigned type = slot->cap.type;

	if (type == OBJECT_ENDPOINT || type == CAP_EMPTY || type == CAP_ZOMBIE ||
	    (type == OBJECT_CNODE && thread->cspace_shift != 0)) {
		return general;
	}
	if (msg_label(info) == CAP_NULL) {
		return (struct answer){STATUS_OK, 0};
	}
	if (msg_words(info) > SAVED_WORDS) {
		return (struct answer){ANSWER_INVOKE, (uint64_t)slot};
	}
	return invocation_run(thread, slot);
}

struct answer kernel_call(cptr_t cptr, uint64_t info, struct thread *caller)
{
	struct slot *slot;

	if (unlikely(!thread_find_near(caller, cptr, &slot))) {
		return general;
	}
	struct cap *cap = &slot->cap;
	if (unlikely(!cap_is(cap, OBJECT_ENDPOINT, RIGHT_WRITE))) {
		return invoke(caller, slot, info);
	}
	struct endpoint *endpoint = cap_object(*cap);
	struct thread *receiver = endpoint->queue.head;
	struct cpu *cpu = cpu_self();
	struct reply *reply;
	if (unlikely(endpoint->state != ENDPOINT_RECEIVING || !(reply = receiver->reply) ||
		     !comes_next(cpu, receiver) ||
		     (receiver->schedctx && !sched_can_start(cpu, receiver)))) {
		return general;
	}
	if (unlikely(!is_plain(info))) {
		return call_long(caller, cap, endpoint);
	}
	return call_waiting(cpu, caller, cap, endpoint, receiver, reply);
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

// The second half of an answer: its caller comes next.
static inline struct answer answer_caller(struct cpu *cpu, struct thread *thread,
					  struct reply *reply, struct endpoint *endpoint,
					  struct thread *caller)
{
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

// An answer that is longer, or to a fault: who faulted goes on with all its registers.
static __attribute__((noinline)) struct answer
answer_unusual(struct thread *thread, struct reply *reply, struct endpoint *endpoint)
{
	struct thread *caller = reply->thread;
	struct cpu *cpu = cpu_self();

	if (caller->state == THREAD_FAULTED) {
		if (!is_plain(thread->msg.info) || msg_label(thread->msg.info) == FAULT_STOP) {
			return general;
		}
		fault_answer(thread, caller);
		answer_caller(cpu, thread, reply, endpoint, caller);
		return (struct answer){ANSWER_SAVED, 0};
	}
	if (message_check(thread) != STATUS_OK) {
		return general;
	}
	pass_long(thread, caller, NULL, reply->grant);
	return answer_caller(cpu, thread, reply, endpoint, caller);
}

struct answer kernel_reply_receive(cptr_t from, uint64_t info, cptr_t reply_cptr,
				   struct thread *thread)
{
	struct slot *source, *answer;

	if (unlikely(!thread_find_near(thread, from, &source) ||
		     !thread_find_near(thread, reply_cptr, &answer) ||
		     !cap_is(&source->cap, OBJECT_ENDPOINT, RIGHT_READ) ||
		     !cap_is(&answer->cap, OBJECT_REPLY, 0))) {
		return general;
	}
	struct endpoint *endpoint = cap_object(source->cap);
	struct reply *reply = cap_object(answer->cap);
	struct thread *caller = reply->thread;
	struct cpu *cpu = cpu_self();
	if (unlikely(endpoint->state == ENDPOINT_SENDING || reply->state != REPLY_CALLER ||
		     is_signalled(thread) || !comes_next(cpu, caller) ||
		     !time_goes_along(cpu, thread, caller))) {
		return general;
	}
	if (unlikely(!is_plain(info) || caller->state != THREAD_CALLING)) {
		return answer_unusual(thread, reply, endpoint);
	}
	return answer_caller(cpu, thread, reply, endpoint, caller);
}

// Somebody may be woken.
static __attribute__((noinline)) struct answer signal(struct thread *thread, const struct cap *cap)
{
	notification_signal_heard(cap_object(*cap), cap->badge);
	return syscall_leave(thread, STATUS_OK, 0);
}

static __attribute__((noinline)) struct answer wait(struct thread *thread,
						    struct notification *notification)
{
	(void)!notification_wait(notification, thread, true);
	sched_check(thread);
	return syscall_leave_saved();
}

// Signal and wait, and a yield to nobody: what needs no message saved. The verbs are the general ones.
struct answer kernel_short(cptr_t cptr, uint64_t number, struct thread *thread)
{
	struct slot *slot;

	if (number == SYS_YIELD) {
		return sched_yields_to_nobody(cpu_self()) ? (struct answer){STATUS_OK, 0} : general;
	}
	if (unlikely(!thread_find_near(thread, cptr, &slot))) {
		return general;
	}
	struct notification *notification = cap_object(slot->cap);
	if (number == SYS_SEND && likely(cap_is(&slot->cap, OBJECT_NOTIFICATION, RIGHT_WRITE))) {
		if (notification_is_heard(notification)) {
			return signal(thread, &slot->cap);
		}
		notification_signal_quietly(notification, slot->cap.badge);
		return (struct answer){STATUS_OK, 0};
	}
	if (number == SYS_RECV && likely(cap_is(&slot->cap, OBJECT_NOTIFICATION, RIGHT_READ)) &&
	    likely(thread->msg.aux == 0 && notification_may_wait(notification, thread))) {
		return wait(thread, notification);
	}
	return general;
}
