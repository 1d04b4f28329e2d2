// SPDX-License-Identifier: MIT
//
// The invariants of the state, each with a name: run by the pager when it starts after a restart, and
// by the unit tests after every step. It changes nothing and takes time in proportion to what
// is in use. The counts are made anew from the records they are said to count.
#include "check.h"
#include "pager.h"
#include "pages.h"
#include "regions.h"
#include "slots.h"

static unsigned failures;
static const char *first_failure;

static void expect(bool holds, const char *name)
{
	if (holds)
		return;
	failures++;
	if (!first_failure)
		first_failure = name;
}

static void check_page(uint32_t page)
{
	const struct page *p = &page_records[page];
	const struct object *o = &objects[p->object];
	uint32_t mapping;

	expect(o->life != LIFE_FREE, "a page belongs to an object");
	expect(page_find(p->object, p->index) == page, "a page is found by its index");
	expect(p->index < o->pages, "a page lies in its object");
	expect(frames[p->frame].references > 0, "a page's frame is counted");
	if (o->kind == KIND_TABLES)
		expect(frames[p->frame].link > 0, "a page table is needed by a region");
	for (mapping = p->mapping; mapping; mapping = mapping_records[mapping].next) {
		const struct mapping *m = &mapping_records[mapping];
		const struct region *r = &regions[m->region];

		expect(m->page == page, "a mapping is in its page's list");
		expect(mapping_is_extra(mapping) || mapping == p->frame,
		       "a frame's own capability maps that frame");
		expect(r->life != LIFE_FREE && m->offset < r->pages, "a mapping lies in a region");
		expect((r->object == p->object && r->object_page + m->offset == p->index) ||
			       (r->backing == p->object && r->backing_page + m->offset == p->index),
		       "a mapping shows what its region maps");
	}
}

static void check_object(uint32_t object, uint64_t *references)
{
	const struct object *o = &objects[object];
	uint32_t count = 0, before = 0;

	for (uint32_t page = o->first_page; page; page = page_records[page].next) {
		expect(page_records[page].object == object, "a page is in its object's list");
		expect(page_records[page].previous == before, "the list of pages is whole");
		before = page;
		check_page(page);
		count++;
	}
	expect(count == o->resident, "an object knows how many pages it has");
	*references += count;
}

static void check_region(uint32_t space, uint32_t region, uint32_t before)
{
	const struct region *r = &regions[region];

	expect(r->space == space && r->life == LIFE_LIVE, "a region is in its space's list");
	expect(r->previous == before, "the list of regions is whole");
	expect(!before || regions[before].first + regions[before].pages <=
				  r->first - !!(r->flags & REGION_GUARD),
	       "regions do not overlap, nor guards");
	expect(!r->object || r->object_page + r->pages <= objects[r->object].pages,
	       "a region lies in its object");
	for (unsigned level = 1; level <= TABLE_LEVELS; level++) {
		unsigned shift = 9 * level;
		uint64_t from = r->first >> shift, to = (r->first + r->pages - 1) >> shift;

		expect(r->held[level - 1] >= to - from + 1, "a region holds its page tables");
		for (uint64_t i = from; i <= to; i++)
			expect(page_find(state->space[space].tables, level << 28 | i),
			       "a page table that is held exists");
	}
}

static uint32_t guest_vcpus(uint32_t guest)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < VCPU_MAX; i++)
		count += state->vcpu[i].guest == guest;
	return count;
}

static void check_space(uint32_t space)
{
	const struct space *s = &state->space[space];
	uint32_t regions_count = 0, objects_count = 0, slots = 0, before = 0;
	uint64_t charged = s->process ? 2 : 0, resident = charged, references = 0;

	if (s->guest && !(s->flags & SPACE_GUEST))
		charged += state->space[s->guest].quota + guest_vcpus(s->guest) * VCPU_PAGES;
	for (uint32_t i = 1; space == SPACE_POOL && i < SPACE_POOL; i++) {
		const struct space *member = &state->space[i];

		if (!member->process || !(member->flags & PAGER_POOLED))
			continue;
		charged += member->charged;
		regions_count += member->regions;
		objects_count += member->objects;
		slots += member->slots;
	}
	for (uint32_t region = s->first_region; region; region = regions[region].next) {
		check_region(space, region, before);
		before = region;
		slots += regions[region].slots;
		regions_count++;
	}
	for (uint32_t object = s->first_object; object; object = objects[object].next) {
		expect(objects[object].owner == space, "an object is in its owner's list");
		expect(objects[object].life == LIFE_LIVE, "an object that is listed lives");
		expect(objects[object].held || objects[object].regions,
		       "an object is held or mapped");
		check_object(object, &references);
		charged += objects[object].charged;
		resident += objects[object].resident;
		objects_count++;
	}
	expect(regions_count == s->regions, "a space knows how many regions it has");
	expect(objects_count == s->objects, "a space knows how many objects it has");
	expect(slots == s->slots, "a space has paid for the slots of its regions");
	expect(charged == s->charged, "a space has paid for its objects");
	expect(resident == s->resident, "a space knows how many pages it has");
	expect(!space || s->charged <= s->quota, "no space is beyond its quota");
	expect(space != SPACE_POOL ||
		       (s->objects <= s->quota_objects && s->slots <= s->quota_slots),
	       "the pool leaves objects and slots to others");
}

static void check_frames(void)
{
	uint64_t used = 0, free = 0, references = 0, archive = 0;

	for (uint32_t i = 1; i < state->frame_carved; i++)
		used += i % LEAF_SLOTS && frames[i].references;
	for (uint32_t i = state->frame_free; i; i = frames[i].link) {
		expect(!frames[i].references, "a free frame has no references");
		expect(!mapping_records[i].page, "a free frame is not mapped");
		if (++free > state->frames_known)
			break;
	}
	for (uint32_t i = 1; i < state->archive_limit; i++)
		references += frames[i].references;
	for (uint32_t i = 1; i < state->page_used; i++)
		archive += page_records[i].object != 0;
	expect(references == archive, "references are counted by pages");
	expect(used + state->roots_used * 2 + state->vcpus_used * VCPU_PAGES == state->frames_used,
	       "used frames are counted");
	expect(used + free == state->frames_known, "every frame is used or free");
}

unsigned state_check(const char **first)
{
	uint64_t promised = state->space[SPACE_POOL].quota;
	uint32_t spaces = 0;

	failures = 0;
	first_failure = NULL;
	check_frames();
	check_space(0);
	check_space(SPACE_POOL);
	for (uint32_t i = 1; i < SPACE_MAX; i++) {
		if (!state->space[i].process)
			continue;
		check_space(i);
		if (!(state->space[i].flags & (PAGER_POOLED | SPACE_GUEST)))
			promised += state->space[i].quota;
		spaces++;
	}
	expect(promised == state->promised, "the quotas are counted");
	expect(promised + state->space[0].charged - objects[state->archive_object].charged <=
		       state->capacity,
	       "no more is promised than there is");
	expect(spaces == state->space_count, "the spaces are counted");
	expect(!state->region_doomed && !state->object_doomed, "nothing waits to be taken apart");
	*first = first_failure;
	return failures;
}
