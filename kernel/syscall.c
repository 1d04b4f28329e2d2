// SPDX-License-Identifier: MIT
//
// Where the machine enters the portable kernel: system calls, faults, interrupts, the timer.
//
// Each entry does its work and ends in sched_leave(), which chooses who is resumed. A system call
// finds its capabilities here, so that ipc.c and the object files never see a cptr.
//
// Two ways out: an answer that is at hand for the thread that asked, which goes on, is returned to
// the entry path and never touches memory; in all other cases what the thread will find is in its
// msg, and the answer is ANSWER_SAVED.
#include "syscall.h"
#include "fault.h"
#include "invocation.h"
#include "ipc.h"
#include "irq.h"
#include "notification.h"
#include "panic.h"
#include "reply.h"
#include "sched.h"

static struct answer fail(struct thread *thread, enum status status, uint64_t detail)
{
	thread->msg.words[0] = detail;
	return syscall_leave(thread, status, 1);
}

// What is wrong with a capability that is not of a type that was wanted.
static enum status mismatch(struct cap cap, enum status otherwise)
{
	return cap.type == CAP_EMPTY || cap.type == CAP_ZOMBIE ? STATUS_NO_CAP : otherwise;
}

static struct answer do_call(struct thread *thread)
{
	struct slot *slot;
	unsigned detail;
	enum status status = thread_find(thread, thread->msg.badge, &slot, &detail);

	if (unlikely(status != STATUS_OK)) {
		return fail(thread, status, detail);
	}
	if (likely(slot->cap.type == OBJECT_ENDPOINT)) {
		status = ipc_call(thread, &slot->cap);
		return likely(status == STATUS_OK) ? syscall_leave_saved()
						   : fail(thread, status, 0);
	}
	if (unlikely(mismatch(slot->cap, STATUS_OK) != STATUS_OK)) {
		return fail(thread, STATUS_NO_CAP, 0);
	}
	return invocation_run(thread, slot);
}

// One-way message, signal or answer through `cptr`.
must_check static inline enum status send(struct thread *thread, cptr_t cptr, bool blocking,
					  unsigned *detail)
{
	struct slot *slot;
	struct thread *answered;
	enum status status = thread_find(thread, cptr, &slot, detail);

	if (status != STATUS_OK) {
		return status;
	}
	const struct cap *cap = &slot->cap;
	*detail = 0;
	switch (cap->type) {
	case OBJECT_ENDPOINT: return ipc_send(thread, cap, blocking);
	case OBJECT_NOTIFICATION:
		if (!(cap->rights & RIGHT_WRITE)) {
			return STATUS_NO_RIGHT;
		}
		notification_signal(cap_object(*cap), cap->badge);
		return STATUS_OK;
	case OBJECT_REPLY: {
		struct reply *reply = cap_object(*cap);
		if (reply->state != REPLY_CALLER) {
			if (reply->state == REPLY_GONE) {
				reply->state = REPLY_IDLE;
			}
			return STATUS_GONE;
		}
		status = ipc_reply(thread, reply, &answered);
		if (status == STATUS_OK && answered) {
			sched_wake(answered);
		}
		return status;
	}
	}
	return mismatch(*cap, STATUS_BAD_METHOD);
}

static struct answer do_send(struct thread *thread, bool blocking)
{
	unsigned detail;
	enum status status = send(thread, thread->msg.badge, blocking, &detail);

	if (unlikely(status != STATUS_OK)) {
		return fail(thread, status, detail);
	}
	return likely(thread->state == THREAD_RUNNING) ? syscall_leave(thread, STATUS_OK, 0)
						       : syscall_leave_saved();
}

// The capability to receive through.
must_check static enum status find_source(struct thread *thread, struct slot **slot,
					  unsigned *detail)
{
	enum status status = thread_find(thread, thread->msg.badge, slot, detail);

	if (status != STATUS_OK) {
		return status;
	}
	*detail = 0;
	if ((*slot)->cap.type != OBJECT_ENDPOINT && (*slot)->cap.type != OBJECT_NOTIFICATION) {
		return mismatch((*slot)->cap, STATUS_WRONG_TYPE);
	}
	if (!((*slot)->cap.rights & RIGHT_READ)) {
		return STATUS_NO_RIGHT;
	}
	// Before anything is answered: nobody else may wait beside a bound thread.
	return (*slot)->cap.type == OBJECT_NOTIFICATION &&
			       !notification_may_wait(cap_object((*slot)->cap), thread)
		       ? STATUS_BUSY
		       : STATUS_OK;
}

