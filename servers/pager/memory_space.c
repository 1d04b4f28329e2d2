// SPDX-License-Identifier: MIT
//
// Building and looking into a process's memory, for the supervisor. Killed between any two steps: see
// memory.c; the idempotent ones (buffer, write, read) find what they made the first time.
#include <caplet/layout.h>

#include <string.h>

#include "intent.h"
#include "kernel.h"
#include "objects.h"
#include "pager.h"
#include "pages.h"
#include "regions.h"
#include "memory.h"
#include "slots.h"
#include "spaces.h"
#include "touch.h"

#define BUFFER_THREADS 256u

status_t archive_announce(void)
{
	status_t status;
	uint32_t object;

	if (state->archive_object)
		return STATUS_OK;
	status = object_make(0, KIND_ARCHIVE, state->archive_pages, 0, &object);
	if (status)
		return status;
	object_announce(object, true);
	SET(state->archive_object, object);
	return STATUS_OK;
}

status_t memory_ledger(uint32_t space, uint64_t bytes)
{
	struct space *s = &state->space[space];
	uint64_t address = LEDGER_BASE, first, size;
	uint32_t object;
	status_t status;

	if (!range_pages(address, bytes, &first, &size))
		return PAGER_BAD_RANGE;
	if (!s->ledger) {
		status = object_make(space, KIND_SHARED, size, PAGER_KEEP, &object);
		if (status)
			return status;
		object_announce(object, true);
		SET(s->ledger, object);
		change_commit();
	}
	if (objects[s->ledger].pages != size)
		return PAGER_BAD_RANGE;
	return memory_map_object(space, s->ledger, 0, address, bytes,
				 PAGER_READ | PAGER_WRITE | PAGER_FIXED, PAGER_READ | PAGER_WRITE,
				 &address);
}

static status_t file_region(uint32_t space, struct region_plan *plan)
{
	bool own = plan->rights & PAGER_WRITE || plan->size > pages_of(plan->backing_bytes);
	uint32_t region;
	status_t status;

	if (own) {
		status = object_make(space, KIND_PRIVATE, plan->size, 0, &plan->object);
		if (status)
			return status;
	}
	status = region_make(space, plan, &region);
	if (status) {
		change_abort();
		if (own && objects[plan->object].life == LIFE_MAKING) {
			object_doom(plan->object);
			change_commit();
		}
		return status;
	}
	if (own)
		object_announce(plan->object, false);
	region_announce(region);
	return STATUS_OK;
}

status_t memory_map_file(uint32_t space, uint32_t object, uint64_t offset, uint64_t file_bytes,
			 uint64_t address, uint64_t bytes, unsigned flags)
{
	uint64_t inside = address % PAGE_SIZE, size = objects[object].pages << PAGE_BITS;
	struct region_plan plan = {.flags = REGION_PRIVATE, .most_rights = 7};

	if (!rights_valid(flags, 0))
		return PAGER_BAD_RIGHTS;
	if (offset % PAGE_SIZE != inside || offset > size || file_bytes > size - offset ||
	    file_bytes > bytes || !bytes || bytes > USER_TEXT_END)
		return PAGER_BAD_RANGE;
	bytes = pages_of(inside + bytes) << PAGE_BITS;
	if (!range_pages(address - inside, bytes, &plan.first, &plan.size))
		return PAGER_BAD_RANGE;
	if (!region_place(space, plan.first, plan.size, 0, true))
		return PAGER_NO_SPACE;
	plan.rights = (uint8_t)(flags | PAGER_READ);
	plan.backing = object;
	plan.backing_page = offset >> PAGE_BITS;
	plan.backing_bytes = inside + file_bytes;
	return file_region(space, &plan);
}

