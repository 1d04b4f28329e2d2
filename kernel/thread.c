// SPDX-License-Identifier: MIT
//
// The life of a thread: init, resume, suspend, destroy, and how a wait ends from outside.
//
// Leaves out its methods (thread_invoke.c) and how it is scheduled (sched.c).
#include "thread.h"
#include "endpoint.h"
#include "notification.h"
#include "reply.h"
#include "sched.h"
#include "schedctx.h"
#include "vcpu.h"
#include "vspace.h"

void thread_init(struct thread *thread)
{
	arch_thread_init(thread);
	thread->space = &vspace_none;
}

static void leave_reply(struct thread *thread)
{
	struct reply *reply = thread->reply;

	if (reply) {
		reply->state = reply->state == REPLY_CALLER ? REPLY_GONE : REPLY_IDLE;
		reply->thread = NULL;
		thread->reply = NULL;
	}
}

void thread_leave_wait(struct thread *thread)
{
	if (thread->endpoint) {
		endpoint_dequeue(thread->endpoint, thread);
	}
	if (thread->notification) {
		notification_dequeue(thread->notification, thread);
	}
	leave_reply(thread);
}

void thread_answer(struct thread *thread, enum status status, unsigned words)
{
	thread->msg.status = status;
	thread->msg.badge = 0;
	thread->msg.info = msg_make(0, 0, words);
	thread->msg.aux = 0;
	thread->msg.third = 0;
}

void thread_complete(struct thread *thread, enum status status)
{
	if (thread->state != THREAD_FAULTED) {
		thread_answer(thread, status, 0);
	}
	thread->state = THREAD_RUNNING;
	sched_wake(thread);
}

void thread_pend(struct thread *thread)
{
	if (thread->state == THREAD_RUNNING) {
		thread->pending = true;
		arch_frame_pend(thread, true);
	}
}

void thread_resume(struct thread *thread)
{
	if (thread->state == THREAD_INACTIVE) {
		thread->state = THREAD_RUNNING;
		sched_wake(thread);
	}
}

// Is its system call still to be answered?
static bool is_in_call(const struct thread *thread)
{
	switch (thread->state) {
	case THREAD_SENDING:
	case THREAD_RECEIVING:
	case THREAD_WAITING:
	case THREAD_CALLING: return true;
	}
	return thread->pending;
}

void thread_suspend(struct thread *thread)
{
	sched_stop(
		thread); // its system call may be one that another CPU has not begun: pending now
	bool in_call = is_in_call(thread);

	thread_leave_wait(thread);
	if (thread->pending) {
		thread->pending = false;
		thread->started = false;
		arch_frame_pend(thread, false);
	}
	if (arch_frame_kind(thread) == FRAME_GUEST) {
		vcpu_leave(thread, STATUS_ABORTED);
	}
	if (in_call) {
		thread_answer(thread, STATUS_ABORTED, 0);
	}
	thread->state = THREAD_INACTIVE;
	struct thread *lender = schedctx_return(thread);
	if (lender) {
		sched_wake(lender);
	}
	if (thread->borrowed) {
		schedctx_leave_stack(thread); // it has lent on what was not its own
		thread->borrowed = false;
	}
}

void thread_destroy(struct thread *thread)
{
	thread_suspend(thread);
	if (thread->vcpu) {
		vcpu_unbind(thread->vcpu);
	}
	if (thread->bound) {
		thread->bound->bound = NULL;
		thread->bound = NULL;
	}
	if (thread->schedctx) {
		thread->schedctx->thread = NULL;
		thread->schedctx = NULL;
	}
	schedctx_leave_stack(thread);
	sched_drop(thread);
	arch_thread_destroy(thread);
	// Its slots may go to other places now, where they would be taken for those of a thread.
	for (unsigned i = 0; i < THREAD_SLOT_COUNT; i++) {
		if (thread->slot[i].decoded) {
			thread_slot_dropped(&thread->slot[i]);
		}
	}
}

// A root that resolves the upper bits of a cptr to 0 and then a slot, as everybody's does, makes the
// number of that slot a shift away.
void thread_decode(struct thread *thread)
{
	struct slot *root = &thread->slot[THREAD_SLOT_CSPACE];
	struct slot *space = &thread->slot[THREAD_SLOT_VSPACE];

	if (root->cap.type == OBJECT_CNODE && root->cap.cnode.guard == 0) {
		thread->cspace = cap_object(root->cap);
		thread->cspace_slots = 1ul << root->cap.bits;
		thread->cspace_shift = 64 - root->cap.bits - root->cap.cnode.guard_bits;
		root->decoded = true;
	}
	if (space->cap.type == OBJECT_VSPACE) {
		thread->space = cap_object(space->cap);
		space->decoded = true;
	}
}

void thread_place_buffer(struct thread *thread, unsigned offset)
{
	struct slot *frame = &thread->slot[THREAD_SLOT_BUFFER];

	if (frame->cap.type == OBJECT_FRAME) {
		thread->buffer = phys_to_virt(cap_paddr(frame->cap) + offset);
		frame->decoded = true;
	}
}

void thread_slot_dropped(struct slot *slot)
{
	struct thread *thread = (struct thread *)((uintptr_t)slot & -(1ul << THREAD_BITS));

	slot->decoded = false;
	if (slot == &thread->slot[THREAD_SLOT_CSPACE]) {
		thread->cspace_slots = 0;
	} else if (slot == &thread->slot[THREAD_SLOT_BUFFER]) {
		thread->buffer = NULL;
	} else {
		thread->space = &vspace_none;
	}
}

enum status thread_find(const struct thread *thread, cptr_t cptr, struct slot **slot,
			unsigned *bits_left)
{
	uint64_t number = cptr >> thread->cspace_shift;

	if (likely(number < thread->cspace_slots)) {
		*slot = &thread->cspace[number];
		*bits_left = thread->cspace_shift;
		if (likely((*slot)->cap.type != OBJECT_CNODE || *bits_left == 0)) {
			return STATUS_OK;
		}
	}
	return cspace_find(&thread->slot[THREAD_SLOT_CSPACE].cap, cptr, slot, bits_left);
}
