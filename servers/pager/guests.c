// SPDX-License-Identifier: MIT
//
// Killed between any two steps: a guest's space is made and ended as any other (spaces.c). A vcpu's
// owner is noted in the journal before the kernel makes it, so that settling deletes one that is not
// committed; configuring it again is refused by the kernel and changes nothing.
#include <caplet/abi/object.h>

#include "frames.h"
#include "guests.h"
#include "intent.h"
#include "kernel.h"
#include "pager.h"
#include "pages.h"
#include "slots.h"
#include "spaces.h"
#include "touch.h"

#define BYTES_MAX     (1ul << 38)
#define SPARE_TABLES  64u // for regions that lie far apart
#define GUEST_OBJECTS 512u

status_t guest_create(uint32_t owner, uint64_t bytes)
{
	uint64_t quota = (bytes >> FRAME_2M_BITS) + SPARE_TABLES;
	uint32_t guest;
	status_t status;

	if (!(state->space[owner].flags & PAGER_MAY_HOST))
		return STATUS_NOT_ALLOWED;
	if (!bytes || bytes > BYTES_MAX)
		return PAGER_BAD_RANGE;
	if (state->space[owner].guest)
		return STATUS_OK;
	if (!space_can_pay(owner, quota))
		return STATUS_QUOTA;
	status = space_make(state->space[owner].process | SPACE_GUEST_NUMBER, quota, GUEST_OBJECTS,
			    (uint32_t)(bytes >> PAGE_BITS) + GUEST_OBJECTS, SPACE_GUEST, &guest);
	if (status)
		return status;
	space_charge(owner, (int64_t)quota);
	SET(state->space[guest].guest, owner);
	SET(state->space[owner].guest, guest);
	return STATUS_OK;
}

static void vcpus_end(uint32_t guest)
{
	for (uint32_t i = 0; i < VCPU_MAX; i++) {
		if (state->vcpu[i].guest != guest)
			continue;
		intent_note(INTENT_VCPU, i);
		SET(state->vcpu[i].guest, 0);
		SUB(state->frames_used, VCPU_PAGES);
		SUB(state->vcpus_used, 1);
		space_charge(state->space[guest].guest, -(int64_t)VCPU_PAGES);
		change_commit();
	}
}

// Before the space itself: vcpus first, since their guests may be running.
void guest_end_finish(uint32_t guest)
{
	vcpus_end(guest);
	space_end_finish(guest);
}

void guest_end(uint32_t guest)
{
	SET(state->space[guest].life, LIFE_DOOMED);
	change_commit();
	guest_end_finish(guest);
}

static uint32_t vcpu_find(uint32_t guest, uint32_t number)
{
	uint32_t i = 0;

	while (i < VCPU_MAX && (state->vcpu[i].guest != guest || state->vcpu[i].number != number))
		i++;
	return i;
}

static status_t vcpu_make(uint32_t guest, uint32_t number, uint32_t i)
{
	uint32_t owner = state->space[guest].guest;

	if (i == VCPU_MAX || !frames_carve_whole(slot_vcpu_untyped(i), VCPU_BITS))
		return STATUS_EXHAUSTED;
	if (!space_can_pay(owner, VCPU_PAGES))
		return STATUS_QUOTA;
	intent_note(INTENT_VCPU, i);
	SET(state->vcpu[i].guest, guest);
	SET(state->vcpu[i].number, number);
	ADD(state->frames_used, VCPU_PAGES);
	ADD(state->vcpus_used, 1);
	space_charge(owner, VCPU_PAGES);
	return kernel_retype(slot_vcpu_untyped(i), OBJECT_VCPU, VCPU_BITS, slot_vcpu(i), 1);
}

status_t guest_vcpu(uint32_t guest, uint32_t number, uint32_t object, uint64_t offset, cptr_t *vcpu)
{
	uint32_t i = vcpu_find(guest, number), page;
	status_t status = STATUS_OK;

	page = page_find(object, offset >> PAGE_BITS);
	if (!page)
		return PAGER_BAD_RANGE;
	if (i == VCPU_MAX) {
		for (i = 0; i < VCPU_MAX && state->vcpu[i].guest; i++)
			;
		status = vcpu_make(guest, number, i);
	}
	if (!status)
		status = kernel_vcpu_configure(slot_vcpu(i), slot_vspace(guest),
					       slot_frame(page_records[page].frame));
	if (status) {
		change_abort();
		return status;
	}
	change_commit();
	*vcpu = slot_vcpu(i);
	return STATUS_OK;
}
