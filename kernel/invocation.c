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

uint64_t argument_long(const struct invocation *invocation, unsigned i)
{
	assert(i < invocation->words);
	// invocation_run has made sure of the buffer. The word is read once by whoever asks.
	return *(volatile uint64_t *)&thread_buffer(invocation->thread)->words[i];
}

void result(struct invocation *invocation, unsigned i, uint64_t value)
{
	if (i < MSG_REG_WORDS) {
		invocation->thread->msg.words[i] = value;
	} else {
		thread_buffer(invocation->thread)->words[i] = value;
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

enum status argument_cap(struct invocation *invocation, unsigned i, enum object_type type,
			 struct slot **slot)
{
	enum status status = argument_slot(invocation, i, slot);

	if (status != STATUS_OK) {
		return status;
	}
	if (slot_is_empty(*slot)) {
		return bad(invocation, STATUS_NO_CAP, 0);
	}
	if ((*slot)->cap.type != type) {
		return bad(invocation, STATUS_WRONG_TYPE, i);
	}
	return STATUS_OK;
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

struct answer invocation_run(struct thread *thread, struct slot *slot)
{
	struct invocation invocation = {
		.thread = thread,
		.slot = slot,
		.method = msg_label(thread->msg.info),
		.words = msg_words(thread->msg.info),
		.progress = DONE,
	};
	enum status status;

	if (invocation.words > MSG_MAX_WORDS) {
		status = STATUS_BAD_ARGUMENT;
	} else if (invocation.words > MSG_REG_WORDS && !thread_buffer(thread)) {
		status = STATUS_NO_BUFFER;
	} else if (invocation.method == CAP_NULL) {
		status = STATUS_OK;
	} else {
		status = object_ops[slot->cap.type].invoke(&invocation);
	}
	if (unlikely(invocation.progress == PREEMPTED)) {
		thread->msg.status = SYS_CALL; // what kernel_continue goes on with
		thread_pend(thread);
		return (struct answer){ANSWER_SAVED, 0};
	}
	thread->started = false;
	if (arch_frame_kind(thread) == FRAME_GUEST) {
		return (struct answer){ANSWER_SAVED, 0}; // answered when the guest is left
	}
	if (status != STATUS_OK) {
		thread->msg.words[0] = invocation.detail;
		return (struct answer){status, 1};
	}
	return (struct answer){STATUS_OK, invocation.results};
}
