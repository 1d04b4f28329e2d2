// SPDX-License-Identifier: MIT
//
// Killed between any two steps: page_add and page_remove are journal entries only. page_show notes
// the mapping before the kernel copies and maps the capability; taken back, settling deletes the
// copy, or unmaps the frame's own capability. mapping_hide changes the state, and settling after the
// commit changes the kernel; a mapping that was hidden is only missing, so hiding many is cut into
// commits at will.
#include <caplet/abi/invoke.h>

#include "frames.h"
#include "intent.h"
#include "kernel.h"
#include "pager.h"
#include "pages.h"
#include "slots.h"
#include "spaces.h"

static uint32_t *bucket_of(uint32_t object, uint64_t index)
{
	uint64_t hash = (index + (uint64_t)object * 0x9e3779b1u) * 0x9e3779b97f4a7c15ul;

	return &page_bucket[hash >> 40 & state->bucket_mask];
}

uint32_t page_find(uint32_t object, uint64_t index)
{
	uint32_t page = *bucket_of(object, index);

	while (page && (page_records[page].index != index || page_records[page].object != object))
		page = page_records[page].hash_next;
	return page;
}

uint32_t page_add(uint32_t object, uint64_t index, uint32_t frame)
{
	uint32_t page = state->page_free, *bucket = bucket_of(object, index);
	struct page *p;

	if (page) {
		SET(state->page_free, page_records[page].hash_next);
	} else {
		if (state->page_used == state->page_limit)
			return 0;
		page = state->page_used;
		ADD(state->page_used, 1);
	}
	p = &page_records[page];
	SET(p->object, object);
	SET(p->hash_next, *bucket);
	SET(*bucket, page);
	p->index = (uint32_t)index;
	p->frame = frame;
	p->mapping = 0;
	p->previous = 0;
	p->next = objects[object].first_page;
	if (p->next)
		SET(page_records[p->next].previous, page);
	SET(objects[object].first_page, page);
	ADD(objects[object].resident, 1);
	ADD(state->space[objects[object].owner].resident, 1);
	return page;
}

void page_remove(uint32_t page)
{
	struct page *p = &page_records[page];
	uint32_t *link = bucket_of(p->object, p->index);

	while (*link != page)
		link = &page_records[*link].hash_next;
	SET(*link, p->hash_next);
	if (p->next)
		SET(page_records[p->next].previous, p->previous);
	if (p->previous)
		SET(page_records[p->previous].next, p->next);
	else
		SET(objects[p->object].first_page, p->next);
	SUB(objects[p->object].resident, 1);
	SUB(state->space[objects[p->object].owner].resident, 1);
	frame_drop(p->frame);
	SET(p->object, 0);
	SET(p->hash_next, state->page_free);
	SET(state->page_free, page);
}

uint32_t mapping_find(uint32_t page, uint32_t region, uint64_t offset)
{
	uint32_t mapping = page_records[page].mapping;

	while (mapping && (mapping_records[mapping].offset != offset ||
			   mapping_records[mapping].region != region))
		mapping = mapping_records[mapping].next;
	return mapping;
}

// The frame's own capability if it is not in use, or else a further one.
static uint32_t mapping_take(uint32_t frame)
{
	uint32_t mapping;

	if (!mapping_records[frame].page)
		return frame;
	mapping = state->mapping_free;
	if (mapping) {
		SET(state->mapping_free, mapping_records[mapping].next);
	} else {
		if (state->mapping_used >= state->mapping_limit)
			return 0;
		mapping = state->mapping_used;
		SET(state->mapping_used, slot_index_next(mapping));
	}
	ADD(state->mappings_extra, 1);
	return mapping;
}

static status_t mapping_make(uint32_t page, uint32_t region, uint64_t offset, uint32_t *made)
{
	uint32_t frame = page_records[page].frame, mapping = mapping_take(frame);
	struct mapping *m = &mapping_records[mapping];

	if (!mapping)
		return STATUS_EXHAUSTED;
	intent_note(INTENT_MAPPING, mapping);
	SET(m->page, page);
	SET(m->next, page_records[page].mapping);
	m->region = region;
	m->offset = (uint32_t)offset;
	SET(page_records[page].mapping, mapping);
	*made = mapping;
	if (mapping_is_extra(mapping))
		return kernel_copy(slot_mapping(mapping), slot_frame(frame));
	return STATUS_OK;
}

status_t page_show(uint32_t page, uint32_t region, uint64_t offset, unsigned rights)
{
	const struct region *r = &regions[region];
	uint32_t mapping = mapping_find(page, region, offset);
	bool execute = rights & PAGER_EXECUTE || state->space[r->space].flags & SPACE_GUEST;
	unsigned kernel_rights = RIGHT_READ | (rights & PAGER_WRITE ? RIGHT_WRITE : 0);
	status_t status;

	if (!mapping) {
		status = mapping_make(page, region, offset, &mapping);
		if (status)
			return status;
	}
	return kernel_frame_map(slot_mapping(mapping), slot_vspace(r->space),
				space_address(r->space, r->first + offset), kernel_rights,
				execute ? MAP_EXECUTE : 0);
}

void mapping_hide(uint32_t page, uint32_t mapping)
{
	struct mapping *m = &mapping_records[mapping];
	uint32_t *link = &page_records[page].mapping;

	intent_note(INTENT_MAPPING, mapping);
	while (*link != mapping)
		link = &mapping_records[*link].next;
	SET(*link, m->next);
	SET(m->page, 0);
	if (!mapping_is_extra(mapping))
		return;
	SET(m->next, state->mapping_free);
	SET(state->mapping_free, mapping);
	SUB(state->mappings_extra, 1);
}

void page_hide(uint32_t page)
{
	while (page_records[page].mapping) {
		mapping_hide(page, page_records[page].mapping);
		change_commit();
	}
}
