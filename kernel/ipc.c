// SPDX-License-Identifier: MIT
//
// Messages between threads. See ipc.h.
#include "ipc.h"
#include "endpoint.h"
#include "fault.h"
#include "message.h"
#include "notification.h"
#include "sched.h"
#include "schedctx.h"

static bool has_time(const struct thread *thread)
{
	return thread->schedctx != NULL;
}

// Does whoever receives its call get time with it? A timeout has none left.
static bool brings_time(const struct thread *sender)
{
	return has_time(sender) &&
	       !(sender->state == THREAD_FAULTED && sender->fault == FAULT_TIMEOUT);
}

// A sender has to wait: it leaves with itself what whoever receives it must know.
static void queue_sender(struct thread *sender, struct endpoint *endpoint, const struct cap *cap,
			 bool is_call)
{
	sender->send_badge = cap->badge;
	sender->send_rights = cap->rights;
	sender->is_call = is_call;
	endpoint_enqueue(endpoint, sender);
}

// Nobody will be able to answer this call or fault.
static void refuse_call(struct thread *sender, uint64_t generation)
{
	if (sender->state == THREAD_FAULTED) {
		thread_suspend(sender);
	} else {
		thread_complete(sender, STATUS_PEER_DIED);
		sender->msg.aux = generation;
	}
}

// The caller waits behind the reply object from now on, and lends its time to who has none.
static inline void link_caller(struct thread *caller, struct thread *receiver, struct reply *reply,
			       unsigned rights)
{
	reply_take_caller(reply, caller, rights);
	receiver->msg.aux = RECEIVED_CALL;
	if (likely(caller->state != THREAD_FAULTED)) {
		caller->state = THREAD_CALLING;
	} else {
		receiver->msg.aux = RECEIVED_FAULT;
	}
	if (!has_time(receiver) && brings_time(caller)) {
		schedctx_lend(caller, receiver);
	}
}

// Both are known and in no queue. The receiver gets the message; `reply`: what it offered.
static void deliver(struct thread *sender, struct thread *receiver, struct endpoint *endpoint,
		    struct reply *reply, uint64_t badge, unsigned rights, bool is_call)
{
	message_transfer(sender, receiver, endpoint, rights & RIGHT_GRANT);
	receiver->msg.status = STATUS_OK;
	receiver->msg.badge = badge;
	receiver->msg.third = 0;
	if (likely(is_call && reply)) {
		sender->msg.aux = endpoint->generation;
		link_caller(sender, receiver, reply, rights);
		return;
	}
	receiver->msg.aux = RECEIVED_MESSAGE;
	if (is_call) {
		refuse_call(sender, endpoint->generation);
	} else if (reply) {
		reply->state = REPLY_IDLE;
		reply->thread = NULL;
	}
}

// The first receiver gets the message of `sender`; it is RUNNING then.
static inline struct thread *deliver_to_waiting(struct thread *sender, struct endpoint *endpoint,
						const struct cap *cap, bool is_call)
{
	struct thread *receiver = endpoint_take_receiver(endpoint);
	struct reply *reply = receiver->reply;

	receiver->reply = NULL;
	receiver->state = THREAD_RUNNING;
	deliver(sender, receiver, endpoint, reply, cap->badge, cap->rights, is_call);
	return receiver;
}

enum status ipc_send(struct thread *sender, const struct cap *cap, bool blocking)
{
	struct endpoint *endpoint = cap_object(*cap);
	enum status status = message_check(sender);

	if (status != STATUS_OK) {
		return status;
	}
	if (!(cap->rights & RIGHT_WRITE)) {
		return STATUS_NO_RIGHT;
	}
	if (endpoint->state == ENDPOINT_RECEIVING) {
		if (!has_time(endpoint->queue.head)) {
			return STATUS_WOULD_BLOCK;
		}
		sched_wake(deliver_to_waiting(sender, endpoint, cap, false));
		return STATUS_OK;
	}
	if (!blocking) {
		return STATUS_WOULD_BLOCK;
	}
	sender->state = THREAD_SENDING;
	queue_sender(sender, endpoint, cap, false);
	sched_block();
	return STATUS_OK;
}

