// SPDX-License-Identifier: MIT
//
// A space like another one. What the parent shares with others the child shares as well; what is
// private gets an object of the child's own, whose pages have the same frames until one of the two
// writes. So that nobody writes unseen, a page is hidden before its frame is shared.
//
// The child pays for all it may come to have, and for a slot for each private page: one frame shown in
// two spaces needs a second capability. Left out are IPC buffers, the ledger, and what was mapped
// ALONE: session windows and the page of facts.
//
// Killed between any two steps: each region of the child is MAKING until it is whole, each page a commit
// of its own. The request is sent again and starts by clearing the child.
#include "frames.h"
#include "intent.h"
#include "memory.h"
#include "objects.h"
#include "pager.h"
#include "pages.h"
#include "regions.h"
#include "spaces.h"

static bool is_forked(const struct space *parent, const struct region *r)
{
	return !(r->flags & (REGION_BUFFER | REGION_ALONE)) &&
	       (!parent->ledger || r->object != parent->ledger);
}

static bool is_private(const struct region *r)
{
	return r->object && objects[r->object].kind == KIND_PRIVATE;
}

// The pages of the region, which may be a part only of its object.
static status_t pages_fork(const struct region *r, uint32_t to)
{
	for (uint32_t page = objects[r->object].first_page; page; page = page_records[page].next) {
		uint64_t offset = page_records[page].index - r->object_page;

		if (page_records[page].index < r->object_page || offset >= r->pages)
			continue;
		page_hide(page);
		if (!page_add(to, offset, page_records[page].frame)) {
			change_abort();
			return STATUS_EXHAUSTED;
		}
		frame_share(page_records[page].frame);
		change_commit();
	}
	return STATUS_OK;
}

static status_t region_fork(uint32_t from, uint32_t child)
{
	const struct region *r = &regions[from];
	struct region_plan plan = {
		.first = r->first,
		.size = r->pages,
		.object = r->object,
		.object_page = r->object_page,
		.backing = r->backing,
		.backing_page = r->backing_page,
		.backing_bytes = r->backing_bytes,
		.rights = r->rights,
		.most_rights = r->most_rights,
		.flags = r->flags,
	};
	bool private = is_private(r);
	uint32_t region = 0;
	status_t status = STATUS_OK;

	if (private) {
		plan.flags |= REGION_FORKED;
		plan.object_page = 0;
		status = object_make(child, KIND_PRIVATE, plan.size, 0, &plan.object);
		if (status)
			return status;
	}
	status = region_make(child, &plan, &region);
	if (status)
		change_abort();
	else if (private)
		status = pages_fork(r, plan.object);
	if (status) {
		if (region && regions[region].life == LIFE_MAKING)
			region_doom(region);
		if (private && objects[plan.object].life == LIFE_MAKING)
			object_doom(plan.object);
	} else {
		if (private)
			object_announce(plan.object, false);
		region_announce(region);
	}
	change_commit();
	return status;
}

status_t memory_fork(uint32_t parent, uint32_t child)
{
	const struct space *p = &state->space[parent];
	status_t status = STATUS_OK;

	space_clear(child, PAGER_CLEAR_KEPT);
	for (uint32_t r = p->first_region; r && !status; r = regions[r].next)
		if (is_forked(p, &regions[r]))
			status = region_fork(r, child);
	return status;
}
