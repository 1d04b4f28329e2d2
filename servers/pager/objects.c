// SPDX-License-Identifier: MIT
//
// Killed between any two steps: making and dooming are single journal changes. What takes many
// (populating, cloning, shrinking, taking apart) goes on in commits of one page each while the object
// is MAKING, where a successor throws it away, or DOOMED, where a successor goes on.
#include <caplet/abi/object.h>

#include "frames.h"
#include "intent.h"
#include "objects.h"
#include "pager.h"
#include "pages.h"
#include "spaces.h"

void object_link(uint32_t object, uint32_t owner)
{
	struct object *o = &objects[object];
	struct space *s = &state->space[owner];

	SET(o->owner, owner);
	SET(o->previous, 0);
	SET(o->next, s->first_object);
	if (s->first_object)
		SET(objects[s->first_object].previous, object);
	SET(s->first_object, object);
	space_count(owner, 1, 0, 0);
	space_charge(owner, (int64_t)o->charged);
	ADD(s->resident, o->resident);
}

void object_unlink(uint32_t object)
{
	struct object *o = &objects[object];
	struct space *s = &state->space[o->owner];

	if (o->next)
		SET(objects[o->next].previous, o->previous);
	if (o->previous)
		SET(objects[o->previous].next, o->next);
	else
		SET(s->first_object, o->next);
	space_count(o->owner, -1, 0, 0);
	space_charge(o->owner, -(int64_t)o->charged);
	SUB(s->resident, o->resident);
}

status_t object_make(uint32_t owner, enum object_kind kind, uint64_t size, unsigned flags,
		     uint32_t *object)
{
	uint64_t charge = kind == KIND_TABLES || kind == KIND_ARCHIVE ? 0 : size;
	uint32_t index = state->object_free;
	struct object *o;

	if (owner && (!space_can_pay(owner, charge) || !space_can_hold(owner, 1)))
		return STATUS_QUOTA;
	if (!index && state->object_used == state->object_limit)
		return STATUS_EXHAUSTED;
	if (index)
		SET(state->object_free, objects[index].next);
	else
		index = state->object_used;
	if (index == state->object_used)
		ADD(state->object_used, 1);
	o = &objects[index];
	SET(o->life, LIFE_MAKING);
	o->number = 0;
	o->pages = size;
	o->charged = charge;
	o->first_page = o->resident = o->regions = o->doomed_next = 0;
	o->kind = kind;
	o->flags = (uint8_t)flags;
	o->held = false;
	if (kind == KIND_SHARED) {
		ADD(state->object_serial, 1);
		o->number = state->object_serial * state->object_limit + index;
	}
	ADD(state->object_count, 1);
	object_link(index, owner);
	*object = index;
	return STATUS_OK;
}

void object_announce(uint32_t object, bool held)
{
	SET(objects[object].life, LIFE_LIVE);
	SET(objects[object].held, held);
}

uint32_t object_by_number(uint64_t number)
{
	uint32_t index = (uint32_t)(number % state->object_limit);

	if (!number || objects[index].number != number || objects[index].life != LIFE_LIVE)
		return 0;
	return index;
}

status_t object_populate(uint32_t object)
{
	for (uint64_t i = 0; i < objects[object].pages; i++) {
		uint32_t frame;

		if (page_find(object, i))
			continue;
		frame = frame_take(OBJECT_FRAME);
		if (!frame || !page_add(object, i, frame))
			return STATUS_EXHAUSTED;
		change_commit();
	}
	return STATUS_OK;
}

// Both may write from now on, so the pages of the first must not stay mapped writable.
status_t object_clone_pages(uint32_t from, uint32_t to)
{
	for (uint32_t page = objects[from].first_page; page; page = page_records[page].next) {
		page_hide(page);
		if (!page_add(to, page_records[page].index, page_records[page].frame))
			return STATUS_EXHAUSTED;
		frame_share(page_records[page].frame);
		change_commit();
	}
	return STATUS_OK;
}

void object_charge(uint32_t object, uint64_t size)
{
	ADD(objects[object].charged, size);
	space_charge(objects[object].owner, (int64_t)size);
}

void object_uncharge(uint32_t object, uint64_t size)
{
	SUB(objects[object].charged, size);
	space_charge(objects[object].owner, -(int64_t)size);
}

// Nothing maps it when it shrinks. A stop in the middle leaves it with its size and fewer pages, and
// the repeated request goes on: the pages to be lost are zero either way.
status_t object_resize(uint32_t object, uint64_t size)
{
	struct object *o = &objects[object];
	uint32_t page, next;

	if (size > o->pages && !space_can_pay(o->owner, size - o->pages))
		return STATUS_QUOTA;
	for (page = size < o->pages ? o->first_page : 0; page; page = next) {
		next = page_records[page].next;
		if (page_records[page].index < size)
			continue;
		page_remove(page);
		change_commit();
	}
	if (size > o->pages)
		object_charge(object, size - o->pages);
	else
		object_uncharge(object, o->pages - size);
	SET(o->pages, size);
	return STATUS_OK;
}

void object_refer(uint32_t object)
{
	ADD(objects[object].regions, 1);
}

void object_unrefer(uint32_t object)
{
	SUB(objects[object].regions, 1);
	if (!objects[object].regions && !objects[object].held &&
	    objects[object].life == LIFE_LIVE && objects[object].kind != KIND_ARCHIVE)
		object_doom(object);
}

void object_release(uint32_t object)
{
	SET(objects[object].held, false);
	if (!objects[object].regions)
		object_doom(object);
}

// What the pool paid for it goes on paying for.
void object_orphan(uint32_t object)
{
	bool pooled = state->space[objects[object].owner].flags & PAGER_POOLED;

	if (!objects[object].regions) {
		object_doom(object);
		return;
	}
	SET(objects[object].held, false);
	object_unlink(object);
	object_link(object, pooled ? SPACE_POOL : 0);
}

void object_doom(uint32_t object)
{
	if (objects[object].life == LIFE_DOOMED)
		return;
	SET(objects[object].life, LIFE_DOOMED);
	SET(objects[object].doomed_next, state->object_doomed);
	SET(state->object_doomed, object);
}

bool object_reap_step(uint32_t object)
{
	struct object *o = &objects[object];

	if (o->first_page) {
		uint32_t page = o->first_page;

		if (o->kind == KIND_TABLES)
			SUB(state->tables_used, 1);
		page_hide(page);
		page_remove(page);
		change_commit();
		return false;
	}
	object_unlink(object);
	SET(state->object_doomed, o->doomed_next);
	SET(o->life, LIFE_FREE);
	SET(o->number, 0);
	SET(o->next, state->object_free);
	SET(state->object_free, object);
	SUB(state->object_count, 1);
	change_commit();
	return true;
}
