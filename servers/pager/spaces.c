// SPDX-License-Identifier: MIT
//
// Killed between any two steps: space_make notes the space before the kernel makes its root, so
// that settling revokes a root whose space is not committed. Clearing and ending first commit that they
// have begun; everything after that only takes away, in commits of their own, and recovery
// (reap.c) calls the same *_finish functions.
#include <caplet/abi/object.h>
#include <caplet/handover.h>

#include "frames.h"
#include "intent.h"
#include "kernel.h"
#include "objects.h"
#include "pager.h"
#include "reap.h"
#include "regions.h"
#include "slots.h"
#include "spaces.h"

#define ROOT_PAGES (1u << (VSPACE_BITS - PAGE_BITS))

uint32_t space_find(uint64_t process)
{
	uint32_t space = state->space_bucket[process % SPACE_BUCKETS];

	while (space && state->space[space].process != process)
		space = state->space[space].hash_next;
	return space && state->space[space].life == LIFE_LIVE ? space : 0;
}

bool space_can_pay(uint32_t space, uint64_t count)
{
	const struct space *s = &state->space[space];

	return count <= s->quota && s->charged <= s->quota - count &&
	       (!(s->flags & PAGER_POOLED) || space_can_pay(SPACE_POOL, count));
}

void space_charge(uint32_t space, int64_t pages)
{
	ADD(state->space[space].charged, (uint64_t)pages);
	if (state->space[space].flags & PAGER_POOLED)
		space_charge(SPACE_POOL, pages);
}

void space_count(uint32_t space, int32_t objects, int32_t regions, int64_t slots)
{
	struct space *s = &state->space[space];

	if (objects)
		ADD(s->objects, (uint32_t)objects);
	if (regions)
		ADD(s->regions, (uint32_t)regions);
	if (slots)
		ADD(s->slots, (uint32_t)slots);
	if (s->flags & PAGER_POOLED)
		space_count(SPACE_POOL, objects, regions, slots);
}

static uint64_t not_promised(void)
{
	return state->capacity - state->promised - state->space[0].charged;
}

status_t pool_open(uint64_t quota)
{
	struct space *pool = &state->space[SPACE_POOL];

	if (pool->life == LIFE_LIVE)
		return STATUS_OK;
	if (quota > not_promised())
		return STATUS_QUOTA;
	SET(pool->quota, quota);
	SET(pool->quota_objects, state->object_limit / 4 * 3);
	SET(pool->quota_slots, slots_capacity() / 4 * 3);
	SET(pool->life, LIFE_LIVE);
	ADD(state->promised, quota);
	return STATUS_OK;
}

// Of the pool objects and regions are counted apart: it is to leave some of each table to others.
static bool pool_can_hold(uint32_t count)
{
	const struct space *pool = &state->space[SPACE_POOL];

	return pool->objects + count <= pool->quota_objects &&
	       pool->regions + count <= pool->quota_objects * REGIONS_PER_OBJECT;
}

bool space_can_hold(uint32_t space, uint32_t count)
{
	const struct space *s = &state->space[space];

	return s->objects + s->regions + count <= s->quota_objects &&
	       (!(s->flags & PAGER_POOLED) || pool_can_hold(count));
}

bool space_can_show(uint32_t space, uint64_t count)
{
	const struct space *s = &state->space[space];

	return count <= s->quota_slots && s->slots <= s->quota_slots - count &&
	       (!(s->flags & PAGER_POOLED) || space_can_show(SPACE_POOL, count));
}

static void space_link(uint32_t space, uint64_t process)
{
	uint32_t *bucket = &state->space_bucket[process % SPACE_BUCKETS];

	SET(state->space[space].process, process);
	SET(state->space[space].hash_next, *bucket);
	SET(*bucket, space);
	ADD(state->space_count, 1);
}

static void space_unlink(uint32_t space)
{
	uint32_t *link = &state->space_bucket[state->space[space].process % SPACE_BUCKETS];

	while (*link != space)
		link = &state->space[*link].hash_next;
	SET(*link, state->space[space].hash_next);
	SET(state->space[space].process, 0);
	SUB(state->space_count, 1);
}

