// SPDX-License-Identifier: MIT
//
// What is mapped in a space, and its changes.
//
// Killed between any two steps: what is made is MAKING until the change that also holds the answer;
// the repeated request starts anew. Unmapping, protecting and discarding first hide pages, which only
// costs faults, and cut regions, which nobody sees; the repeated request finds less to do.
#include "intent.h"
#include "objects.h"
#include "pager.h"
#include "regions.h"
#include "memory.h"
#include "spaces.h"
#include "touch.h"

#define PAGES_MAX (USER_TEXT_END >> PAGE_BITS)

bool range_pages(uint64_t address, uint64_t bytes, uint64_t *first, uint64_t *size)
{
	*first = address >> PAGE_BITS;
	*size = bytes >> PAGE_BITS;
	return (address | bytes) % PAGE_SIZE == 0 && *size && *size < PAGES_MAX && *first &&
	       *first <= PAGES_MAX - *size;
}

bool rights_valid(unsigned flags, unsigned further)
{
	unsigned rights = PAGER_READ | PAGER_WRITE | PAGER_EXECUTE;

	return !(flags & ~(rights | further)) &&
	       (flags & (PAGER_WRITE | PAGER_EXECUTE)) != (PAGER_WRITE | PAGER_EXECUTE);
}

// On this machine what can be written or executed can be read.
static uint8_t rights_of(unsigned flags)
{
	unsigned rights = flags & (PAGER_READ | PAGER_WRITE | PAGER_EXECUTE);

	return (uint8_t)(rights ? rights | PAGER_READ : 0);
}

static status_t place(uint32_t space, uint64_t hint, uint64_t bytes, unsigned flags,
		      unsigned region_flags, struct region_plan *plan)
{
	uint64_t address = hint ? hint : DYNAMIC_BASE;

	if (!range_pages(address, bytes, &plan->first, &plan->size) ||
	    (!hint && flags & PAGER_FIXED))
		return PAGER_BAD_RANGE;
	plan->first = region_place(space, hint >> PAGE_BITS, plan->size, region_flags,
				   flags & PAGER_FIXED);
	return plan->first ? STATUS_OK : PAGER_NO_SPACE;
}

// Region and private object together; both are announced, or doomed.
static status_t private_make(uint32_t space, struct region_plan *plan, uint32_t *region)
{
	status_t status = object_make(space, KIND_PRIVATE, plan->size, 0, &plan->object);

	if (status)
		return status;
	status = region_make(space, plan, region);
	if (status) {
		change_abort();
		if (objects[plan->object].life == LIFE_MAKING) {
			object_doom(plan->object);
			change_commit();
		}
		return status;
	}
	object_announce(plan->object, false);
	region_announce(*region);
	return STATUS_OK;
}

status_t memory_map_anonymous(uint32_t space, uint64_t hint, uint64_t bytes, unsigned flags,
			      unsigned region_flags, uint64_t *address)
{
	struct region_plan plan = {.flags = (uint8_t)(region_flags | REGION_PRIVATE),
				   .most_rights = 7};
	uint32_t region;
	status_t status;

	if (!rights_valid(flags, PAGER_FIXED | PAGER_GUARD | PAGER_ALONE))
		return PAGER_BAD_RIGHTS;
	if (flags & PAGER_GUARD)
		plan.flags |= REGION_GUARD;
	if (flags & PAGER_ALONE)
		plan.flags |= REGION_ALONE;
	plan.rights = rights_of(flags);
	status = place(space, hint, bytes, flags, plan.flags, &plan);
	if (status)
		return status;
	*address = plan.first << PAGE_BITS;
	if (plan.flags == REGION_PRIVATE) {
		status = region_extend(space, plan.first, plan.size, plan.rights);
		if (status != PAGER_NOT_MAPPED)
			return status;
	}
	return private_make(space, &plan, &region);
}

// The change of a request holds a few regions at most; each earlier one is committed on its own.
status_t memory_unmap(uint32_t space, uint64_t address, uint64_t bytes)
{
	uint64_t first, size;
	uint32_t region;
	status_t status;

	if (!range_pages(address, bytes, &first, &size))
		return PAGER_BAD_RANGE;
	status = regions_cut_at(space, first, first + size);
	if (status)
		return status;
	region = region_from(space, first);
	while (region && regions[region].first < first + size) {
		uint32_t next = regions[region].next;

		region_hide(region, 0, regions[region].pages);
		region_doom(region);
		if (next && regions[next].first < first + size)
			change_commit();
		region = next;
	}
	return STATUS_OK;
}

