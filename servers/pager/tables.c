// SPDX-License-Identifier: MIT
//
// Killed between any two steps: `held` of the region counts, for each level, how many of its tables
// from the first one on it holds. Count and hold change in one commit, so letting go takes back
// exactly what was held, however far the making came.
#include <caplet/abi/object.h>

#include "frames.h"
#include "intent.h"
#include "kernel.h"
#include "objects.h"
#include "pages.h"
#include "slots.h"
#include "spaces.h"
#include "tables.h"

static unsigned level_shift(unsigned level)
{
	return 9 * level;
}

static uint32_t table_index(unsigned level, uint64_t page)
{
	return (uint32_t)(level << 28 | page >> level_shift(level));
}

static uint32_t tables_needed(uint64_t first, uint64_t size, unsigned level)
{
	unsigned shift = level_shift(level);

	return (uint32_t)(((first + size - 1) >> shift) - (first >> shift) + 1);
}

static status_t table_make(uint32_t space, unsigned level, uint64_t page, uint32_t *made)
{
	struct space *s = &state->space[space];
	uint32_t frame;
	status_t status;

	if (!space_can_pay(space, 1))
		return STATUS_QUOTA;
	frame = frame_take(OBJECT_TABLE);
	if (!frame)
		return STATUS_EXHAUSTED;
	*made = page_add(s->tables, table_index(level, page), frame);
	if (!*made)
		return STATUS_EXHAUSTED;
	object_charge(s->tables, 1);
	ADD(s->table_count, 1);
	ADD(state->tables_used, 1);
	status =
		kernel_table_map(slot_frame(frame), slot_vspace(space), space_address(space, page));
	return status;
}

static status_t table_hold(uint32_t space, unsigned level, uint64_t page, bool *made)
{
	uint32_t table = page_find(state->space[space].tables, table_index(level, page));
	status_t status = STATUS_OK;

	*made = !table;
	if (!table)
		status = table_make(space, level, page, &table);
	if (!status)
		ADD(frames[page_records[table].frame].link, 1);
	return status;
}

status_t tables_hold(uint32_t region, uint64_t size)
{
	struct region *r = &regions[region];

	for (unsigned level = TABLE_LEVELS; level; level--) {
		uint32_t *held = &r->held[level - 1];

		while (*held < tables_needed(r->first, size, level)) {
			uint64_t page = r->first + ((uint64_t)*held << level_shift(level));
			bool made;
			status_t status = table_hold(r->space, level, page, &made);

			if (status) {
				change_abort();
				return status;
			}
			ADD(*held, 1);
			if (made)
				change_commit();
		}
	}
	return STATUS_OK;
}

static void table_let_go(uint32_t space, unsigned level, uint64_t page)
{
	struct space *s = &state->space[space];
	uint32_t table = page_find(s->tables, table_index(level, page));
	uint32_t frame = page_records[table].frame;

	SUB(frames[frame].link, 1);
	if (frames[frame].link)
		return;
	page_remove(table);
	object_uncharge(s->tables, 1);
	SUB(s->table_count, 1);
	SUB(state->tables_used, 1);
}

void tables_let_go(uint32_t region)
{
	struct region *r = &regions[region];

	for (unsigned level = 1; level <= TABLE_LEVELS; level++) {
		uint32_t *held = &r->held[level - 1];

		while (*held) {
			SUB(*held, 1);
			table_let_go(r->space, level,
				     r->first + ((uint64_t)*held << level_shift(level)));
			change_commit();
		}
	}
}

void tables_cut(uint32_t lower, uint32_t upper, uint64_t page)
{
	struct region *l = &regions[lower], *u = &regions[upper];

	for (unsigned level = 1; level <= TABLE_LEVELS; level++) {
		uint32_t below = tables_needed(l->first, page - l->first, level);
		uint32_t table = page_find(state->space[l->space].tables, table_index(level, page));

		SET(u->held[level - 1], l->held[level - 1] - below);
		SET(l->held[level - 1], below);
		if (page >> level_shift(level) != (page - 1) >> level_shift(level))
			continue;
		ADD(frames[page_records[table].frame].link, 1);
		ADD(u->held[level - 1], 1);
	}
}
