// SPDX-License-Identifier: MIT
//
// Virtual CPUs: the methods, and the two entries from the machine around a run of the guest. See
// vcpu.h for the rules.
#include "vcpu.h"
#include "derive.h"
#include "destroy.h"
#include "invocation.h"
#include "notification.h"
#include "panic.h"
#include "sched.h"
#include "vspace.h"

static struct vcpu_state *state_page(const struct vcpu *vcpu)
{
	struct cap frame = vcpu->slot[VCPU_SLOT_STATE].cap;

	return frame.type == OBJECT_FRAME ? phys_to_virt(cap_paddr(frame)) : NULL;
}

static struct vspace *guest_space(const struct vcpu *vcpu)
{
	struct cap space = vcpu->slot[VCPU_SLOT_SPACE].cap;

	return space.type == OBJECT_VSPACE ? cap_object(space) : NULL;
}

// The guest is left: its registers go to the page, if there still is one.
static void store(struct vcpu *vcpu, struct vcpu_reason reason)
{
	struct vcpu_state *page = state_page(vcpu);

	if (page) {
		arch_vcpu_store(vcpu, page, VCPU_GENERAL);
		page->exit = reason.exit;
		page->word[0] = reason.word[0];
		page->word[1] = reason.word[1];
	}
}

void vcpu_leave(struct thread *thread, enum status status)
{
	store(thread->vcpu, (struct vcpu_reason){.exit = VCPU_EXIT_NONE});
	arch_frame_guest(thread, false);
	thread_answer(thread, status, 0);
}

void vcpu_unbind(struct vcpu *vcpu)
{
	struct thread *thread = vcpu->thread;

	if (!thread) {
		return;
	}
	sched_stall(thread);
	if (arch_frame_kind(thread) == FRAME_GUEST) {
		vcpu_leave(thread, STATUS_ABORTED);
	}
	arch_vcpu_detach(thread);
	thread->vcpu = NULL;
	vcpu->thread = NULL;
}

// ---- methods --------------------------------------------------------------------------------------

// VCPU_CONFIGURE: vspace_cap, frame_cap. Once: the slots are emptied by revocation only.
must_check static enum status configure(struct invocation *invocation, struct vcpu *vcpu)
{
	struct slot *space, *frame;
	struct cap cap;
	enum status status = need_words(invocation, 2);

	if (status == STATUS_OK) {
		status = argument_cap(invocation, 0, OBJECT_VSPACE, &space);
	}
	if (status == STATUS_OK) {
		status = argument_cap(invocation, 1, OBJECT_FRAME, &frame);
	}
	if (status != STATUS_OK) {
		return status;
	}
	if (!arch_vcpu_space_fits(space->cap.vspace.format)) {
		return bad(invocation, STATUS_WRONG_TYPE, 0);
	}
	if (vspace_asid(cap_object(space->cap)) == 0) {
		return bad(invocation, STATUS_BAD_ARGUMENT, 0);
	}
	if (frame->cap.device || !(frame->cap.rights & RIGHT_WRITE)) {
		return bad(invocation, STATUS_NO_RIGHT, 1);
	}
	if (!slot_is_empty(&vcpu->slot[VCPU_SLOT_SPACE]) ||
	    !slot_is_empty(&vcpu->slot[VCPU_SLOT_STATE])) {
		return STATUS_BUSY;
	}
	arch_vcpu_init(vcpu);
	derive_insert(space, &vcpu->slot[VCPU_SLOT_SPACE], space->cap, false);
	status = cap_derive(frame, RIGHT_ALL, &cap);
	assert(status == STATUS_OK);
	derive_insert(frame, &vcpu->slot[VCPU_SLOT_STATE], cap, false);
	return STATUS_OK;
}

static void bind_to(struct vcpu *vcpu, struct thread *thread)
{
	sched_stall(thread);
	vcpu->thread = thread;
	thread->vcpu = vcpu;
	arch_vcpu_attach(thread);
}

// VCPU_BIND: thread_cap; 0: from no thread.
must_check static enum status bind(struct invocation *invocation, struct vcpu *vcpu)
{
	struct slot *slot;
	enum status status = need_words(invocation, 1);

	if (status == STATUS_OK && argument(invocation, 0) == 0) {
		vcpu_unbind(vcpu);
		return STATUS_OK;
	}
	if (status == STATUS_OK) {
		status = argument_cap(invocation, 0, OBJECT_THREAD, &slot);
	}
	if (status != STATUS_OK) {
		return status;
	}
	struct thread *thread = cap_object(slot->cap);
	if (vcpu->thread || thread->vcpu) {
		return bad(invocation, STATUS_BUSY, 0);
	}
	if (!state_page(vcpu) || !guest_space(vcpu)) {
		return STATUS_BAD_ARGUMENT;
	}
	bind_to(vcpu, thread);
	return STATUS_OK;
}

