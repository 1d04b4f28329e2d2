// SPDX-License-Identifier: MIT
//
// The methods for the guest of a process.
#include "guests.h"
#include "handlers.h"
#include "intent.h"
#include "memory.h"
#include "pages.h"
#include "regions.h"
#include "spaces.h"
#include "touch.h"

#define TOUCH_BYTES_MAX (2ul << 20)
#define ADDRESS_END	(1ul << 38)

static uint32_t caller_guest(const struct session *session, uint32_t *space)
{
	*space = caller_space(session);
	return *space ? state->space[*space].guest : 0;
}

// In the books, if the guest can have that.
static bool guest_range(uint64_t *address, uint64_t bytes)
{
	if (*address >= ADDRESS_END || bytes > ADDRESS_END - *address)
		return false;
	*address += GUEST_BASE;
	return true;
}

status_t pager_guest_create_handle(struct session *session, uint64_t bytes)
{
	uint32_t space = caller_space(session);

	return space ? guest_create(space, bytes) : STATUS_NOT_ALLOWED;
}

// One that is not there is gone: a predecessor may have ended it and died before it said so.
status_t pager_guest_destroy_handle(struct session *session)
{
	uint32_t space, guest = caller_guest(session, &space);

	if (guest)
		guest_end(guest);
	return space ? STATUS_OK : STATUS_NOT_ALLOWED;
}

status_t pager_guest_map_handle(struct session *session, uint64_t object, uint64_t offset,
				uint64_t address, uint64_t bytes, uint32_t flags)
{
	uint32_t space, guest = caller_guest(session, &space), index;

	if (!guest)
		return PAGER_NO_GUEST;
	index = memory_object_own(space, object);
	if (!index)
		return PAGER_NO_OBJECT;
	if (!(flags & PAGER_READ) || flags & ~(uint32_t)(PAGER_READ | PAGER_WRITE))
		return PAGER_BAD_RIGHTS;
	if (!guest_range(&address, bytes))
		return PAGER_BAD_RANGE;
	return memory_map_object(guest, index, offset, address, bytes, flags | PAGER_FIXED,
				 PAGER_READ | PAGER_WRITE, &address);
}

status_t pager_guest_unmap_handle(struct session *session, uint64_t address, uint64_t bytes)
{
	uint32_t space, guest = caller_guest(session, &space);

	if (!guest)
		return PAGER_NO_GUEST;
	return guest_range(&address, bytes) ? memory_unmap(guest, address, bytes) : PAGER_BAD_RANGE;
}

status_t pager_guest_touch_handle(struct session *session, uint64_t address, uint64_t bytes)
{
	uint32_t space, guest = caller_guest(session, &space);
	uint64_t first, size;

	if (!guest)
		return PAGER_NO_GUEST;
	if (bytes > TOUCH_BYTES_MAX || !guest_range(&address, bytes) ||
	    !range_pages(address, bytes, &first, &size))
		return PAGER_BAD_RANGE;
	for (uint64_t page = first; page < first + size; page++) {
		uint32_t region = region_at(guest, page);
		status_t status;

		if (!region)
			return PAGER_NOT_MAPPED;
		status = region_touch(region, page - regions[region].first,
				      regions[region].rights & PAGER_WRITE);
		if (status) {
			change_abort();
			return status;
		}
		change_commit();
	}
	return STATUS_OK;
}

status_t pager_guest_vcpu_handle(struct session *session, uint32_t number, uint64_t object,
				 uint64_t offset, cptr_t *vcpu)
{
	uint32_t space, guest = caller_guest(session, &space), index;

	if (!guest)
		return PAGER_NO_GUEST;
	if (offset % PAGE_SIZE)
		return PAGER_BAD_RANGE;
	index = memory_object_own(space, object);
	return index ? guest_vcpu(guest, number, index, offset, vcpu) : PAGER_NO_OBJECT;
}
