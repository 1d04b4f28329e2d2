// SPDX-License-Identifier: MIT
//
// The methods of threads. See caplet/abi/invoke.h for their arguments.
#include <caplet/abi/fault.h>

#include "derive.h"
#include "destroy.h"
#include "invocation.h"
#include "notification.h"
#include "sched.h"
#include "schedctx.h"

#define REGS_WORDS (sizeof(struct thread_regs) / sizeof(uint64_t))

// A capability that is to be copied into one of the thread's slots.
struct install {
	struct slot *source; // NULL: the slot becomes empty
	struct cap cap;
};

// The capability in argument i: of that type, or 0 if `optional`.
must_check static enum status plan_install(struct invocation *invocation, unsigned i,
					   enum object_type type, bool optional,
					   struct install *install)
{
	*install = (struct install){0};
	if (optional && argument(invocation, i) == 0) {
		return STATUS_OK;
	}
	enum status status = argument_cap(invocation, i, type, &install->source);
	if (status != STATUS_OK) {
		return status;
	}
	status = cap_derive(install->source, RIGHT_ALL, &install->cap);
	return status == STATUS_OK ? status : bad(invocation, status, i);
}

// Put `count` capabilities into the thread's slots from `first` on. What is in them goes before, in
// steps; it may hold the last capability to something large, even to the thread itself or to what
// is to be installed: then nothing is. The thread's CSpace may be among it, so that the
// arguments cannot be looked up again.
must_check static enum status install_all(struct invocation *invocation, struct thread *thread,
					  unsigned first, const struct install *installs,
					  unsigned count)
{
	for (unsigned i = count; i-- > 0;) {
		invocation->progress = destroy_slot(&thread->slot[first + i]);
		if (invocation->progress == PREEMPTED) {
			return STATUS_OK;
		}
	}
	if (invocation->slot->cap.type != OBJECT_THREAD ||
	    cap_object(invocation->slot->cap) != thread) {
		return bad(invocation, STATUS_NO_CAP, 0);
	}
	for (unsigned i = 0; i < count; i++) {
		const struct slot *source = installs[i].source;
		if (source && !cap_same_object(&source->cap, &installs[i].cap)) {
			return bad(invocation, STATUS_NO_CAP, 0);
		}
	}
	for (unsigned i = 0; i < count; i++) {
		if (installs[i].source) {
			derive_insert(installs[i].source, &thread->slot[first + i], installs[i].cap,
				      false);
		}
	}
	thread_decode(thread);
	return STATUS_OK;
}

must_check static enum status plan_configure(struct invocation *invocation,
					     struct install installs[3])
{
	enum status status = plan_install(invocation, 0, OBJECT_CNODE, false, &installs[0]);

	if (status == STATUS_OK) {
		status = plan_install(invocation, 1, OBJECT_VSPACE, false, &installs[1]);
	}
	if (status == STATUS_OK && installs[1].cap.vspace.format != VSPACE_NATIVE) {
		return bad(invocation, STATUS_WRONG_TYPE, 1);
	}
	if (status == STATUS_OK) {
		status = plan_install(invocation, 2, OBJECT_FRAME, true, &installs[2]);
	}
	if (status != STATUS_OK || !installs[2].source) {
		return status;
	}
	struct cap frame = installs[2].cap;
	uint64_t offset = argument(invocation, 3);
	if (frame.device ||
	    (frame.rights & (RIGHT_READ | RIGHT_WRITE)) != (RIGHT_READ | RIGHT_WRITE)) {
		return bad(invocation, STATUS_NO_RIGHT, 2);
	}
	if (offset % sizeof(struct ipc_buffer) != 0) {
		return bad(invocation, STATUS_MISALIGNED, 3);
	}
	return offset < 1ul << frame.bits ? STATUS_OK : bad(invocation, STATUS_BAD_ARGUMENT, 3);
}

must_check static enum status configure(struct invocation *invocation, struct thread *thread)
{
	struct install installs[3];
	enum status status = need_words(invocation, 4);

	if (status == STATUS_OK) {
		status = plan_configure(invocation, installs);
	}
	if (status != STATUS_OK) {
		return status;
	}
	status = install_all(invocation, thread, THREAD_SLOT_CSPACE, installs, 3);
	if (status == STATUS_OK && invocation->progress == DONE) {
		thread_place_buffer(thread, argument(invocation, 3));
		sched_reload_space(thread);
	}
	return status;
}

must_check static enum status plan_handlers(struct invocation *invocation,
					    struct install installs[2])
{
	for (unsigned i = 0; i < 2; i++) {
		enum status status =
			plan_install(invocation, i, OBJECT_ENDPOINT, true, &installs[i]);
		if (status != STATUS_OK) {
			return status;
		}
		unsigned rights = installs[i].cap.rights;
		if (installs[i].source &&
		    (!(rights & RIGHT_WRITE) || !(rights & (RIGHT_GRANT | RIGHT_GRANT_REPLY)))) {
			return bad(invocation, STATUS_NO_RIGHT, i);
		}
	}
	return STATUS_OK;
}

must_check static enum status set_handlers(struct invocation *invocation, struct thread *thread)
{
	struct install installs[2];
	enum status status = need_words(invocation, 2);

	if (status == STATUS_OK) {
		status = plan_handlers(invocation, installs);
	}
	if (status != STATUS_OK) {
		return status;
	}
	return install_all(invocation, thread, THREAD_SLOT_FAULT, installs, 2);
}

