// SPDX-License-Identifier: MIT
//
// Three sources of a page: the region's object has it; what lies behind the region has it; or nobody,
// and it is zero. And three states of the region's own page: its frame is its alone and may be
// written; or it is shared with a clone, and writing first gives the page a frame of its own.
//
// Killed between any two steps: hiding is committed on its own and only costs another fault. The
// rest is one change: a frame is taken, filled, entered, shown. Taken back, settling deletes the
// frame's capability with its mapping, and the thread that faulted does so again.
#include <caplet/abi/object.h>

#include "frames.h"
#include "intent.h"
#include "kernel.h"
#include "pager.h"
#include "pages.h"
#include "slots.h"
#include "touch.h"

static status_t page_zero(uint32_t object, uint64_t index, uint32_t *page)
{
	uint32_t frame = frame_take(OBJECT_FRAME);

	if (!frame)
		return STATUS_EXHAUSTED;
	*page = page_add(object, index, frame);
	state->faults_zero++;
	return *page ? STATUS_OK : STATUS_EXHAUSTED;
}

static status_t page_copied(uint32_t object, uint64_t index, uint32_t source, uint64_t bytes,
			    uint32_t *page)
{
	uint32_t frame = frame_take(OBJECT_FRAME);
	status_t status;

	if (!frame)
		return STATUS_EXHAUSTED;
	status = page_copy(slot_frame(frame), slot_frame(source),
			   bytes < PAGE_SIZE ? bytes : PAGE_SIZE);
	if (status)
		return status;
	*page = page_add(object, index, frame);
	state->faults_copy++;
	return *page ? STATUS_OK : STATUS_EXHAUSTED;
}

// A page whose frame a clone has as well gets one of its own.
static status_t page_part(uint32_t page)
{
	uint32_t old = page_records[page].frame, frame;
	status_t status;

	page_hide(page);
	frame = frame_take(OBJECT_FRAME);
	if (!frame)
		return STATUS_EXHAUSTED;
	status = page_copy(slot_frame(frame), slot_frame(old), PAGE_SIZE);
	if (status)
		return status;
	SET(page_records[page].frame, frame);
	frame_drop(old);
	state->faults_copy++;
	return STATUS_OK;
}

// The page behind a private region; 0: zeroes.
static status_t backing_page(const struct region *r, uint64_t offset, uint32_t *page)
{
	uint64_t index = r->backing_page + offset;
	uint32_t frame;

	*page = 0;
	if (!r->backing || offset << PAGE_BITS >= r->backing_bytes)
		return STATUS_OK;
	*page = page_find(r->backing, index);
	if (*page || objects[r->backing].kind != KIND_ARCHIVE)
		return STATUS_OK;
	frame = state->archive_first + slot_nth(index);
	frame_share(frame);
	*page = page_add(r->backing, index, frame);
	return *page ? STATUS_OK : STATUS_EXHAUSTED;
}

static status_t region_own_page(uint32_t region, uint64_t offset, bool write, bool *writable,
				uint32_t *page)
{
	status_t status = STATUS_OK;

	if (write && frames[page_records[*page].frame].references > 1)
		status = page_part(*page);
	*writable = frames[page_records[*page].frame].references == 1;
	return status;
}

status_t region_page(uint32_t region, uint64_t offset, bool write, uint32_t *page, bool *writable)
{
	const struct region *r = &regions[region];
	uint64_t index = r->object_page + offset, bytes;
	uint32_t behind, mapping;
	status_t status;

	*page = r->object ? page_find(r->object, index) : 0;
	if (*page)
		return region_own_page(region, offset, write, writable, page);
	status = backing_page(r, offset, &behind);
	if (status)
		return status;
	*writable = r->object != 0;
	if (!behind)
		return r->object ? page_zero(r->object, index, page) : PAGER_NOT_MAPPED;
	bytes = r->backing_bytes - (offset << PAGE_BITS);
	if (!write && (bytes >= PAGE_SIZE || !r->object)) {
		*page = behind;
		*writable = false;
		return STATUS_OK;
	}
	if (!r->object)
		return PAGER_NOT_MAPPED;
	mapping = mapping_find(behind, region, offset);
	if (mapping) {
		mapping_hide(behind, mapping);
		change_commit();
	}
	return page_copied(r->object, index, page_records[behind].frame, bytes, page);
}

status_t region_fill(uint32_t region, uint64_t offset)
{
	const struct region *r = &regions[region];
	uint32_t page;
	status_t status = page_zero(r->object, r->object_page + offset, &page);

	return status ? status : page_show(page, region, offset, r->rights);
}

status_t region_touch(uint32_t region, uint64_t offset, bool write)
{
	unsigned rights = regions[region].rights;
	bool writable;
	uint32_t page;
	status_t status = region_page(region, offset, write, &page, &writable);

	if (status)
		return status;
	return page_show(page, region, offset, writable ? rights : rights & ~PAGER_WRITE);
}
