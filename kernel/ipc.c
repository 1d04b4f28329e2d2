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

// What a thread that sends leaves with itself, for whoever receives it.
static void set_sender(struct thread *sender, struct cap cap, bool is_call)
{
	sender->send_badge = cap.badge;
	sender->is_call = is_call;
	sender->can_grant = cap.rights & RIGHT_GRANT;
	sender->can_grant_reply = cap.rights & (RIGHT_GRANT | RIGHT_GRANT_REPLY);
}

// Nobody will be able to answer this call or fault.
static void refuse_call(struct thread *sender)
{
	if (sender->state == THREAD_FAULTED) {
		thread_suspend(sender);
	} else {
		uint64_t generation = sender->msg.aux;
		thread_complete(sender, STATUS_PEER_DIED);
		sender->msg.aux = generation;
	}
}

// The caller waits behind the reply object from now on.
static void link_caller(struct thread *caller, struct thread *receiver, struct reply *reply)
{
	bool fault = caller->state == THREAD_FAULTED;

	reply->thread = caller;
	reply->state = REPLY_CALLER;
	reply->can_grant = caller->can_grant_reply;
	caller->reply = reply;
	receiver->msg.aux = fault ? RECEIVED_FAULT : RECEIVED_CALL;
	if (!fault) {
		caller->state = THREAD_CALLING;
	}
	if (!has_time(receiver) && has_time(caller) && !(fault && caller->fault == FAULT_TIMEOUT)) {
		schedctx_lend(caller, receiver);
	}
}

// Both are known and in no queue. The receiver gets the message.
static void deliver(struct thread *sender, struct thread *receiver, struct endpoint *endpoint,
		    struct reply *reply)
{
	message_transfer(sender, receiver, endpoint, sender->can_grant);
	receiver->msg.status = STATUS_OK;
	receiver->msg.badge = sender->send_badge;
	receiver->msg.third = 0;
	if (sender->is_call) {
		sender->msg.aux = endpoint->generation;
		if (likely(reply)) {
			link_caller(sender, receiver, reply);
			return;
		}
		refuse_call(sender);
	} else if (reply) {
		reply->state = REPLY_IDLE;
		reply->thread = NULL;
	}
	receiver->msg.aux = RECEIVED_MESSAGE;
}

// Take the first receiver out of the queue; *reply: what it offered.
static struct thread *take_receiver(struct endpoint *endpoint, struct reply **reply)
{
	struct thread *receiver = endpoint->head;

	endpoint_dequeue(endpoint, receiver);
	*reply = receiver->reply;
	receiver->reply = NULL;
	receiver->state = THREAD_RUNNING;
	return receiver;
}

enum status ipc_send(struct thread *sender, struct cap cap, bool blocking)
{
	struct endpoint *endpoint = cap_object(cap);
	enum status status = message_check(sender);

	if (status != STATUS_OK) {
		return status;
	}
	if (!(cap.rights & RIGHT_WRITE)) {
		return STATUS_NO_RIGHT;
	}
	set_sender(sender, cap, false);
	if (endpoint->state == ENDPOINT_RECEIVING) {
		if (!has_time(endpoint->head)) {
			return STATUS_WOULD_BLOCK;
		}
		struct reply *reply;
		struct thread *receiver = take_receiver(endpoint, &reply);
		deliver(sender, receiver, endpoint, reply);
		sched_wake(receiver);
		return STATUS_OK;
	}
	if (!blocking) {
		return STATUS_WOULD_BLOCK;
	}
	sender->state = THREAD_SENDING;
	endpoint_enqueue(endpoint, sender);
	sched_block();
	return STATUS_OK;
}

enum status ipc_call(struct thread *caller, struct cap cap)
{
	struct endpoint *endpoint = cap_object(cap);
	enum status status = message_check(caller);

	if (unlikely(status != STATUS_OK)) {
		return status;
	}
	if (unlikely(!(cap.rights & RIGHT_WRITE))) {
		return STATUS_NO_RIGHT;
	}
	set_sender(caller, cap, true);
	if (likely(endpoint->state == ENDPOINT_RECEIVING)) {
		if (unlikely(!endpoint->head->reply && !has_time(endpoint->head))) {
			return STATUS_WOULD_BLOCK;
		}
		struct reply *reply;
		struct thread *receiver = take_receiver(endpoint, &reply);
		deliver(caller, receiver, endpoint, reply);
		if (likely(reply)) {
			sched_hand_over(receiver);
		} else {
			sched_wake(receiver);
		}
		return STATUS_OK;
	}
	caller->state = THREAD_SENDING;
	endpoint_enqueue(endpoint, caller);
	sched_block();
	return STATUS_OK;
}

struct thread *ipc_fault(struct thread *thread, struct cap handler)
{
	struct endpoint *endpoint = cap_object(handler);

	set_sender(thread, handler, true);
	thread->state = THREAD_FAULTED;
	sched_stop(thread);
	if (endpoint->state == ENDPOINT_RECEIVING) {
		struct reply *reply;
		struct thread *receiver = take_receiver(endpoint, &reply);
		deliver(thread, receiver, endpoint, reply);
		return receiver;
	}
	endpoint_enqueue(endpoint, thread);
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
	receiver->reply = reply;
	if (likely(reply)) {
		reply->state = REPLY_ARMED;
		reply->thread = receiver;
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
	struct thread *sender = endpoint->head;

	endpoint_dequeue(endpoint, sender);
	if (sender->is_call && reply && has_time(sender)) {
		// The next caller brings its own time: the last one's goes back.
		wake(schedctx_return(receiver));
	}
	deliver(sender, receiver, endpoint, reply);
	if (!sender->is_call) {
		thread_complete(sender, STATUS_OK);
	}
}

enum status ipc_receive(struct thread *receiver, struct cap cap, struct reply *reply, bool blocking,
			struct thread *answered)
{
	enum status status = STATUS_OK;

	if (cap.type == OBJECT_NOTIFICATION) {
		status = notification_wait(cap_object(cap), receiver, blocking);
	} else {
		struct endpoint *endpoint = cap_object(cap);
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
	struct thread *caller = reply->thread;
	enum status status = message_check(thread);

	if (unlikely(status != STATUS_OK)) {
		return status;
	}
	reply->state = REPLY_IDLE;
	reply->thread = NULL;
	caller->reply = NULL;
	if (likely(caller->state == THREAD_CALLING)) {
		message_transfer(thread, caller, NULL, reply->can_grant);
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
