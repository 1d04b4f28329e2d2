// SPDX-License-Identifier: MIT
//
// The system calls on endpoints and reply objects: send, call, receive, answer.
//
// These are the kernel's shortest paths: endpoint.h has the queue, reply.h the reply object,
// message.h the transfer, schedctx.h who runs on whose time; here they meet.
//
// Rules:
// - A call is received together with a reply object, or ends with PEER_DIED.
// - What a sender's thread holds in msg stays there until it is received.
// - Faults take the same way: to the handler a fault is a call.
#pragma once

#include "cap.h"
#include "thread.h"

// On behalf of the current thread; its message is in its msg. `cap`: what it sends through.
enum status ipc_send(struct thread *sender, struct cap cap, bool blocking) must_check;
enum status ipc_call(struct thread *caller, struct cap cap) must_check;
// Receive through an endpoint or notification capability; `reply`: NULL if none is offered.
enum status ipc_receive(struct thread *receiver, struct cap cap, struct reply *reply,
			bool blocking) must_check;
// Answer the caller of `reply` with the message of `thread`.
enum status ipc_reply(struct thread *thread, struct reply *reply) must_check;
// Queue or deliver the fault message in thread->msg through the handler capability.
void ipc_fault(struct thread *thread, struct cap handler, bool lend);
