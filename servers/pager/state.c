// SPDX-License-Identifier: MIT
//
// Laying out the tables in the ledger, once, and finding them again.
//
// Their sizes follow from what root handed over: as many frames as there are 4 KiB pieces in the
// untypeds, or as many as there are slots or ledger bytes for. A smaller ledger makes a pager of less
// memory, never one that fails later. Everything is zero at first, so that laying out
// costs a page of stores and not a walk through all memory.
#include <caplet/handover.h>
#include "slots.h"

struct state *state;
struct frame *frames;
struct page *page_records;
struct mapping *mapping_records;
struct object *objects;
struct region *regions;
uint32_t *page_bucket;

#define FRAMES_SLACK 64u // page-aligned ends, and pages lost to the alignment of roots

static uint64_t table_place(uint64_t *end, uint64_t count, uint64_t size)
{
	uint64_t offset = (*end + 63) & ~63ul;

	*end = offset + count * size;
	return offset;
}

static void geometry_place(struct state *s, unsigned leaves, uint64_t mapping_leaves)
{
	uint64_t archive_leaves = s->archive_pages / (LEAF_SLOTS - 1) + 1;
	uint32_t buckets = LEAF_SLOTS;

	s->frame_leaves = leaves;
	s->frame_limit = leaves * LEAF_SLOTS;
	s->archive_first = s->frame_limit;
	s->archive_limit = s->archive_first + (uint32_t)archive_leaves * LEAF_SLOTS;
	s->mapping_limit = s->archive_limit + (uint32_t)mapping_leaves * LEAF_SLOTS;
	s->page_limit = s->archive_limit; // no more pages exist than are promised
	s->object_limit = 1024 + leaves * 128;
	s->region_limit = REGIONS_PER_OBJECT * s->object_limit;
	while (buckets < s->frame_limit / 2)
		buckets *= 2;
	s->bucket_mask = buckets - 1;
	s->end = sizeof(*s);
	s->frames_offset = table_place(&s->end, s->archive_limit, sizeof(struct frame));
	s->pages_offset = table_place(&s->end, s->page_limit, sizeof(struct page));
	s->mappings_offset = table_place(&s->end, s->mapping_limit, sizeof(struct mapping));
	s->objects_offset = table_place(&s->end, s->object_limit, sizeof(struct object));
	s->regions_offset = table_place(&s->end, s->region_limit, sizeof(struct region));
	s->buckets_offset = table_place(&s->end, buckets, sizeof(uint32_t));
}

static uint64_t supply_frames(const struct supply *supply)
{
	uint64_t count = 0;

	for (unsigned i = 0; i < supply->untyped_count; i++)
		if (supply->untyped_bits[i] >= PAGE_BITS)
			count += 1ul << (supply->untyped_bits[i] - PAGE_BITS);
	return count;
}

bool state_make(void *where, uint64_t bytes, const struct supply *supply)
{
	struct state *s = where;
	uint64_t count = supply_frames(supply), leaves = count / (LEAF_SLOTS - 1) + 1, extra;

	if (bytes < sizeof(*s) || supply->pool_leaves < 4 || supply->untyped_count > UNTYPED_MAX)
		return false;
	// Of five CNodes two hold the untypeds of frames, two the frames, one further mappings.
	if (leaves > (supply->pool_leaves - 1) * 2 / 5)
		leaves = (supply->pool_leaves - 1) * 2 / 5;
	s->archive_pages = supply->archive_pages;
	for (;; leaves--) {
		if (!leaves)
			return false;
		extra = supply->pool_leaves - 1 - 2 * leaves;
		if (extra > leaves)
			extra = leaves;
		geometry_place(s, (unsigned)leaves, extra);
		if (s->end <= bytes)
			break;
	}
	if (count > leaves * (LEAF_SLOTS - 1))
		count = leaves * (LEAF_SLOTS - 1);
	s->capacity = count > FRAMES_SLACK ? count - FRAMES_SLACK : 0;
	s->pool_leaves = supply->pool_leaves;
	s->untyped_count = supply->untyped_count;
	for (unsigned i = 0; i < supply->untyped_count; i++)
		s->untyped_bits[i] = supply->untyped_bits[i];
	s->frame_carved = s->page_used = s->object_used = s->region_used = 1;
	s->mapping_used = s->archive_limit + 1;
	s->magic = STATE_MAGIC;
	return state_attach(where, bytes);
}

bool state_attach(void *where, uint64_t bytes)
{
	struct state *s = where;
	char *base = where;

	if (s->magic != STATE_MAGIC || s->end > bytes)
		return false;
	state = s;
	frames = (struct frame *)(base + s->frames_offset);
	page_records = (struct page *)(base + s->pages_offset);
	mapping_records = (struct mapping *)(base + s->mappings_offset);
	objects = (struct object *)(base + s->objects_offset);
	regions = (struct region *)(base + s->regions_offset);
	page_bucket = (uint32_t *)(base + s->buckets_offset);
	return true;
}
