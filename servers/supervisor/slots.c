// SPDX-License-Identifier: MIT
//
// Where the capabilities of processes are: each process has SLOTS_PER_PROCESS consecutive slots in a
// pool CNode, 63 processes to a CNode, whose first slots hold the CNode itself. A slot's use never
// changes, so nothing has to be remembered about it: to do a step again, empty it first.

#include "state.h"

enum { PROCESSES_PER_POOL = (1 << DYNAMIC_CNODE_BITS) / SLOTS_PER_PROCESS - 1 };

static cptr_t pool_cnode(unsigned process)
{
	return HANDOVER_CPTR(ROOT_SLOT_POOL + process / PROCESSES_PER_POOL, 0);
}

static uint64_t pool_index(unsigned process, unsigned slot)
{
	return (process % PROCESSES_PER_POOL + 1) * SLOTS_PER_PROCESS + slot;
}

cptr_t slot_cptr(unsigned process, unsigned slot)
{
	return HANDOVER_CPTR(ROOT_SLOT_POOL + process / PROCESSES_PER_POOL,
			     pool_index(process, slot));
}

// The three words that name a slot, for kernel methods.
#define PLACE(process, slot) pool_cnode(process), pool_index(process, slot), DYNAMIC_CNODE_BITS

// A capability in the own CSpace named by its cptr, as a source: the CNode that holds it is reached
// through the self capability in slot 0.
static void source_of(cptr_t cap, cptr_t *cnode, uint64_t *index)
{
	uint64_t mask = (1ul << DYNAMIC_CNODE_BITS) - 1;

	*cnode = cap & ~mask; // slot 0 of the same CNode
	*index = cap & mask;
}

status_t process_slot_empty(unsigned process, unsigned slot)
{
	kill_point();
	return cnode_delete(PLACE(process, slot));
}

status_t process_slot_revoke(unsigned process, unsigned slot)
{
	kill_point();
	return cnode_revoke(PLACE(process, slot));
}

// A slot that is to be filled is most often empty, so it is filled first and emptied only if it was not.
status_t process_slot_mint(unsigned process, unsigned slot, cptr_t source, unsigned rights,
			   uint64_t badge)
{
	uint64_t index;
	cptr_t cnode;
	status_t status;

	source_of(source, &cnode, &index);
	kill_point();
	status = cnode_mint(PLACE(process, slot), cnode, index, DYNAMIC_CNODE_BITS, rights, badge);
	if (status != STATUS_SLOT_OCCUPIED)
		return status;
	status = process_slot_empty(process, slot);
	kill_point();
	return status == STATUS_OK ? cnode_mint(PLACE(process, slot), cnode, index,
						DYNAMIC_CNODE_BITS, rights, badge)
				   : status;
}

// From a slot of the process's root CNode.
status_t process_slot_copy(unsigned process, unsigned slot, cptr_t root_cnode, uint64_t index)
{
	status_t status = process_slot_empty(process, slot);

	kill_point();
	if (status != STATUS_OK)
		return status;
	return cnode_copy(PLACE(process, slot), root_cnode, index, ROOT_CNODE_BITS, RIGHT_ALL);
}

// What came with an answer, from its borrowed slot.
status_t process_slot_take(unsigned process, unsigned slot, cptr_t landed)
{
	status_t status = process_slot_empty(process, slot);

	if (status == STATUS_OK)
		status = cnode_move(PLACE(process, slot), SLOT_CNODE, slot_index(landed),
				    SLOT_DEPTH);
	slot_return(landed, 1);
	return status;
}

status_t process_retype(unsigned process, unsigned slot, enum object_type type, unsigned bits,
			unsigned count)
{
	kill_point();
	return untyped_retype(slot_cptr(process, SLOT_PIECE), type, 0, bits, pool_cnode(process), 0,
			      0, pool_index(process, slot), count);
}

