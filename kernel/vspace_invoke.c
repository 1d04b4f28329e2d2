// SPDX-License-Identifier: MIT
//
// The methods of tables, frames and the ASID control; address spaces themselves have none.
#include "invocation.h"
#include "vspace.h"

#define MAP_ATTRIBUTES (MAP_EXECUTE | MAP_UNCACHED | MAP_WRITE_COMBINE)

enum status vspace_invoke(struct invocation *invocation)
{
	return STATUS_BAD_METHOD;
}

// Arguments 0 and 1: vspace_cap, vaddr.
must_check static enum status plan(struct invocation *invocation, struct mapping *mapping)
{
	struct slot *slot;
	enum status status = argument_cap(invocation, 0, OBJECT_VSPACE, &slot);

	if (status == STATUS_OK) {
		mapping->vspace = &slot->cap;
		mapping->address = argument(invocation, 1);
	}
	return status;
}

enum status table_invoke(struct invocation *invocation)
{
	struct cap *table = &invocation->slot->cap;
	struct mapping mapping;
	unsigned level;
	enum status status;

	switch (invocation->method) {
	case TABLE_UNMAP: vspace_unmap_table(table); return STATUS_OK;
	case TABLE_MAP:
		status = need_words(invocation, 2);
		if (status == STATUS_OK) {
			status = plan(invocation, &mapping);
		}
		if (status != STATUS_OK) {
			return status;
		}
		status = vspace_map_table(table, &mapping, &level);
		if (status != STATUS_OK) {
			return bad(invocation, status, 1);
		}
		result(invocation, 0, level);
		return STATUS_OK;
	}
	return STATUS_BAD_METHOD;
}

// FRAME_MAP: vspace_cap, vaddr, rights, attributes.
must_check static __attribute__((noinline)) enum status map_frame(struct invocation *invocation,
								  struct cap *frame)
{
	struct mapping mapping;
	unsigned level;
	enum status status = need_words(invocation, 4);

	if (status == STATUS_OK) {
		status = plan(invocation, &mapping);
	}
	if (status != STATUS_OK) {
		return status;
	}
	mapping.rights = argument(invocation, 2) & (RIGHT_READ | RIGHT_WRITE);
	if (!(mapping.rights & RIGHT_READ)) {
		return bad(invocation, STATUS_BAD_ARGUMENT, 2);
	}
	if (mapping.rights & ~frame->rights) {
		return bad(invocation, STATUS_NO_RIGHT, 2);
	}
	if (argument(invocation, 3) & ~(uint64_t)MAP_ATTRIBUTES) {
		return bad(invocation, STATUS_BAD_ARGUMENT, 3);
	}
	mapping.attributes = argument(invocation, 3);
	status = vspace_map_frame(frame, &mapping, &level);
	if (status == STATUS_OK) {
		return status;
	}
	return bad(invocation, status, status == STATUS_NO_TABLE ? level : 1);
}

enum status frame_invoke(struct invocation *invocation)
{
	struct cap *frame = &invocation->slot->cap;

	switch (invocation->method) {
	case FRAME_MAP: return map_frame(invocation, frame);
	case FRAME_UNMAP: return vspace_unmap_frame(frame);
	case FRAME_PADDR: result(invocation, 0, cap_paddr(*frame)); return STATUS_OK;
	}
	return STATUS_BAD_METHOD;
}

// ASID_ASSIGN: vspace_cap, asid.
enum status asid_control_invoke(struct invocation *invocation)
{
	if (invocation->method != ASID_ASSIGN) {
		return STATUS_BAD_METHOD;
	}
	enum status status = need_words(invocation, 2);
	struct slot *slot;
	if (status == STATUS_OK) {
		status = argument_cap(invocation, 0, OBJECT_VSPACE, &slot);
	}
	if (status != STATUS_OK) {
		return status;
	}
	uint64_t asid = argument(invocation, 1);
	if (asid < 1 || asid >= ASID_COUNT) {
		return bad(invocation, STATUS_BAD_ARGUMENT, 1);
	}
	return vspace_assign_asid(slot->cap, asid) ? STATUS_OK : bad(invocation, STATUS_BUSY, 1);
}
