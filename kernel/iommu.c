// SPDX-License-Identifier: MIT
//
// Requesters: issuing, binding, reading what was blocked. See iommu.h.
#include "iommu.h"
#include "derive.h"
#include "invocation.h"
#include "vspace.h"

// One bit for each; under the kernel lock.
static uint64_t owned[REQUESTER_COUNT / 64];

void requester_drop(struct slot *slot)
{
	unsigned requester = cap_number(slot->cap);

	arch_requester_unbind(requester);
	owned[requester / 64] &= ~(1ul << requester % 64);
}

must_check static enum status bind(struct invocation *invocation, unsigned requester)
{
	enum status status = need_words(invocation, 1);
	struct slot *space;

	if (status == STATUS_OK) {
		status = argument_cap(invocation, 0, OBJECT_VSPACE, &space);
	}
	if (status != STATUS_OK) {
		return status;
	}
	struct vspace *vspace = cap_object(space->cap);
	if (space->cap.vspace.format != VSPACE_IOMMU || vspace_asid(vspace) == 0) {
		return bad(invocation, STATUS_BAD_ARGUMENT, 0);
	}
	return arch_requester_bind(requester, vspace) ? STATUS_OK : bad(invocation, STATUS_BUSY, 0);
}

enum status requester_invoke(struct invocation *invocation)
{
	unsigned requester = cap_number(invocation->slot->cap);

	switch (invocation->method) {
	case REQUESTER_BIND: return bind(invocation, requester);
	case REQUESTER_UNBIND: arch_requester_unbind(requester); return STATUS_OK;
	}
	return STATUS_BAD_METHOD;
}

// Requester, cnode_cap, index, depth.
must_check static enum status issue(struct invocation *invocation)
{
	enum status status = need_words(invocation, 4);
	struct slot *slot;

	if (status == STATUS_OK) {
		status = argument_empty_place(invocation, 1, &slot);
	}
	if (status != STATUS_OK) {
		return status;
	}
	uint64_t requester = argument(invocation, 0);
	if (requester >= REQUESTER_COUNT) {
		return bad(invocation, STATUS_BAD_ARGUMENT, 0);
	}
	if (owned[requester / 64] >> requester % 64 & 1) {
		return bad(invocation, STATUS_BUSY, 0);
	}
	owned[requester / 64] |= 1ul << requester % 64;
	derive_insert(invocation->slot, slot, cap_make_number(OBJECT_REQUESTER, requester), true);
	return STATUS_OK;
}

must_check static enum status take_fault(struct invocation *invocation)
{
	struct iommu_fault fault;

	if (!arch_iommu_fault(&fault)) {
		return STATUS_WOULD_BLOCK;
	}
	result(invocation, 0, fault.requester);
	result(invocation, 1, fault.kind);
	result(invocation, 2, fault.address);
	result(invocation, 3, fault.reason);
	return STATUS_OK;
}

enum status iommu_control_invoke(struct invocation *invocation)
{
	switch (invocation->method) {
	case IOMMU_ISSUE: return issue(invocation);
	case IOMMU_FAULT: return take_fault(invocation);
	}
	return STATUS_BAD_METHOD;
}