must_check static enum status set_sched(struct invocation *invocation, struct thread *thread)
{
	enum status status = need_words(invocation, 3);
	struct slot *slot;

	if (status == STATUS_OK) {
		status = argument_cap(invocation, 2, OBJECT_THREAD, &slot);
	}
	if (status != STATUS_OK) {
		return status;
	}
	const struct thread *authority = cap_object(slot->cap);
	for (unsigned i = 0; i < 2; i++) {
		if (argument(invocation, i) >= PRIORITY_COUNT) {
			return bad(invocation, STATUS_BAD_ARGUMENT, i);
		}
		if (argument(invocation, i) > authority->max_priority) {
			return bad(invocation, STATUS_NO_RIGHT, i);
		}
	}
	sched_stop(thread);
	thread->priority = argument(invocation, 0);
	thread->max_priority = argument(invocation, 1);
	sched_wake(thread);
	return STATUS_OK;
}

must_check static enum status read_regs(struct invocation *invocation, struct thread *thread)
{
	enum status status = need_words(invocation, 1);
	struct thread_regs regs;

	if (status != STATUS_OK) {
		return status;
	}
	if (!invocation->thread->buffer) {
		return STATUS_NO_BUFFER;
	}
	if (argument(invocation, 0) & 1) {
		thread_suspend(thread);
	}
	sched_stall(thread);
	arch_regs_read(thread, &regs);
	for (unsigned i = 0; i < REGS_WORDS; i++) {
		result(invocation, i, ((const uint64_t *)&regs)[i]);
	}
	return STATUS_OK;
}

must_check static enum status write_regs(struct invocation *invocation, struct thread *thread)
{
	enum status status = need_words(invocation, 1 + REGS_WORDS);
	union {
		struct thread_regs regs;
		uint64_t words[REGS_WORDS];
	} in;

	if (status != STATUS_OK) {
		return status;
	}
	if (thread == invocation->thread) {
		return bad(invocation, STATUS_BAD_ARGUMENT, 0);
	}
	for (unsigned i = 0; i < REGS_WORDS; i++) {
		in.words[i] = argument(invocation, 1 + i);
	}
	thread_suspend(thread);
	arch_frame_complete(thread);
	arch_regs_write(thread, &in.regs);
	if (argument(invocation, 0) & 1) {
		thread_resume(thread);
	}
	return STATUS_OK;
}

must_check static enum status bind_notification(struct invocation *invocation,
						struct thread *thread)
{
	enum status status = need_words(invocation, 1);
	struct slot *slot;

	if (status == STATUS_OK) {
		status = argument_cap(invocation, 0, OBJECT_NOTIFICATION, &slot);
	}
	if (status != STATUS_OK) {
		return status;
	}
	struct notification *notification = cap_object(slot->cap);
	if (!(slot->cap.rights & RIGHT_READ)) {
		return bad(invocation, STATUS_NO_RIGHT, 0);
	}
	// A bound notification is its thread's alone.
	if (thread->bound || notification->bound || notification->queue.head) {
		return bad(invocation, STATUS_BUSY, 0);
	}
	notification_bind(notification, thread);
	return STATUS_OK;
}

must_check static enum status info(struct invocation *invocation, struct thread *thread)
{
	struct schedctx *s = thread->schedctx;
	uint64_t used = 0;

	if (s) {
		sched_charge(s);
		used = s->used - s->used_info;
		s->used_info = s->used;
	}
	result(invocation, 0, thread->state);
	result(invocation, 1, thread->priority);
	result(invocation, 2, arch_us_from_ticks(used));
	result(invocation, 3, thread->cpu);
	result(invocation, 4, thread->state == THREAD_FAULTED ? thread->fault : 0);
	return STATUS_OK;
}

enum status thread_invoke(struct invocation *invocation)
{
	struct thread *thread = cap_object(invocation->slot->cap);
	enum status status;

	switch (invocation->method) {
	case THREAD_CONFIGURE: return configure(invocation, thread);
	case THREAD_SET_HANDLERS: return set_handlers(invocation, thread);
	case THREAD_SET_SCHED: return set_sched(invocation, thread);
	case THREAD_RESUME: thread_resume(thread); return STATUS_OK;
	case THREAD_SUSPEND: thread_suspend(thread); return STATUS_OK;
	case THREAD_READ_REGS: return read_regs(invocation, thread);
	case THREAD_WRITE_REGS: return write_regs(invocation, thread);
	case THREAD_BIND_NTFN: return bind_notification(invocation, thread);
	case THREAD_UNBIND_NTFN:
		if (thread->bound) {
			thread->bound->bound = NULL;
			thread->bound = NULL;
		}
		return STATUS_OK;
	case THREAD_SET_FPU:
		status = need_words(invocation, 1);
		if (status == STATUS_OK && argument(invocation, 0) > 1) {
			return bad(invocation, STATUS_BAD_ARGUMENT, 0);
		}
		if (status == STATUS_OK && thread->vcpu) {
			return STATUS_BUSY; // its vector registers are a guest's
		}
		if (status == STATUS_OK) {
			sched_stall(thread);
			arch_fpu_declare(thread, argument(invocation, 0) != 0);
		}
		return status;
	case THREAD_INFO: return info(invocation, thread);
	}
	return STATUS_BAD_METHOD;
}
