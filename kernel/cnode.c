// SPDX-License-Identifier: MIT
//
// The methods of cnodes: all that moves capabilities between slots.
#include "cnode.h"
#include "cspace.h"
#include "derive.h"
#include "destroy.h"
#include "endpoint.h"
#include "invocation.h"

enum status cnode_mint_cap(const struct slot *source, unsigned rights, uint64_t badge,
			   struct cap *copy)
{
	enum status status = cap_derive(source, rights, copy);

	if (status != STATUS_OK) {
		return status;
	}
	switch (copy->type) {
	case OBJECT_ENDPOINT:
	case OBJECT_NOTIFICATION:
		if (copy->badge != 0) {
			return STATUS_BAD_ARGUMENT;
		}
		copy->badge = badge;
		return STATUS_OK;
	case OBJECT_CNODE: {
		unsigned guard_bits = badge & 63;
		uint64_t guard = badge >> 6;
		if (guard_bits + copy->bits > 64 || guard >> guard_bits != 0) {
			return STATUS_BAD_ARGUMENT;
		}
		copy->cnode.guard_bits = guard_bits;
		copy->cnode.guard = guard;
		return STATUS_OK;
	}
	}
	return STATUS_WRONG_TYPE;
}

// Only a badge that its source did not have begins a family of its own.
static bool is_original(struct cap copy, struct cap source)
{
	switch (copy.type) {
	case OBJECT_ENDPOINT:
	case OBJECT_NOTIFICATION: return copy.badge != source.badge;
	case OBJECT_UNTYPED: return true;
	}
	return false;
}

// COPY, MINT, MOVE: index, depth, src_cnode_cap, src_index, src_depth.
must_check static enum status copy_or_move(struct invocation *invocation)
{
	bool move = invocation->method == CNODE_MOVE;
	bool mint = invocation->method == CNODE_MINT;
	enum status status = need_words(invocation, move ? 5 : mint ? 7 : 6);
	struct slot *to, *from, *node;
	struct cap copy;

	if (status == STATUS_OK) {
		status = argument_place(invocation, invocation->slot->cap, 0, &to);
	}
	if (status == STATUS_OK) {
		status = argument_cap(invocation, 2, OBJECT_CNODE, &node);
	}
	if (status == STATUS_OK) {
		status = argument_place(invocation, node->cap, 3, &from);
	}
	if (status != STATUS_OK) {
		return status;
	}
	if (!slot_is_empty(to)) {
		return bad(invocation, STATUS_SLOT_OCCUPIED, 0);
	}
	if (move) {
		if (slot_is_empty(from)) {
			return bad(invocation, STATUS_NO_CAP, 3);
		}
		if (from->cap.type == CAP_ZOMBIE) {
			return bad(invocation, STATUS_BUSY, 3);
		}
		derive_move(from, to);
		return STATUS_OK;
	}
	unsigned rights = argument(invocation, 5) & RIGHT_ALL;
	status = mint ? cnode_mint_cap(from, rights, argument(invocation, 6), &copy)
		      : cap_derive(from, rights, &copy);
	if (status != STATUS_OK) {
		return bad(invocation, status, 3);
	}
	derive_insert(from, to, copy, is_original(copy, from->cap));
	if (copy.type == OBJECT_UNTYPED) {
		// All of it belongs to the copy now.
		from->cap.untyped.watermark = 1ul << (from->cap.bits - 4);
		from->cap.untyped.clean = 0;
	}
	return STATUS_OK;
}

// An unbadged endpoint capability with all rights, or a badged one: who may do this.
must_check static enum status endpoint_method(struct invocation *invocation, struct slot *slot)
{
	struct cap cap = slot->cap;

	if (cap.type == CAP_EMPTY) {
		return bad(invocation, STATUS_NO_CAP, 0);
	}
	if (cap.type != OBJECT_ENDPOINT) {
		return bad(invocation, STATUS_WRONG_TYPE, 0);
	}
	if (cap.rights != RIGHT_ALL) {
		return bad(invocation, STATUS_NO_RIGHT, 0);
	}
	struct endpoint *endpoint = cap_object(cap);
	if (invocation->method == CNODE_CANCEL_BADGED) {
		if (cap.badge == 0) {
			return bad(invocation, STATUS_BAD_ARGUMENT, 0);
		}
		invocation->progress =
			endpoint_cancel_badged(endpoint, cap.badge, &invocation->thread->started);
		return STATUS_OK;
	}
	if (cap.badge != 0) {
		return bad(invocation, STATUS_BAD_ARGUMENT, 0);
	}
	result(invocation, 0, ++endpoint->generation);
	return STATUS_OK;
}

static void inspect(struct invocation *invocation, struct cap cap)
{
	bool badged = cap.type == OBJECT_ENDPOINT || cap.type == OBJECT_NOTIFICATION;
	paddr_t identity;

	if (cap.type == CAP_ZOMBIE) {
		cap = (struct cap){.type = CAP_ZOMBIE};
	}
	cap_bytes(cap, &identity);
	result(invocation, 0, cap.type);
	result(invocation, 1, cap.rights);
	result(invocation, 2, badged ? cap.badge : cap.bits);
	result(invocation, 3, identity);
}

enum status cnode_invoke(struct invocation *invocation)
{
	struct slot *slot;
	enum status status;

	switch (invocation->method) {
	case CNODE_COPY:
	case CNODE_MINT:
	case CNODE_MOVE: return copy_or_move(invocation);
	case CNODE_DELETE:
	case CNODE_REVOKE:
	case CNODE_CANCEL_BADGED:
	case CNODE_ENDPOINT_BUMP:
	case CNODE_INSPECT: break;
	default: return STATUS_BAD_METHOD;
	}
	status = need_words(invocation, 2);
	if (status == STATUS_OK) {
		status = argument_place(invocation, invocation->slot->cap, 0, &slot);
	}
	if (status != STATUS_OK) {
		return status;
	}
	switch (invocation->method) {
	case CNODE_DELETE: invocation->progress = destroy_slot(slot); return STATUS_OK;
	case CNODE_REVOKE: invocation->progress = destroy_descendants(slot); return STATUS_OK;
	case CNODE_INSPECT: inspect(invocation, slot->cap); return STATUS_OK;
	}
	return endpoint_method(invocation, slot);
}
