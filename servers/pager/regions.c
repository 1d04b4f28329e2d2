// SPDX-License-Identifier: MIT
//
// Killed between any two steps: a region takes its place in one commit as MAKING and is announced in
// the same change as the answer of the request; between the two its tables grow in commits of
// their own. Recovery dooms what is MAKING. Cutting is one change of the journal, extending two:
// tables first, which the old region may hold in excess until it goes.
#include "intent.h"
#include "objects.h"
#include "pager.h"
#include "pages.h"
#include "regions.h"
#include "spaces.h"
#include "tables.h"

static uint64_t region_end(const struct region *r)
{
	return r->first + r->pages;
}

static uint64_t region_low(const struct region *r)
{
	return r->first - (r->flags & REGION_GUARD ? 1 : 0);
}

uint32_t region_from(uint32_t space, uint64_t page)
{
	uint32_t region = state->space[space].first_region;

	while (region && region_end(&regions[region]) <= page)
		region = regions[region].next;
	return region;
}

uint32_t region_at(uint32_t space, uint64_t page)
{
	uint32_t region = region_from(space, page);

	return region && regions[region].first <= page ? region : 0;
}

uint64_t region_place(uint32_t space, uint64_t hint, uint64_t size, unsigned flags, bool fixed)
{
	uint64_t guard = flags & REGION_GUARD ? 1 : 0;
	uint64_t low = DYNAMIC_BASE >> PAGE_BITS, end = DYNAMIC_END >> PAGE_BITS;
	uint32_t region;

	if (fixed) {
		region = region_from(space, hint - guard);
		return !region || region_low(&regions[region]) >= hint + size ? hint : 0;
	}
	if (hint >= low && hint + guard < end && size < end - hint - guard)
		low = hint;
	for (region = region_from(space, low); region; region = regions[region].next) {
		if (region_low(&regions[region]) >= low + guard + size)
			break;
		if (region_end(&regions[region]) > low)
			low = region_end(&regions[region]);
	}
	return low + guard + size <= end ? low + guard : 0;
}

static void region_link(uint32_t region, uint32_t space)
{
	uint32_t *head = &state->space[space].first_region, before = 0, next = *head;
	struct region *r = &regions[region];

	while (next && regions[next].first < r->first) {
		before = next;
		next = regions[next].next;
	}
	SET(r->previous, before);
	SET(r->next, next);
	if (next)
		SET(regions[next].previous, region);
	if (before)
		SET(regions[before].next, region);
	else
		SET(*head, region);
	space_count(space, 0, 1, 0);
	ADD(state->region_count, 1);
}

static void region_unlink(uint32_t region)
{
	struct region *r = &regions[region];

	if (r->next)
		SET(regions[r->next].previous, r->previous);
	if (r->previous)
		SET(regions[r->previous].next, r->next);
	else
		SET(state->space[r->space].first_region, r->next);
}

static uint32_t region_take(void)
{
	uint32_t region = state->region_free;

	if (region) {
		SET(state->region_free, regions[region].next);
	} else if (state->region_used < state->region_limit) {
		region = state->region_used;
		ADD(state->region_used, 1);
	}
	return region;
}

status_t region_make(uint32_t space, const struct region_plan *plan, uint32_t *region)
{
	bool shows =
		plan->backing || !(plan->flags & REGION_PRIVATE) || plan->flags & REGION_FORKED;
	uint32_t slots = shows ? (uint32_t)plan->size : 0;
	struct region *r;
	status_t status;

	if (!space_can_hold(space, 1) || plan->size > UINT32_MAX || !space_can_show(space, slots))
		return STATUS_QUOTA;
	if (state->promised_slots + slots > slots_capacity())
		return STATUS_EXHAUSTED;
	*region = region_take();
	if (!*region)
		return STATUS_EXHAUSTED;
	r = &regions[*region];
	SET(r->life, LIFE_MAKING);
	r->first = plan->first;
	r->pages = plan->size;
	r->object = plan->object;
	r->object_page = plan->object_page;
	r->backing = plan->backing;
	r->backing_page = plan->backing_page;
	r->backing_bytes = plan->backing_bytes;
	r->space = space;
	r->held[0] = r->held[1] = r->held[2] = 0;
	r->slots = slots;
	r->rights = plan->rights;
	r->most_rights = plan->most_rights;
	r->flags = plan->flags;
	if (r->object)
		object_refer(r->object);
	if (r->backing)
		object_refer(r->backing);
	space_count(space, 0, 0, slots);
	ADD(state->promised_slots, slots);
	region_link(*region, space);
	change_commit();
	status = tables_hold(*region, plan->size);
	if (status) {
		region_doom(*region);
		change_commit();
	}
	return status;
}

void region_announce(uint32_t region)
{
	SET(regions[region].life, LIFE_LIVE);
}

void region_doom(uint32_t region)
{
	struct region *r = &regions[region];

	region_unlink(region);
	SET(r->life, LIFE_DOOMED);
	SET(r->previous, state->region_doomed);
	SET(state->region_doomed, region);
}