enum status ipc_call(struct thread *caller, const struct cap *cap)
{
	struct endpoint *endpoint = cap_object(*cap);
	enum status status = message_check(caller);

	if (unlikely(status != STATUS_OK)) {
		return status;
	}
	if (unlikely(!(cap->rights & RIGHT_WRITE))) {
		return STATUS_NO_RIGHT;
	}
	if (likely(endpoint->state == ENDPOINT_RECEIVING)) {
		if (unlikely(!endpoint->queue.head->reply && !has_time(endpoint->queue.head))) {
			return STATUS_WOULD_BLOCK;
		}
		struct thread *receiver = deliver_to_waiting(caller, endpoint, cap, true);
		if (likely(caller->state == THREAD_CALLING)) {
			sched_hand_over(receiver);
		} else {
			sched_wake(receiver);
		}
		return STATUS_OK;
	}
	caller->state = THREAD_SENDING;
	queue_sender(caller, endpoint, cap, true);
	sched_block();
	return STATUS_OK;
}

struct thread *ipc_fault(struct thread *thread, const struct cap *handler)
{
	struct endpoint *endpoint = cap_object(*handler);

	thread->state = THREAD_FAULTED;
	if (endpoint->state == ENDPOINT_RECEIVING) {
		return deliver_to_waiting(thread, endpoint, handler, true);
	}
	queue_sender(thread, endpoint, handler, true);
	return NULL;
}

static void wake(struct thread *thread)
{
	if (thread) {
		sched_wake(thread);
	}
}

// Nothing is there: wait, and let go of borrowed time.
static void wait(struct thread *receiver, struct endpoint *endpoint, struct reply *reply,
		 struct thread *answered)
{
	receiver->state = THREAD_RECEIVING;
	if (likely(reply)) {
		reply_arm(reply, receiver);
	}
	endpoint_enqueue(endpoint, receiver);
	struct thread *lender = schedctx_return(receiver);
	if (lender) {
		wake(answered);
		answered = lender;
	}
	if (answered) {
		sched_hand_over(answered);
	} else {
		sched_block();
	}
}

// Take the first of the queue of senders.
static void receive_sender(struct thread *receiver, struct endpoint *endpoint, struct reply *reply)
{
	struct thread *sender = endpoint->queue.head;

	endpoint_dequeue(endpoint, sender);
	if (sender->is_call && reply && brings_time(sender)) {
		// The next caller brings its own time: the last one's goes back.
		wake(schedctx_return(receiver));
	}
	deliver(sender, receiver, endpoint, reply, sender->send_badge, sender->send_rights,
		sender->is_call);
	if (!sender->is_call) {
		thread_complete(sender, STATUS_OK);
	}
}

enum status ipc_receive(struct thread *receiver, const struct cap *cap, struct reply *reply,
			bool blocking, struct thread *answered)
{
	enum status status = STATUS_OK;

	if (cap->type == OBJECT_NOTIFICATION) {
		status = notification_wait(cap_object(*cap), receiver, blocking);
	} else {
		struct endpoint *endpoint = cap_object(*cap);
		struct notification *bound = receiver->bound;
		if (unlikely(bound && notification_take(bound, receiver))) {
			// Done.
		} else if (endpoint->state == ENDPOINT_SENDING) {
			receive_sender(receiver, endpoint, reply);
		} else if (likely(blocking)) {
			wait(receiver, endpoint, reply, answered);
			return STATUS_OK;
		} else {
			status = STATUS_WOULD_BLOCK;
		}
	}
	wake(answered);
	sched_check(receiver);
	return status;
}

enum status ipc_reply(struct thread *thread, struct reply *reply, struct thread **answered)
{
	enum status status = message_check(thread);

	if (unlikely(status != STATUS_OK)) {
		return status;
	}
	struct thread *caller = reply_let_go(reply);
	if (likely(caller->state == THREAD_CALLING)) {
		message_transfer(thread, caller, NULL, reply->grant);
		caller->msg.status = STATUS_OK;
		caller->msg.badge = 0;
		caller->msg.third = 0;
		caller->state = THREAD_RUNNING;
	} else {
		fault_answer(thread, caller);
	}
	*answered = has_time(caller) ? caller : NULL;
	return STATUS_OK;
}
