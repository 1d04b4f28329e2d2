// SPDX-License-Identifier: MIT
//
// Reply objects: how they end a call without an answer. Answering is in ipc.c.
#include "reply.h"
#include "invocation.h"
#include "schedctx.h"
#include "thread.h"

void reply_abort(struct reply *reply)
{
	struct thread *caller = reply->thread;

	if (reply->state != REPLY_CALLER) {
		return;
	}
	uint64_t generation = caller->msg.aux;
	thread_leave_wait(caller);
	reply->state = REPLY_IDLE; // whoever aborts it knows
	bool fault = caller->state == THREAD_FAULTED;
	thread_complete(caller, STATUS_PEER_DIED);
	if (!fault) {
		caller->msg.aux = generation;
	}
	schedctx_reclaim(caller);
}

void reply_destroy(struct reply *reply)
{
	struct thread *receiver = reply->thread;

	if (reply->state == REPLY_ARMED) {
		// It goes on waiting, for messages that need no answer.
		receiver->reply = NULL;
		*reply = (struct reply){0};
	} else {
		reply_abort(reply);
	}
}

enum status reply_invoke(struct invocation *invocation)
{
	if (invocation->method != REPLY_ABORT) {
		return STATUS_BAD_METHOD;
	}
	reply_abort(cap_object(invocation->slot->cap));
	return STATUS_OK;
}
