// SPDX-License-Identifier: MIT
//
// Arguments and results of invocations, and the frame around every method.
//
// A preempted method leaves the thread pending with its arguments in place: kernel_continue
// (syscall.c) calls invocation_run again.
#include "invocation.h"
#include "cspace.h"
#include "object.h"
#include "panic.h"
#include "syscall.h"

uint64_t argument_long(const struct invocation *invocation, unsigned i)
{
	assert(i < invocation->words);
	// invocation_run has made sure of the buffer. The word is read once by whoever asks.
	return *(volatile uint64_t *)&invocation->thread->buffer->words[i];
}

void result(struct invocation *invocation, unsigned i, uint64_t value)
{
	if (i < MSG_REG_WORDS) {
		invocation->thread->msg.words[i] = value;
	} else {
		invocation->thread->buffer->words[i] = value;
	}
	if (invocation->results <= i) {
		invocation->results = i + 1;
	}
}

enum status argument_slot(struct invocation *invocation, unsigned i, struct slot **slot)
{
	unsigned left;
	enum status status = thread_find(invocation->thread, argument(invocation, i), slot, &left);

	return status == STATUS_OK ? status : bad(invocation, status, left);
}

must_check static __attribute__((noinline)) enum status
find_cap(struct invocation *invocation, unsigned i, enum object_type type, struct slot **slot)
{
	enum status status = argument_slot(invocation, i, slot);

	if (status != STATUS_OK) {
		return status;
	}
	if (slot_is_empty(*slot)) {
		return bad(invocation, STATUS_NO_CAP, 0);
	}
	return (*slot)->cap.type == type ? STATUS_OK : bad(invocation, STATUS_WRONG_TYPE, i);
}

// Nearly always it is in the root of the CSpace. (If that does not resolve all, a cnode there is not what
// is meant.)
enum status argument_cap(struct invocation *invocation, unsigned i, enum object_type type,
			 struct slot **slot)
{
	const struct thread *thread = invocation->thread;

	if (likely(i < MSG_REG_WORDS && (type != OBJECT_CNODE || thread->cspace_shift == 0)) &&
	    thread_find_near(thread, thread->msg.words[i], slot) &&
	    likely((*slot)->cap.type == type)) {
		return STATUS_OK;
	}
	return find_cap(invocation, i, type, slot);
}

enum status argument_place(struct invocation *invocation, struct cap root, unsigned i,
			   struct slot **slot)
{
	unsigned left;
	enum status status = cspace_find_exact(root, argument(invocation, i),
					       argument(invocation, i + 1), slot, &left);

	if (status == STATUS_BAD_ARGUMENT) {
		return bad(invocation, status, i + 1);
	}
	return status == STATUS_OK ? status : bad(invocation, status, left);
}

enum status argument_empty_place(struct invocation *invocation, unsigned i, struct slot **slot)
{
	struct slot *node;
	enum status status = argument_cap(invocation, i, OBJECT_CNODE, &node);

	if (status == STATUS_OK) {
		status = argument_place(invocation, node->cap, i + 1, slot);
	}
	if (status == STATUS_OK && !slot_is_empty(*slot)) {
		return bad(invocation, STATUS_SLOT_OCCUPIED, i + 1);
	}
	return status;
}

// Are the arguments there at all?
must_check static enum status check_length(const struct invocation *invocation)
{
	if (invocation->words > MSG_MAX_WORDS) {
		return STATUS_BAD_ARGUMENT;
	}
	return invocation->thread->buffer ? STATUS_OK : STATUS_NO_BUFFER;
}

struct answer invocation_run(struct thread *thread, struct slot *slot)
{
	struct invocation invocation = {
		.thread = thread,
		.slot = slot,
		.method = msg_label(thread->msg.info),
		.words = msg_words(thread->msg.info),
		.progress = DONE,
	};
	enum status status = STATUS_OK;

	if (unlikely(invocation.words > MSG_REG_WORDS)) {
		status = check_length(&invocation);
	}
	if (likely(status == STATUS_OK && invocation.method != CAP_NULL)) {
		status = object_ops[slot->cap.type].invoke(&invocation);
	}
	if (unlikely(invocation.progress == PREEMPTED)) {
		thread->msg.status = SYS_CALL; // what kernel_continue goes on with
		thread_pend(thread);
		return syscall_leave_saved();
	}
	thread->started = false;
	if (unlikely(arch_frame_kind(thread) == FRAME_GUEST)) {
		return syscall_leave_saved(); // answered when the guest is left
	}
	if (unlikely(status != STATUS_OK)) {
		thread->msg.words[0] = invocation.detail;
		invocation.results = 1;
	}
	return syscall_leave(thread, status, invocation.results);
}
