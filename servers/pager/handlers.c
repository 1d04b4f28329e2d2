// SPDX-License-Identifier: MIT
//
// The methods that every process has for its own space. Each begins with changes_begin(), which
// ends what the request before left to be done, finds the space, and leaves the last change to be
// committed by the server stub together with the answer.
#include <caplet/handover.h>

#include "handlers.h"
#include "intent.h"
#include "kernel.h"
#include "objects.h"
#include "frames.h"
#include "pages.h"
#include "reap.h"
#include "memory.h"
#include "slots.h"
#include "spaces.h"

// An object capability's badge: this bit, and the number.
#define BADGE_WRITE (1ul << 61) // may be mapped writable

uint32_t caller_space(const struct session *session)
{
	changes_begin();
	return space_find(session->badge);
}

status_t pager_map_anonymous_handle(struct session *session, uint64_t hint, uint64_t bytes,
				    uint32_t flags, uint64_t *address)
{
	uint32_t space = caller_space(session);

	return space ? memory_map_anonymous(space, hint, bytes, flags, 0, address)
		     : STATUS_NOT_ALLOWED;
}

status_t pager_unmap_handle(struct session *session, uint64_t address, uint64_t bytes)
{
	uint32_t space = caller_space(session);

	return space ? memory_unmap(space, address, bytes) : STATUS_NOT_ALLOWED;
}

status_t pager_protect_handle(struct session *session, uint64_t address, uint64_t bytes,
			      uint32_t flags)
{
	uint32_t space = caller_space(session);

	return space ? memory_protect(space, address, bytes, flags) : STATUS_NOT_ALLOWED;
}

status_t pager_discard_handle(struct session *session, uint64_t address, uint64_t bytes)
{
	uint32_t space = caller_space(session);

	return space ? memory_discard(space, address, bytes) : STATUS_NOT_ALLOWED;
}

status_t pager_object_create_handle(struct session *session, uint64_t bytes, uint32_t flags,
				    uint64_t *object)
{
	uint32_t space = caller_space(session);

	return space ? memory_object_create(space, bytes, flags, object) : STATUS_NOT_ALLOWED;
}

status_t pager_object_clone_handle(struct session *session, uint64_t object, uint32_t flags,
				   uint64_t *clone)
{
	uint32_t space = caller_space(session);

	return space ? memory_object_clone(space, object, flags, clone) : STATUS_NOT_ALLOWED;
}

status_t pager_object_resize_handle(struct session *session, uint64_t object, uint64_t bytes)
{
	uint32_t space = caller_space(session);

	return space ? memory_object_resize(space, object, bytes) : STATUS_NOT_ALLOWED;
}

status_t pager_object_release_handle(struct session *session, uint64_t object)
{
	uint32_t space = caller_space(session);

	return space ? memory_object_release(space, object) : STATUS_NOT_ALLOWED;
}

// The capability is made anew in one slot for every answer; what the clients hold are copies.
status_t pager_object_cap_handle(struct session *session, uint64_t object, uint32_t rights,
				 cptr_t *memory)
{
	uint32_t space = caller_space(session);

	if (!memory_object_own(space, object))
		return PAGER_NO_OBJECT;
	if (rights != PAGER_READ && rights != (PAGER_READ | PAGER_WRITE))
		return PAGER_BAD_RIGHTS;
	*memory = slot_various(VARIOUS_OBJECT);
	kernel_delete(*memory);
	return kernel_mint(*memory,
			   PAGER_BADGE_OBJECT | (rights & PAGER_WRITE ? BADGE_WRITE : 0) | object);
}

status_t pager_object_next_handle(struct session *session, uint64_t after,
				  struct pager_object_facts *facts)
{
	uint32_t space = caller_space(session), best = 0;

	for (uint32_t i = state->space[space].first_object; space && i; i = objects[i].next)
		if (objects[i].held && objects[i].number > after &&
		    (!best || objects[i].number < objects[best].number))
			best = i;
	if (!best)
		return PAGER_NO_OBJECT;
	*facts = (struct pager_object_facts){.object = objects[best].number,
					     .bytes = objects[best].pages << PAGE_BITS,
					     .flags = objects[best].flags,
					     .mappings = objects[best].regions};
	return STATUS_OK;
}

