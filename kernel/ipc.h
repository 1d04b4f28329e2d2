// SPDX-License-Identifier: MIT
//
// The system calls on endpoints and reply objects: send, call, receive, answer.
//
// These are the kernel's shortest paths: endpoint.h has the queue, reply.h the reply object,
// message.h the transfer, schedctx.h who runs on whose time; here they meet.
//
// Rules:
// - A call is received together with a reply object, or ends with PEER_DIED; a fault's thread is
//   suspended then.
// - What a sender's thread holds in msg stays there until it is received.
// - Faults take the same way: to the handler a fault is a call.
// - What brings no time does not wake a thread that has none: a one-way message for a passive
//   receiver is refused with WOULD_BLOCK, a signal stays in its notification until the
//   receiver next looks. Otherwise the receiver would be neither waiting nor able to run.
// - A status other than OK means that nothing happened. With STATUS_OK the thread may wait now.
#pragma once

#include "cap.h"
#include "endpoint.h"
#include "reply.h"
#include "thread.h"

// The message is in sender->msg, the capability it goes through is `cap`.
enum status ipc_send(struct thread *sender, const struct cap *cap, bool blocking) must_check;
enum status ipc_call(struct thread *caller, const struct cap *cap) must_check;
// Receive through an endpoint or notification capability. `reply`: for a caller, NULL if none is
// offered. `answered`: a thread to be woken as soon as it is clear whether the receiver waits.
enum status ipc_receive(struct thread *receiver, const struct cap *cap, struct reply *reply,
			bool blocking, struct thread *answered) must_check;
// Answer the caller of `reply`, which has one, with the message of `thread`. *answered: the thread
// to be woken, or NULL.
enum status ipc_reply(struct thread *thread, struct reply *reply,
		      struct thread **answered) must_check;
// If a thread is waiting to receive a fault through `cap`: has it time to handle it, or gets some with
// it? `brings_time`: the fault lends to whoever offers a reply object.
must_check static inline bool ipc_receiver_can_run(const struct cap *cap, bool brings_time)
{
	const struct endpoint *endpoint = cap_object(*cap);
	const struct thread *receiver = endpoint->queue.head;

	return endpoint->state != ENDPOINT_RECEIVING || receiver->schedctx ||
	       (brings_time && receiver->reply);
}
// Send the fault message in thread->msg through the handler capability. The thread waits from now on,
// which the caller says to the scheduler. Returns the receiver, to be woken, or NULL.
struct thread *ipc_fault(struct thread *thread, const struct cap *handler) must_check;
