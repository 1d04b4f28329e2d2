// SPDX-License-Identifier: MIT
//
// Objects by number, for their owners. Killed between any two steps: an object is MAKING until the
// change that also holds the answer, and its number was told to nobody.
#include "intent.h"
#include "objects.h"
#include "pager.h"
#include "memory.h"
#include "spaces.h"

#define OBJECT_BYTES_MAX (1ul << 43) // page indices have 32 bits, less one for good measure

uint32_t memory_object_own(uint32_t space, uint64_t number)
{
	uint32_t object = object_by_number(number);

	return object && objects[object].owner == space && objects[object].held ? object : 0;
}

static status_t flags_check(uint32_t space, unsigned flags)
{
	if (flags & ~(unsigned)(PAGER_COMMITTED | PAGER_PINNED | PAGER_KEEP))
		return PAGER_BAD_RIGHTS;
	if (flags & PAGER_PINNED && !(state->space[space].flags & PAGER_MAY_PIN))
		return STATUS_NOT_ALLOWED;
	return STATUS_OK;
}

static status_t give_up(uint32_t object, status_t status)
{
	change_abort();
	object_doom(object);
	change_commit();
	return status;
}

status_t memory_object_create(uint32_t space, uint64_t bytes, unsigned flags, uint64_t *number)
{
	status_t status = flags_check(space, flags);
	uint32_t object;

	if (status)
		return status;
	if (!bytes || bytes > OBJECT_BYTES_MAX)
		return PAGER_BAD_RANGE;
	status = object_make(space, KIND_SHARED, pages_of(bytes), flags, &object);
	if (status)
		return status;
	if (flags & (PAGER_COMMITTED | PAGER_PINNED)) {
		change_commit();
		status = object_populate(object);
		if (status)
			return give_up(object, status);
	}
	object_announce(object, true);
	*number = objects[object].number;
	return STATUS_OK;
}

status_t memory_object_clone(uint32_t space, uint64_t source, unsigned flags, uint64_t *number)
{
	uint32_t from = memory_object_own(space, source), object;
	status_t status = flags_check(space, flags);

	if (status)
		return status;
	// Pinned pages stay where they are, so they cannot be the ones that are copied away.
	if (flags & (PAGER_COMMITTED | PAGER_PINNED))
		return PAGER_BAD_RIGHTS;
	if (!from || objects[from].flags & PAGER_PINNED)
		return PAGER_NO_OBJECT;
	status = object_make(space, KIND_SHARED, objects[from].pages, flags, &object);
	if (status)
		return status;
	change_commit();
	status = object_clone_pages(from, object);
	if (status)
		return give_up(object, status);
	object_announce(object, true);
	*number = objects[object].number;
	return STATUS_OK;
}

status_t memory_object_resize(uint32_t space, uint64_t number, uint64_t bytes)
{
	uint32_t object = memory_object_own(space, number);
	struct object *o = &objects[object];
	status_t status;

	if (!object)
		return PAGER_NO_OBJECT;
	if (!bytes || bytes > OBJECT_BYTES_MAX)
		return PAGER_BAD_RANGE;
	if (pages_of(bytes) < o->pages && o->regions)
		return PAGER_SHARED;
	if (pages_of(bytes) == o->pages && !(o->flags & (PAGER_COMMITTED | PAGER_PINNED)))
		return STATUS_OK;
	status = object_resize(object, pages_of(bytes));
	if (status || !(o->flags & (PAGER_COMMITTED | PAGER_PINNED)))
		return status;
	change_commit();
	return object_populate(object);
}

status_t memory_object_release(uint32_t space, uint64_t number)
{
	uint32_t object = memory_object_own(space, number);

	if (!object || state->space[space].ledger == object)
		return PAGER_NO_OBJECT;
	object_release(object);
	return STATUS_OK;
}