static unsigned cnode_bits(unsigned cnode_slot)
{
	return cnode_slot == SLOT_DYNAMIC ? DYNAMIC_CNODE_BITS : ROOT_CNODE_BITS;
}

status_t grant_copy(unsigned process, unsigned cnode_slot, uint64_t index, cptr_t source)
{
	cptr_t to = slot_cptr(process, cnode_slot), cnode;
	unsigned bits = cnode_bits(cnode_slot);
	status_t status;
	uint64_t from;

	source_of(source, &cnode, &from);
	kill_point();
	status = cnode_copy(to, index, bits, cnode, from, DYNAMIC_CNODE_BITS, RIGHT_ALL);
	if (status != STATUS_SLOT_OCCUPIED)
		return status;
	kill_point();
	status = cnode_delete(to, index, bits);
	kill_point();
	return status == STATUS_OK
		       ? cnode_copy(to, index, bits, cnode, from, DYNAMIC_CNODE_BITS, RIGHT_ALL)
		       : status;
}

status_t grant_mint(unsigned process, unsigned cnode_slot, uint64_t index, cptr_t source,
		    unsigned rights, uint64_t badge)
{
	cptr_t to = slot_cptr(process, cnode_slot), cnode;
	unsigned bits = cnode_bits(cnode_slot);
	status_t status;
	uint64_t from;

	source_of(source, &cnode, &from);
	kill_point();
	status = cnode_mint(to, index, bits, cnode, from, DYNAMIC_CNODE_BITS, rights, badge);
	if (status != STATUS_SLOT_OCCUPIED)
		return status;
	kill_point();
	status = cnode_delete(to, index, bits);
	kill_point();
	return status == STATUS_OK
		       ? cnode_mint(to, index, bits, cnode, from, DYNAMIC_CNODE_BITS, rights, badge)
		       : status;
}

// At the first start: a piece of untyped memory for each process that there is memory for. Those
// that exist already, from a start that was cut short, are left alone.
unsigned pieces_make(void)
{
	uint64_t bytes = 1ul << handover()->untyped[0].size_bits;
	unsigned pools = handover()->pool_cnodes * PROCESSES_PER_POOL;
	unsigned count = (unsigned)(bytes >> PIECE_BITS);
	struct cap_facts facts;

	count = count > PROCESSES_MAX ? PROCESSES_MAX : count;
	count = count > pools ? pools : count;
	for (unsigned i = 0; i < count; i++) {
		if (cnode_inspect(PLACE(i, SLOT_PIECE), &facts) == STATUS_OK && facts.type != 0)
			continue;
		if (untyped_retype(HANDOVER_CPTR(ROOT_SLOT_CONTROL, SUPERVISOR_CONTROL_UNTYPED),
				   OBJECT_UNTYPED, 0, PIECE_BITS, pool_cnode(i), 0, 0,
				   pool_index(i, SLOT_PIECE), 1) != STATUS_OK)
			return i;
	}
	return count;
}

// Capabilities in the pool CNodes, by looking at every slot.
uint64_t slots_used(void)
{
	uint64_t used = 0;
	struct cap_facts facts;

	for (unsigned pool = 0; pool < handover()->pool_cnodes; pool++)
		for (uint64_t slot = 1; slot < 1 << DYNAMIC_CNODE_BITS; slot++)
			if (cnode_inspect(HANDOVER_CPTR(ROOT_SLOT_POOL + pool, 0), slot,
					  DYNAMIC_CNODE_BITS, &facts) == STATUS_OK &&
			    facts.type != 0)
				used++;
	return used;
}

// An interrupt line.
status_t process_slot_line(unsigned process, unsigned slot, unsigned line, unsigned flags)
{
	status_t status = process_slot_empty(process, slot);

	if (status == STATUS_OK)
		status = irq_get_line(HANDOVER_CPTR(ROOT_SLOT_CONTROL, SUPERVISOR_CONTROL_IRQ),
				      line, flags, PLACE(process, slot));
	return status;
}