// The reply object named by rdx; NULL: none. It is idle, or has a caller to be answered.
must_check static enum status find_reply(struct thread *thread, struct reply **reply,
					 unsigned *detail)
{
	cptr_t cptr = thread->msg.aux;
	struct slot *slot;

	*reply = NULL;
	if (cptr == 0) {
		return STATUS_OK;
	}
	enum status status = thread_find(thread, cptr, &slot, detail);
	if (status != STATUS_OK) {
		return status;
	}
	if (unlikely(slot->cap.type != OBJECT_REPLY)) {
		status = mismatch(slot->cap, STATUS_WRONG_TYPE);
		*detail = status == STATUS_WRONG_TYPE;
		return status;
	}
	*reply = cap_object(slot->cap);
	*detail = 1;
	return (*reply)->state == REPLY_ARMED ? STATUS_BUSY : STATUS_OK;
}

static struct answer do_receive(struct thread *thread, bool blocking)
{
	struct slot *source;
	struct reply *reply;
	unsigned detail;
	enum status status = find_source(thread, &source, &detail);

	if (status == STATUS_OK) {
		status = find_reply(thread, &reply, &detail);
	}
	if (status == STATUS_OK && reply && reply->state == REPLY_CALLER) {
		status = STATUS_BUSY;
		detail = 1;
	}
	if (status == STATUS_OK) {
		if (reply) {
			reply->state = REPLY_IDLE;
		}
		status = ipc_receive(thread, &source->cap, reply, blocking, NULL);
		detail = 0;
	}
	return likely(status == STATUS_OK) ? syscall_leave_saved() : fail(thread, status, detail);
}

// What could make the second half fail is looked at before the first: once the answer is out, the thread
// receives or waits.
static struct answer do_reply_receive(struct thread *thread)
{
	struct slot *source;
	struct reply *reply;
	struct thread *answered = NULL;
	unsigned detail;
	enum status status = find_source(thread, &source, &detail);

	if (likely(status == STATUS_OK)) {
		status = find_reply(thread, &reply, &detail);
	}
	if (likely(status == STATUS_OK && reply)) {
		detail = 0;
		if (likely(reply->state == REPLY_CALLER)) {
			status = ipc_reply(thread, reply, &answered);
		} else if (reply->state == REPLY_GONE) {
			reply->state = REPLY_IDLE;
			status = STATUS_GONE;
		}
	}
	if (likely(status == STATUS_OK)) {
		status = ipc_receive(thread, &source->cap, reply, true, answered);
	}
	return likely(status == STATUS_OK) ? syscall_leave_saved() : fail(thread, status, detail);
}

static struct answer do_send_receive(struct thread *thread)
{
	unsigned detail;
	enum status ignored = send(thread, thread->msg.third, false, &detail);

	(void)ignored;
	return do_receive(thread, true);
}

// ---- entries --------------------------------------------------------------------------------------

struct answer kernel_syscall(uint64_t number, struct thread *thread)
{
	switch (number) {
	case SYS_CALL: return do_call(thread);
	case SYS_REPLY_RECV: return do_reply_receive(thread);
	case SYS_RECV: return do_receive(thread, true);
	case SYS_NB_RECV: return do_receive(thread, false);
	case SYS_SEND: return do_send(thread, true);
	case SYS_NB_SEND: return do_send(thread, false);
	case SYS_SEND_RECV: return do_send_receive(thread);
	case SYS_YIELD: sched_yield(); return syscall_leave(thread, STATUS_OK, 0);
	}
	return fail(thread, STATUS_BAD_METHOD, 0);
}

void kernel_continue(void)
{
	struct thread *thread = cpu_self()->current;

	assert(thread->pending);
	thread->pending = false;
	arch_frame_pend(thread, false);
	struct answer answer = kernel_syscall(thread->msg.status, thread);
	if (answer.what != ANSWER_SAVED) {
		thread_answer(thread, answer.what, answer.word);
	}
	if (!thread->pending) {
		thread->started =
			false; // it may have ended without its method: the capability is gone
	}
}

void kernel_fault_page(vaddr_t address, unsigned access)
{
	fault_page(cpu_self()->current, address, access);
	sched_leave();
}

void kernel_fault_exception(unsigned vector, uint64_t error_code, uint64_t extra)
{
	fault_exception(cpu_self()->current, vector, error_code, extra);
	sched_leave();
}

void kernel_interrupt(unsigned line)
{
	irq_arrived(line);
	sched_leave();
}

void kernel_timer(void)
{
	sched_timer();
	sched_leave();
}

void kernel_reschedule_ipi(void)
{
	sched_refresh();
	sched_leave();
}
