// SPDX-License-Identifier: MIT
//
// Untyped memory: the arithmetic of watermark and clean mark (pure), and the retype.
//
// A retype is planned on the capability alone, its memory cleaned in steps, and then committed in
// one go: all objects or none.
#include "untyped.h"
#include "cnode.h"
#include "cspace.h"
#include "derive.h"
#include "invocation.h"
#include "object.h"
#include "preempt.h"

#define CHUNK_BYTES (1ul << UNTYPED_CHUNK_BITS)

static uint64_t bytes_of(const struct cap *untyped)
{
	return 1ul << untyped->bits;
}

static uint64_t chunks_of(uint64_t bytes)
{
	return (bytes + CHUNK_BYTES - 1) >> UNTYPED_CHUNK_BITS;
}

static uint64_t at_most(uint64_t value, uint64_t limit)
{
	return value < limit ? value : limit;
}

// The first chunk that is not known to be clean.
static uint64_t first_unclean(const struct cap *untyped)
{
	return (untyped_watermark(untyped) >> UNTYPED_CHUNK_BITS) + untyped->untyped.clean;
}

uint64_t untyped_clean_end(const struct cap *untyped)
{
	uint64_t end = at_most(first_unclean(untyped) << UNTYPED_CHUNK_BITS, bytes_of(untyped));

	return end > untyped_watermark(untyped) ? end : untyped_watermark(untyped);
}

void untyped_advance(struct cap *untyped, uint64_t offset)
{
	uint64_t chunk = offset >> UNTYPED_CHUNK_BITS;
	uint64_t clean = first_unclean(untyped);

	untyped->untyped.watermark = offset >> UNTYPED_MIN_BITS;
	untyped->untyped.clean = clean > chunk ? clean - chunk : 0;
}

void untyped_reset(struct cap *untyped)
{
	untyped->untyped.watermark = 0;
	untyped->untyped.clean = 0;
}

enum status untyped_plan(const struct cap *untyped, bool has_children, enum object_type type,
			 unsigned size_bits, unsigned count, struct retype *plan)
{
	unsigned bits = object_bits(type, size_bits);

	if (bits == 0 || count < 1 || count > UNTYPED_MAX_OBJECTS) {
		return STATUS_BAD_ARGUMENT;
	}
	if (untyped->device && type != OBJECT_UNTYPED && type != OBJECT_FRAME) {
		return STATUS_BAD_ARGUMENT;
	}
	plan->type = type;
	plan->size_bits = bits;
	plan->reset = !has_children && untyped->untyped.watermark != 0;
	if (bits > untyped->bits) {
		return STATUS_NO_MEMORY;
	}
	// Neither sum can overflow: bits <= 47 and count <= 256.
	uint64_t free = plan->reset ? 0 : untyped_watermark(untyped);
	uint64_t size = 1ul << bits;
	plan->start = (free + size - 1) & -size;
	plan->end = plan->start + count * size;
	if (plan->end > bytes_of(untyped) || (type != OBJECT_UNTYPED && !untyped->device &&
					      chunks_of(plan->end - free) >= UNTYPED_MAX_CLEAN)) {
		return STATUS_NO_MEMORY;
	}
	return STATUS_OK;
}

// Zero the memory from the watermark up to at least `end`.
must_check static enum progress untyped_clean(struct cap *untyped, uint64_t end)
{
	uint64_t done;

	while ((done = untyped_clean_end(untyped)) < end) {
		uint64_t next = first_unclean(untyped) + 1;
		uint64_t stop = at_most(next << UNTYPED_CHUNK_BITS, bytes_of(untyped));
		arch_zero(phys_to_virt(cap_paddr(*untyped) + done), stop - done);
		untyped->untyped.clean++;
		if (stop < end && preempt_point() == PREEMPTED) {
			return PREEMPTED;
		}
	}
	return DONE;
}