static status_t space_make_root(uint32_t space)
{
	status_t status;

	bool nested = state->space[space].flags & SPACE_GUEST;

	if (!frames_carve_whole(slot_root(space), VSPACE_BITS))
		return STATUS_EXHAUSTED;
	intent_note(INTENT_SPACE, space);
	status = kernel_vspace(slot_root(space), slot_vspace(space), nested);
	if (!status)
		status = kernel_assign(slot_vspace(space), HANDOVER_ASID_FIRST + space);
	ADD(state->frames_used, ROOT_PAGES);
	ADD(state->roots_used, 1);
	return status;
}

static uint32_t space_free_index(void)
{
	for (uint32_t i = 1; i < SPACE_POOL; i++)
		if (!state->space[i].process)
			return i;
	return 0;
}

status_t space_make(uint64_t process, uint64_t quota, uint32_t quota_objects, uint32_t quota_slots,
		    unsigned flags, uint32_t *space)
{
	uint32_t index = space_free_index();
	struct space *s = &state->space[index];
	bool pooled = flags & PAGER_POOLED, promised = !(flags & (PAGER_POOLED | SPACE_GUEST));
	status_t status;

	if (!index)
		return STATUS_EXHAUSTED;
	if (quota < ROOT_PAGES ||
	    (pooled ? !space_can_pay(SPACE_POOL, ROOT_PAGES) : promised && quota > not_promised()))
		return STATUS_QUOTA;
	*s = (struct space){.quota = quota,
			    .resident = ROOT_PAGES,
			    .table_count = ROOT_PAGES,
			    .quota_objects = quota_objects,
			    .quota_slots = quota_slots,
			    .flags = (uint8_t)flags};
	space_link(index, process);
	space_charge(index, ROOT_PAGES);
	if (promised)
		ADD(state->promised, quota);
	SET(s->life, LIFE_LIVE);
	status = space_make_root(index);
	if (!status)
		status = object_make(index, KIND_TABLES, 1ul << 32, 0, &s->tables);
	if (status) {
		change_abort();
		return status;
	}
	object_announce(s->tables, true);
	*space = index;
	return STATUS_OK;
}

// Doom what may go, one piece per commit; reap() takes it apart.
static void space_empty(uint32_t space, bool kept_too, bool ends)
{
	struct space *s = &state->space[space];
	uint32_t object, next;

	while (s->first_region) {
		region_doom(s->first_region);
		change_commit();
		reap();
	}
	for (object = s->first_object; object; object = next) {
		next = objects[object].next;
		if (objects[object].kind != KIND_SHARED || objects[object].life != LIFE_LIVE ||
		    (objects[object].flags & PAGER_KEEP && !kept_too))
			continue;
		if (s->ledger == object)
			SET(s->ledger, 0);
		if (ends)
			object_orphan(object);
		else
			object_release(object);
		change_commit();
	}
	reap();
}

// The guest goes with a fresh start, too.
static void space_end_guest(uint32_t space)
{
	const struct space *s = &state->space[space];

	if (s->guest && !(s->flags & SPACE_GUEST))
		guest_end(s->guest);
}

void space_clear_finish(uint32_t space)
{
	if ((state->space[space].clearing - 1) & PAGER_CLEAR_KEPT)
		space_end_guest(space);
	space_empty(space, (state->space[space].clearing - 1) & PAGER_CLEAR_KEPT, false);
	SET(state->space[space].clearing, 0);
}

void space_clear(uint32_t space, unsigned flags)
{
	SET(state->space[space].clearing, (uint8_t)(1 + flags));
	change_commit();
	space_clear_finish(space);
}

void space_end_finish(uint32_t space)
{
	struct space *s = &state->space[space];

	space_end_guest(space);
	space_empty(space, true, true);
	if (s->tables) {
		object_doom(s->tables);
		SET(s->tables, 0);
		change_commit();
		reap();
	}
	intent_note(INTENT_SPACE, space);
	space_unlink(space);
	space_charge(space, -(int64_t)ROOT_PAGES);
	if (s->flags & SPACE_GUEST) {
		space_charge(s->guest, -(int64_t)s->quota);
		SET(state->space[s->guest].guest, 0);
	} else if (!(s->flags & PAGER_POOLED)) {
		SUB(state->promised, s->quota);
	}
	SUB(state->frames_used, ROOT_PAGES);
	SUB(state->roots_used, 1);
	SET(s->life, LIFE_FREE);
	change_commit();
}

void space_end(uint32_t space)
{
	SET(state->space[space].life, LIFE_DOOMED);
	change_commit();
	space_end_finish(space);
}