status_t pager_object_physical_handle(struct session *session, uint64_t object, uint64_t offset,
				      uint64_t *address)
{
	uint32_t space = caller_space(session), index = memory_object_own(space, object), page;
	status_t status;

	if (!index || !(objects[index].flags & PAGER_PINNED))
		return PAGER_NO_OBJECT;
	page = page_find(index, offset >> PAGE_BITS);
	if (!page)
		return PAGER_BAD_RANGE;
	status = kernel_physical(slot_frame(page_records[page].frame), address);
	*address += offset % PAGE_SIZE;
	return status;
}

status_t pager_object_map_handle(struct session *session, uint64_t object, uint64_t offset,
				 uint64_t hint, uint64_t bytes, uint32_t flags, uint64_t *address)
{
	uint32_t space = caller_space(session), index = memory_object_own(space, object);

	if (!index)
		return PAGER_NO_OBJECT;
	return memory_map_object(space, index, offset, hint, bytes, flags,
				 PAGER_READ | PAGER_WRITE | PAGER_EXECUTE, address);
}

// The object may have died since the capability was made; its number is never used again.
status_t pager_object_map_cap_handle(struct session *session, uint64_t memory, uint64_t offset,
				     uint64_t hint, uint64_t bytes, uint32_t flags,
				     uint64_t *address, uint64_t *bytes_mapped)
{
	uint32_t space = caller_space(session), object;
	unsigned rights = PAGER_READ | PAGER_EXECUTE;

	if (!space)
		return STATUS_NOT_ALLOWED;
	if ((memory & (PAGER_BADGE_FAULT | PAGER_BADGE_OBJECT)) != PAGER_BADGE_OBJECT)
		return PAGER_NO_OBJECT;
	object = object_by_number(memory & (BADGE_WRITE - 1));
	if (!object || !objects[object].held)
		return PAGER_NO_OBJECT;
	if (memory & BADGE_WRITE)
		rights |= PAGER_WRITE;
	if (!bytes)
		bytes = objects[object].pages << PAGE_BITS;
	*bytes_mapped = bytes;
	return memory_map_object(space, object, offset, hint, bytes, flags, rights, address);
}

void usage_fill(uint32_t space, struct pager_usage *usage)
{
	const struct space *s = &state->space[space];

	*usage = (struct pager_usage){
		.quota_bytes = s->quota << PAGE_BITS,
		.charged_bytes = s->charged << PAGE_BITS,
		.resident_bytes = s->resident << PAGE_BITS,
		.table_count = s->table_count,
		.quota_objects = s->quota_objects,
		.object_count = s->objects,
		.region_count = s->regions,
		.quota_slots = s->quota_slots,
		.slot_count = s->slots,
	};
}

status_t pager_usage_handle(struct session *session, struct pager_usage *usage)
{
	uint32_t space = caller_space(session);

	if (!space)
		return STATUS_NOT_ALLOWED;
	usage_fill(space, usage);
	return STATUS_OK;
}

status_t pager_statistics_handle(struct session *session, struct pager_machine *machine)
{
	changes_begin();
	*machine = (struct pager_machine){
		.frames_total = state->capacity,
		.frames_free = frames_free(),
		.frames_objects = state->frames_used - state->tables_used - 2 * state->roots_used -
				  VCPU_PAGES * state->vcpus_used,
		.frames_tables =
			state->tables_used + 2 * state->roots_used + VCPU_PAGES * state->vcpus_used,
		.frames_pager =
			state->pool_leaves * (LEAF_SLOTS * sizeof(uint64_t) * 4 >> PAGE_BITS) +
			(ledger_header()->bytes >> PAGE_BITS),
		.promised_bytes = state->promised << PAGE_BITS,
		.spaces = state->space_count,
		.objects = state->object_count,
		.regions = state->region_count,
		.slots_total = state->mapping_limit - state->archive_limit,
		.slots_free = state->mapping_limit - state->archive_limit - state->mappings_extra,
		.faults = state->faults,
		.faults_zero = state->faults_zero,
		.faults_copy = state->faults_copy,
		.restarts = state->restarts,
		.check_failures = state->check_failures,
		.killed_ticks = ledger_header()->killed_ticks,
		.serving_ticks = ledger_header()->serving_ticks,
		.pool_bytes = state->space[SPACE_POOL].quota << PAGE_BITS,
		.pool_charged_bytes = state->space[SPACE_POOL].charged << PAGE_BITS,
	};
	return STATUS_OK;
}