void region_hide(uint32_t region, uint64_t offset, uint64_t size)
{
	const struct region *r = &regions[region];

	for (uint64_t i = offset; i < offset + size; i++) {
		uint32_t page = r->object ? page_find(r->object, r->object_page + i) : 0;
		uint32_t mapping = page ? mapping_find(page, region, i) : 0;

		if (!mapping && r->backing) {
			page = page_find(r->backing, r->backing_page + i);
			mapping = page ? mapping_find(page, region, i) : 0;
		}
		if (!mapping)
			continue;
		mapping_hide(page, mapping);
		change_commit();
	}
}

void region_empty(uint32_t region, uint64_t offset, uint64_t size)
{
	const struct region *r = &regions[region];

	for (uint64_t i = offset; i < offset + size; i++) {
		uint32_t page = page_find(r->object, r->object_page + i);

		if (!page)
			continue;
		page_remove(page);
		change_commit();
	}
}

// Hides and empties a private region in one go: the kernel takes a frame back with its mapping.
static void region_strip(uint32_t region)
{
	const struct region *r = &regions[region];

	for (uint32_t page = objects[r->object].first_page, next; page; page = next) {
		uint64_t offset = page_records[page].index - r->object_page;
		uint32_t mapping;

		next = page_records[page].next;
		if (offset >=
		    r->pages) // another region's part, also where the difference is below zero
			continue;
		mapping = mapping_find(page, region, offset);
		if (mapping)
			mapping_hide(page, mapping);
		page_remove(page);
		change_commit();
	}
	if (r->backing)
		region_hide(region, 0, r->pages);
}

// Everything that the region has, in the order in which others may need it.
void region_reap(uint32_t region)
{
	struct region *r = &regions[region];
	bool private = r->object && objects[r->object].kind == KIND_PRIVATE;

	if (private)
		region_strip(region);
	else
		region_hide(region, 0, r->pages);
	tables_let_go(region);
	if (private)
		object_uncharge(r->object, r->pages);
	if (r->object)
		object_unrefer(r->object);
	if (r->backing)
		object_unrefer(r->backing);
	space_count(r->space, 0, -1, -(int64_t)r->slots);
	SUB(state->promised_slots, r->slots);
	SUB(state->region_count, 1);
	SET(state->region_doomed, r->previous);
	SET(r->life, LIFE_FREE);
	SET(r->next, state->region_free);
	SET(state->region_free, region);
	change_commit();
}

status_t region_cut(uint32_t region, uint64_t page, uint32_t *upper)
{
	struct region *r = &regions[region], *u;
	uint64_t below = page - r->first;

	if (!space_can_hold(r->space, 1))
		return STATUS_QUOTA;
	*upper = region_take();
	if (!*upper)
		return STATUS_EXHAUSTED;
	u = &regions[*upper];
	SET(u->life, LIFE_LIVE);
	u->first = page;
	u->pages = r->pages - below;
	u->object = r->object;
	u->object_page = r->object_page + below;
	u->backing = r->backing;
	u->backing_page = r->backing_page + below;
	u->backing_bytes =
		r->backing_bytes > below << PAGE_BITS ? r->backing_bytes - (below << PAGE_BITS) : 0;
	u->space = r->space;
	u->slots = r->slots ? (uint32_t)u->pages : 0;
	u->rights = r->rights;
	u->most_rights = r->most_rights;
	u->flags = r->flags & ~REGION_GUARD;
	if (u->object)
		object_refer(u->object);
	if (u->backing)
		object_refer(u->backing);
	region_link(*upper, u->space);
	tables_cut(region, *upper, page);
	SET(r->pages, below);
	SUB(r->slots, u->slots);
	if (r->backing_bytes > below << PAGE_BITS)
		SET(r->backing_bytes, below << PAGE_BITS);
	return STATUS_OK;
}

status_t regions_cut_at(uint32_t space, uint64_t first, uint64_t end)
{
	uint64_t border[2] = {first, end};

	for (unsigned i = 0; i < 2; i++) {
		uint32_t region = region_at(space, border[i]), upper;
		status_t status;

		if (!region || regions[region].first == border[i])
			continue;
		region_hide(region, border[i] - regions[region].first,
			    region_end(&regions[region]) - border[i]);
		status = region_cut(region, border[i], &upper);
		if (status)
			return status;
		change_commit();
	}
	return STATUS_OK;
}

status_t region_extend(uint32_t space, uint64_t first, uint64_t size, unsigned rights)
{
	uint32_t region = region_at(space, first - 1);
	struct region *r = &regions[region];
	struct object *o = &objects[r->object];
	status_t status;

	if (!region || region_end(r) != first || r->life != LIFE_LIVE ||
	    r->flags != REGION_PRIVATE || r->rights != rights || r->backing ||
	    o->kind != KIND_PRIVATE || o->regions != 1 || o->pages != r->object_page + r->pages)
		return PAGER_NOT_MAPPED;
	if (!space_can_pay(space, size))
		return STATUS_QUOTA;
	status = tables_hold(region, r->pages + size);
	if (status)
		return status;
	if (!space_can_pay(space, size))
		return STATUS_QUOTA;
	object_charge(r->object, size);
	SET(o->pages, o->pages + size);
	SET(r->pages, r->pages + size);
	return STATUS_OK;
}