static status_t range_check_rights(uint32_t space, uint64_t first, uint64_t end, unsigned rights)
{
	uint32_t region = region_at(space, first);

	while (region) {
		if (rights & ~(unsigned)regions[region].most_rights)
			return PAGER_BAD_RIGHTS;
		first = regions[region].first + regions[region].pages;
		if (first >= end)
			return STATUS_OK;
		region = regions[region].next;
		if (region && regions[region].first != first)
			break;
	}
	return PAGER_NOT_MAPPED;
}

// A private piece of the archive or of an object that was never to be written gets what takes the
// writes.
static status_t region_add_object(uint32_t region)
{
	struct region *r = &regions[region];
	uint32_t object;
	status_t status = object_make(r->space, KIND_PRIVATE, r->pages, 0, &object);

	if (status)
		return status;
	object_announce(object, false);
	object_refer(object);
	SET(r->object_page, 0);
	SET(r->object, object);
	change_commit();
	return STATUS_OK;
}

status_t memory_protect(uint32_t space, uint64_t address, uint64_t bytes, unsigned flags)
{
	uint8_t rights = rights_of(flags);
	uint64_t first, size;
	uint32_t region;
	status_t status;

	if (!range_pages(address, bytes, &first, &size))
		return PAGER_BAD_RANGE;
	if (!rights_valid(flags, 0))
		return PAGER_BAD_RIGHTS;
	status = range_check_rights(space, first, first + size, rights);
	if (!status)
		status = regions_cut_at(space, first, first + size);
	region = region_at(space, first);
	for (; !status && region && regions[region].first < first + size;
	     region = regions[region].next) {
		struct region *r = &regions[region];

		if (rights & PAGER_WRITE && !r->object)
			status = region_add_object(region);
		if (status || r->rights == rights)
			continue;
		region_hide(region, 0, r->pages);
		SET(r->rights, rights);
		if (r->first + r->pages < first + size)
			change_commit();
	}
	return status;
}

status_t memory_discard(uint32_t space, uint64_t address, uint64_t bytes)
{
	uint64_t first, size;
	uint32_t region;

	if (!range_pages(address, bytes, &first, &size))
		return PAGER_BAD_RANGE;
	for (region = region_from(space, first); region && regions[region].first < first + size;
	     region = regions[region].next) {
		const struct region *r = &regions[region];
		uint64_t from = r->first > first ? 0 : first - r->first;
		uint64_t to =
			r->first + r->pages < first + size ? r->pages : first + size - r->first;

		if (!r->object || !(r->flags & REGION_PRIVATE))
			continue;
		region_hide(region, from, to - from);
		region_empty(region, from, to - from);
	}
	return STATUS_OK;
}

static status_t populate(uint32_t region)
{
	for (uint64_t i = 0; i < regions[region].pages; i++) {
		status_t status = region_touch(region, i, regions[region].rights & PAGER_WRITE);

		if (status) {
			change_abort();
			return status;
		}
		change_commit();
	}
	return STATUS_OK;
}

status_t memory_map_object(uint32_t space, uint32_t object, uint64_t offset, uint64_t hint,
			   uint64_t bytes, unsigned flags, unsigned most_rights, uint64_t *address)
{
	uint64_t size = objects[object].pages << PAGE_BITS;
	bool private = flags & PAGER_PRIVATE;
	struct region_plan plan = {.rights = rights_of(flags), .most_rights = (uint8_t)most_rights};
	uint32_t region;
	status_t status;

	if (!rights_valid(flags, PAGER_FIXED | PAGER_PRIVATE | PAGER_POPULATE | PAGER_ALONE))
		return PAGER_BAD_RIGHTS;
	if (flags & PAGER_ALONE)
		plan.flags = REGION_ALONE;
	if (!private && plan.rights & ~most_rights)
		return PAGER_BAD_RIGHTS;
	if (offset % PAGE_SIZE || offset > size || bytes > size - offset)
		return PAGER_BAD_RANGE;
	status = place(space, hint, bytes, flags, 0, &plan);
	if (status)
		return status;
	*address = plan.first << PAGE_BITS;
	if (private) {
		plan.flags |= REGION_PRIVATE;
		plan.most_rights = 7;
		plan.backing = object;
		plan.backing_page = offset >> PAGE_BITS;
		plan.backing_bytes = bytes;
		return private_make(space, &plan, &region);
	}
	plan.object = object;
	plan.object_page = offset >> PAGE_BITS;
	status = region_make(space, &plan, &region);
	if (!status && flags & PAGER_POPULATE) {
		status = populate(region);
		if (status) {
			region_doom(region);
			change_commit();
		}
	}
	if (status)
		return status;
	region_announce(region);
	return STATUS_OK;
}