static void retype_commit(struct slot *slot, const struct retype *plan, unsigned size_bits,
			  unsigned format, struct slot *first, unsigned count)
{
	struct cap *untyped = &slot->cap;
	uint64_t clean_end = untyped_clean_end(untyped);

	for (unsigned i = 0; i < count; i++) {
		uint64_t offset = plan->start + ((uint64_t)i << plan->size_bits);
		uint64_t end = offset + (1ul << plan->size_bits);
		struct cap cap = object_make(plan->type, cap_paddr(*untyped) + offset, size_bits,
					     format, untyped->device);
		if (plan->type == OBJECT_UNTYPED && end <= clean_end) {
			cap.untyped.clean = at_most(chunks_of(end - offset), UNTYPED_MAX_CLEAN);
		}
		derive_insert(slot, &first[i], cap, true);
	}
	untyped_advance(untyped, plan->end);
}

// Arguments 2 to 6: cnode_cap, node_index, node_depth, first, count -> the slots, all empty.
must_check static enum status find_destination(struct invocation *invocation, struct slot **first)
{
	struct slot *node;
	enum status status = argument_cap(invocation, 2, OBJECT_CNODE, &node);

	if (status == STATUS_OK && argument(invocation, 4) != 0) {
		status = argument_place(invocation, node->cap, 3, &node);
		if (status == STATUS_OK && node->cap.type != OBJECT_CNODE) {
			return bad(invocation, STATUS_WRONG_TYPE, 3);
		}
	}
	if (status != STATUS_OK) {
		return status;
	}
	uint64_t start = argument(invocation, 5), count = argument(invocation, 6);
	uint64_t slots = 1ul << node->cap.bits;
	if (count < 1 || count > UNTYPED_MAX_OBJECTS) {
		return bad(invocation, STATUS_BAD_ARGUMENT, 6);
	}
	if (start >= slots || count > slots - start) {
		return bad(invocation, STATUS_NO_MEMORY, 5);
	}
	*first = &((struct cnode *)cap_object(node->cap))->slot[start];
	for (unsigned i = 0; i < count; i++) {
		if (!slot_is_empty(&(*first)[i])) {
			return bad(invocation, STATUS_SLOT_OCCUPIED, 5);
		}
	}
	return STATUS_OK;
}

enum status untyped_invoke(struct invocation *invocation)
{
	if (invocation->method != UNTYPED_RETYPE) {
		return STATUS_BAD_METHOD;
	}
	enum status status = need_words(invocation, 7);
	if (status != STATUS_OK) {
		return status;
	}
	struct slot *first = NULL;
	status = find_destination(invocation, &first);
	if (status != STATUS_OK) {
		return status;
	}
	struct slot *slot = invocation->slot;
	uint64_t type = argument(invocation, 0) & 0xffffffff;
	uint64_t format = argument(invocation, 0) >> 32;
	uint64_t size_bits = argument(invocation, 1);
	unsigned count = argument(invocation, 6);
	struct retype plan;
	if (type >= OBJECT_TYPE_COUNT) {
		return bad(invocation, STATUS_BAD_ARGUMENT, 0);
	}
	if (size_bits > UNTYPED_MAX_BITS) {
		return bad(invocation, STATUS_BAD_ARGUMENT, 1);
	}
	if (format != 0 && type != OBJECT_VSPACE) {
		return bad(invocation, STATUS_BAD_ARGUMENT, 0);
	}
	if ((type == OBJECT_VSPACE && (format > VSPACE_IOMMU || !arch_table_format(format))) ||
	    (type == OBJECT_VCPU && !arch_vcpu_supported())) {
		return bad(invocation, STATUS_UNSUPPORTED, 0);
	}
	status = untyped_plan(&slot->cap, derive_has_children(slot), type, size_bits, count, &plan);
	if (status != STATUS_OK) {
		return bad(invocation, status, 1);
	}

	if (plan.reset) {
		untyped_reset(&slot->cap);
	}
	if (type != OBJECT_UNTYPED && !slot->cap.device) {
		invocation->progress = untyped_clean(&slot->cap, plan.end);
		if (invocation->progress == PREEMPTED) {
			return STATUS_OK;
		}
	}
	retype_commit(slot, &plan, size_bits, format, first, count);
	return STATUS_OK;
}