// VCPU_READ: groups.
must_check static enum status read(struct invocation *invocation, struct vcpu *vcpu)
{
	enum status status = need_words(invocation, 1);

	if (status != STATUS_OK) {
		return status;
	}
	if (argument(invocation, 0) & ~(uint64_t)VCPU_GROUPS) {
		return bad(invocation, STATUS_BAD_ARGUMENT, 0);
	}
	if (vcpu->thread && arch_frame_kind(vcpu->thread) == FRAME_GUEST) {
		return STATUS_BUSY;
	}
	struct vcpu_state *page = state_page(vcpu);
	if (!page) {
		return STATUS_GONE;
	}
	arch_vcpu_store(vcpu, page, argument(invocation, 0));
	return STATUS_OK;
}

// VCPU_OPEN_PORTS: ioport_cap.
must_check static enum status open_ports(struct invocation *invocation, struct vcpu *vcpu)
{
	struct slot *slot;
	enum status status = need_words(invocation, 1);

	if (status == STATUS_OK) {
		status = argument_cap(invocation, 0, OBJECT_IOPORT, &slot);
	}
	if (status != STATUS_OK) {
		return status;
	}
	if (!state_page(vcpu)) {
		return STATUS_BAD_ARGUMENT;
	}
	for (unsigned i = VCPU_SLOT_PORTS; i < VCPU_SLOT_COUNT; i++) {
		if (slot_is_empty(&vcpu->slot[i])) {
			derive_insert(slot, &vcpu->slot[i], slot->cap, false);
			return STATUS_OK;
		}
	}
	return STATUS_NO_MEMORY;
}

// The system call is answered when the guest is left.
must_check static enum status enter(struct invocation *invocation, struct vcpu *vcpu)
{
	struct thread *thread = invocation->thread;
	struct vcpu_state *page = state_page(vcpu);

	if (!page || !guest_space(vcpu)) {
		return STATUS_GONE;
	}
	if (!vcpu->thread && !thread->vcpu) {
		bind_to(vcpu, thread);
	}
	if (vcpu->thread != thread) {
		return STATUS_BUSY;
	}
	arch_vcpu_load(vcpu, page);
	arch_frame_guest(thread, true);
	return STATUS_OK;
}

enum status vcpu_invoke(struct invocation *invocation)
{
	struct vcpu *vcpu = cap_object(invocation->slot->cap);

	switch (invocation->method) {
	case VCPU_ENTER: return enter(invocation, vcpu);
	case VCPU_CONFIGURE: return configure(invocation, vcpu);
	case VCPU_BIND: return bind(invocation, vcpu);
	case VCPU_READ: return read(invocation, vcpu);
	case VCPU_OPEN_PORTS: return open_ports(invocation, vcpu);
	}
	return STATUS_BAD_METHOD;
}

// ---- around the guest -----------------------------------------------------------------------------

static void answer(struct thread *thread, struct vcpu_reason reason)
{
	store(thread->vcpu, reason);
	arch_frame_guest(thread, false);
	thread->msg.words[0] = reason.exit;
	thread->msg.words[1] = reason.word[0];
	thread->msg.words[2] = reason.word[1];
	thread_answer(thread, STATUS_OK, 3);
}

// What is revoked closes here; so does the guest, if it is what it lives from.
static bool can_run(struct vcpu *vcpu)
{
	for (unsigned i = VCPU_SLOT_PORTS; i < VCPU_SLOT_COUNT; i++) {
		struct cap cap = vcpu->slot[i].cap;
		bool open = cap.type == OBJECT_IOPORT;
		arch_vcpu_ports(vcpu, i - VCPU_SLOT_PORTS, open ? cap.ioport.first : 1,
				open ? cap.ioport.last : 0);
	}
	return state_page(vcpu) && guest_space(vcpu);
}

struct vcpu *kernel_guest_enter(void)
{
	struct thread *thread = cpu_self()->current;
	struct vcpu *vcpu = thread->vcpu;
	uint64_t word;

	if (unlikely(thread->bound && notification_poll(thread->bound, &word))) {
		answer(thread, (struct vcpu_reason){VCPU_EXIT_KICK, {word, 0}});
	} else if (unlikely(!can_run(vcpu))) {
		vcpu_leave(thread, STATUS_GONE);
	} else {
		arch_vcpu_prepare(vcpu, guest_space(vcpu));
		return vcpu;
	}
	sched_leave();
	return NULL;
}

void kernel_guest_exit(void)
{
	struct thread *thread = cpu_self()->current;
	struct vcpu_reason reason;

	if (arch_vcpu_exited(thread->vcpu, &reason)) {
		answer(thread, reason);
		struct vcpu_state *page = state_page(thread->vcpu);
		if (page && (reason.exit == VCPU_EXIT_MEMORY ||
			     (reason.exit == VCPU_EXIT_IO && reason.word[0] & VCPU_IO_STRING))) {
			arch_vcpu_store(thread->vcpu, page, VCPU_MODE);
		}
	}
	sched_leave();
}
