// SPDX-License-Identifier: MIT
//
// System calls behind kernel.h. All CNodes that the pager uses are of one shape: 4096 slots, and a
// capability to the CNode itself in slot 0, so a cptr tells both the CNode and the slot in it.
//
// To copy contents, frames are mapped in the pager itself, at two addresses beside its page of
// facts, whose page table exists from the start. Capabilities for that are copies in two slots of
// their own.
#include <string.h>

#include <caplet/kernel.h>
#include <caplet/handover.h>
#include <caplet/kill_point.h>

#include "kernel.h"
#include "slots.h"

#define PASS_BASE (PROCESS_INFO_BASE + 0x100000ul) // + 0, 1 pages

// Before and after each system call a test may end the pager.
static status_t done(status_t status)
{
	kill_point();
	return status;
}

static cptr_t cnode_of(cptr_t slot)
{
	return slot & ~(cptr_t)(LEAF_SLOTS - 1);
}
static uint64_t index_of(cptr_t slot)
{
	return slot % LEAF_SLOTS;
}

status_t kernel_retype(cptr_t untyped, enum object_type type, unsigned bits, cptr_t first,
		       unsigned count)
{
	kill_point();
	return done(untyped_retype(untyped, type, VSPACE_NATIVE, bits, cnode_of(first), 0, 0,
				   index_of(first), count));
}

status_t kernel_vspace(cptr_t untyped, cptr_t vspace, bool nested)
{
	kill_point();
	return done(untyped_retype(untyped, OBJECT_VSPACE, nested ? VSPACE_NPT : VSPACE_NATIVE,
				   VSPACE_BITS, cnode_of(vspace), 0, 0, index_of(vspace), 1));
}

status_t kernel_vcpu_configure(cptr_t vcpu, cptr_t vspace, cptr_t frame)
{
	status_t status;

	kill_point();
	status = done(vcpu_configure(vcpu, vspace, frame));
	return status == STATUS_BUSY ? STATUS_OK : status;
}

status_t kernel_copy(cptr_t to, cptr_t from)
{
	kill_point();
	return done(cnode_copy(cnode_of(to), index_of(to), DYNAMIC_CNODE_BITS, cnode_of(from),
			       index_of(from), DYNAMIC_CNODE_BITS, RIGHT_ALL));
}

status_t kernel_mint(cptr_t to, uint64_t badge)
{
	return cnode_mint(cnode_of(to), index_of(to), DYNAMIC_CNODE_BITS, SLOT_CNODE,
			  DYNAMIC_SLOT_ENDPOINT, SLOT_DEPTH, 0, badge);
}

void kernel_delete(cptr_t slot)
{
	kill_point();
	(void)done(cnode_delete(cnode_of(slot), index_of(slot), DYNAMIC_CNODE_BITS));
}

void kernel_revoke(cptr_t slot)
{
	kill_point();
	(void)done(cnode_revoke(cnode_of(slot), index_of(slot), DYNAMIC_CNODE_BITS));
}

bool kernel_is_empty(cptr_t slot)
{
	struct cap_facts facts = {0};

	(void)cnode_inspect(cnode_of(slot), index_of(slot), DYNAMIC_CNODE_BITS, &facts);
	return facts.type == 0;
}

status_t kernel_assign(cptr_t vspace, unsigned asid)
{
	kill_point();
	return done(
		asid_assign(HANDOVER_CPTR(ROOT_SLOT_CONTROL, PAGER_CONTROL_ASID), vspace, asid));
}

status_t kernel_table_map(cptr_t table, cptr_t vspace, vaddr_t address)
{
	unsigned level;

	kill_point();
	return done(table_map(table, vspace, address, &level));
}

status_t kernel_frame_map(cptr_t frame, cptr_t vspace, vaddr_t address, unsigned rights,
			  unsigned attributes)
{
	kill_point();
	return done(frame_map(frame, vspace, address, rights, attributes));
}

void kernel_frame_unmap(cptr_t frame)
{
	kill_point();
	(void)done(frame_unmap(frame));
}

status_t kernel_physical(cptr_t frame, paddr_t *address)
{
	return frame_paddr(frame, address);
}

void kernel_alert(void)
{
	(void)ipc_signal(HANDOVER_CPTR(ROOT_SLOT_CONTROL, PAGER_CONTROL_SUPERVISOR));
}

static status_t pass_open(unsigned i, cptr_t frame, unsigned rights, void **at)
{
	vaddr_t address = PASS_BASE + i * PAGE_SIZE;
	status_t status = kernel_copy(slot_various(VARIOUS_PASS + i), frame);

	if (status)
		return status;
	*at = (void *)address;
	return frame_map(slot_various(VARIOUS_PASS + i),
			 HANDOVER_CPTR(ROOT_SLOT_CONTROL, PAGER_CONTROL_VSPACE), address, rights,
			 0);
}

void page_reset(void)
{
	kernel_delete(slot_various(VARIOUS_PASS));
	kernel_delete(slot_various(VARIOUS_PASS + 1));
}

// The frame that is filled is fresh and shown nowhere yet, so its own capability will do. If the pager
// dies here, the frame goes with what was not committed, and its mapping with it.
status_t page_copy(cptr_t to, cptr_t from, size_t bytes)
{
	vaddr_t target = PASS_BASE + PAGE_SIZE;
	void *source;
	status_t status = pass_open(0, from, RIGHT_READ, &source);

	if (!status)
		status =
			kernel_frame_map(to, HANDOVER_CPTR(ROOT_SLOT_CONTROL, PAGER_CONTROL_VSPACE),
					 target, RIGHT_READ | RIGHT_WRITE, 0);
	if (!status) {
		memcpy((void *)target, source, bytes);
		kernel_frame_unmap(to);
	}
	kernel_delete(slot_various(VARIOUS_PASS));
	return status;
}

status_t page_write(cptr_t to, size_t offset, const void *data, size_t bytes)
{
	void *target;
	status_t status = pass_open(0, to, RIGHT_READ | RIGHT_WRITE, &target);

	if (!status)
		memcpy((char *)target + offset, data, bytes);
	kernel_delete(slot_various(VARIOUS_PASS));
	return status;
}

status_t page_read(cptr_t from, size_t offset, void *data, size_t bytes)
{
	void *source;
	status_t status = pass_open(0, from, RIGHT_READ, &source);

	if (!status)
		memcpy(data, (const char *)source + offset, bytes);
	kernel_delete(slot_various(VARIOUS_PASS));
	return status;
}