// Pages that were never written have no frame and read as zeroes.
status_t memory_object_read(uint32_t object, uint64_t offset, void *data, size_t bytes)
{
	char *to = data;

	if (offset > objects[object].pages << PAGE_BITS ||
	    bytes > (objects[object].pages << PAGE_BITS) - offset)
		return PAGER_BAD_RANGE;
	while (bytes) {
		size_t inside = offset % PAGE_SIZE, part = PAGE_SIZE - inside;
		uint32_t page = page_find(object, offset >> PAGE_BITS);
		status_t status = STATUS_OK;

		if (part > bytes)
			part = bytes;
		if (page)
			status = page_read(slot_frame(page_records[page].frame), inside, to, part);
		else
			memset(to, 0, part);
		if (status)
			return status;
		offset += part, to += part, bytes -= part;
	}
	return STATUS_OK;
}

status_t memory_buffer(uint32_t space, unsigned thread, uint32_t *frame)
{
	uint64_t address = IPC_BUFFER_BASE + (uint64_t)thread * PAGE_SIZE;
	uint64_t page_number = address >> PAGE_BITS;
	uint32_t region, page;
	bool writable;
	status_t status;

	if (thread >= BUFFER_THREADS)
		return PAGER_BAD_RANGE;
	region = region_at(space, page_number);
	if (region && !(regions[region].flags & REGION_BUFFER))
		return PAGER_NO_SPACE;
	if (!region) {
		status = memory_map_anonymous(space, address, PAGE_SIZE,
					      PAGER_READ | PAGER_WRITE | PAGER_FIXED, REGION_BUFFER,
					      &address);
		if (status)
			return status;
		change_commit();
		region = region_at(space, page_number);
	}
	status = region_page(region, page_number - regions[region].first, true, &page, &writable);
	if (!status)
		*frame = page_records[page].frame;
	return status;
}

status_t memory_buffer_release(uint32_t space, unsigned thread)
{
	uint64_t address = IPC_BUFFER_BASE + (uint64_t)thread * PAGE_SIZE;
	uint32_t region = region_at(space, address >> PAGE_BITS);

	if (thread >= BUFFER_THREADS)
		return PAGER_BAD_RANGE;
	if (!region || !(regions[region].flags & REGION_BUFFER))
		return STATUS_OK;
	return memory_unmap(space, address, PAGE_SIZE);
}

// Private memory is the process's own, whatever the rights of the region are; what it shares and may not
// write is not its own to be written in its name.
static bool may_write(const struct region *r)
{
	return r->object && (r->flags & REGION_PRIVATE || r->rights & PAGER_WRITE);
}

// One page's part of a transfer.
static status_t access_page(uint32_t space, uint64_t address, bool write, cptr_t *frame)
{
	uint64_t page_number = address >> PAGE_BITS;
	uint32_t region = region_at(space, page_number), page;
	bool writable;
	status_t status;

	if (!region || (write && !may_write(&regions[region])))
		return PAGER_NOT_MAPPED;
	status = region_page(region, page_number - regions[region].first, write, &page, &writable);
	if (status) {
		change_abort();
		return status;
	}
	change_commit();
	*frame = slot_frame(page_records[page].frame);
	return STATUS_OK;
}

status_t memory_write(uint32_t space, uint64_t address, const void *data, size_t bytes)
{
	const char *from = data;

	while (bytes) {
		size_t inside = address % PAGE_SIZE, part = PAGE_SIZE - inside;
		cptr_t frame;
		status_t status = access_page(space, address, true, &frame);

		if (status)
			return status;
		if (part > bytes)
			part = bytes;
		status = page_write(frame, inside, from, part);
		if (status)
			return status;
		address += part, from += part, bytes -= part;
	}
	return STATUS_OK;
}

status_t memory_read(uint32_t space, uint64_t address, void *data, size_t bytes)
{
	char *to = data;

	while (bytes) {
		size_t inside = address % PAGE_SIZE, part = PAGE_SIZE - inside;
		cptr_t frame;
		status_t status = access_page(space, address, false, &frame);

		if (status)
			return status;
		if (part > bytes)
			part = bytes;
		status = page_read(frame, inside, to, part);
		if (status)
			return status;
		address += part, to += part, bytes -= part;
	}
	return STATUS_OK;
}
