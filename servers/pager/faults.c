// SPDX-License-Identifier: MIT
//
// A page fault is resolved if a region holds the address and its rights allow the access. All else is
// a crash, with its cause in words that a person can use.
//
// Killed between any two steps: a thread whose fault was not answered faults again when the reply
// object is aborted, and finds the page made, or not. A crash that was noted before the
// pager could answer is noted again for the same thread: the note is overwritten, not doubled.
#include <caplet/abi/fault.h>
#include <caplet/abi/types.h>
#include <caplet/layout.h>

#include "faults.h"
#include "intent.h"
#include "kernel.h"
#include "pager.h"
#include "pages.h"
#include "reap.h"
#include "regions.h"
#include "spaces.h"
#include "touch.h"

#define KILLS_MAX 2
#define AHEAD	  7u // further pages for who touches one after the other

// Where a space faulted last; only a hint, looked at before it is believed.
static uint32_t last_region[SPACE_MAX];

static bool address_is_user(uint64_t address)
{
	uint64_t top = address >> 47;
	uint64_t slot = address >> 39 & 511;

	if (top != 0 && top != 0x1ffff)
		return false;
	return slot < KERNEL_PML4_FIRST || slot > KERNEL_PML4_LAST;
}

static uint32_t cause_of_page_fault(uint32_t space, uint64_t address, uint64_t access)
{
	uint64_t page = address >> PAGE_BITS;
	uint32_t region = region_from(space, page);

	if (!address_is_user(address))
		return PAGER_CAUSE_ADDRESS;
	if (region && regions[region].first <= page) {
		if (access & FAULT_ACCESS_EXECUTE && !(regions[region].rights & PAGER_EXECUTE))
			return PAGER_CAUSE_EXECUTE;
		if (access & FAULT_ACCESS_WRITE && regions[region].rights & PAGER_READ &&
		    !(regions[region].rights & PAGER_WRITE))
			return PAGER_CAUSE_WRITE;
		return regions[region].rights ? PAGER_CAUSE_NO_MEMORY : PAGER_CAUSE_UNMAPPED;
	}
	if (page == 0)
		return PAGER_CAUSE_NULL;
	if (region && regions[region].flags & REGION_GUARD && regions[region].first - 1 == page)
		return PAGER_CAUSE_STACK_OVERFLOW;
	return PAGER_CAUSE_UNMAPPED;
}

static bool access_allowed(const struct region *r, uint64_t access)
{
	if (access & FAULT_ACCESS_WRITE)
		return r->rights & PAGER_WRITE;
	if (access & FAULT_ACCESS_EXECUTE)
		return r->rights & PAGER_EXECUTE;
	return r->rights != 0;
}

// The region that holds the page, most often the same as at the last fault.
static uint32_t region_of_fault(uint32_t space, uint64_t page)
{
	uint32_t last = last_region[space];
	const struct region *r = &regions[last];

	if (last && r->space == space && (r->life == LIFE_LIVE || r->life == LIFE_MAKING) &&
	    page - r->first < r->pages)
		return last;
	last_region[space] = region_at(space, page);
	return last_region[space];
}

// Who has written one page after the other will write the next ones. They are made, each as by a fault of its
// own, as long as nothing lies there or behind; what cannot be made is left to its fault.
static void pages_ahead(uint32_t region, uint64_t offset)
{
	const struct region *r = &regions[region];

	if (!(r->flags & REGION_PRIVATE) || !r->object || offset == 0 ||
	    !page_find(r->object, r->object_page + offset - 1))
		return;
	for (uint64_t i = offset + 1; i <= offset + AHEAD && i < r->pages; i++) {
		if ((r->backing && i << PAGE_BITS < r->backing_bytes) ||
		    page_find(r->object, r->object_page + i))
			return;
		if (region_fill(region, i) != STATUS_OK) {
			change_abort();
			return;
		}
		change_commit();
	}
}

static bool page_fault_resolve(uint32_t space, const uint64_t *words)
{
	uint64_t page = words[0] >> PAGE_BITS;
	uint32_t region;

	if (!address_is_user(words[0]))
		return false;
	region = region_of_fault(space, page);
	if (!region || !access_allowed(&regions[region], words[2]))
		return false;
	if (region_touch(region, page - regions[region].first, words[2] & FAULT_ACCESS_WRITE)) {
		change_abort();
		return false;
	}
	state->faults++;
	change_commit();
	if (words[2] & FAULT_ACCESS_WRITE)
		pages_ahead(region, page - regions[region].first);
	return true;
}

static bool fault_is_poison(uint64_t who)
{
	return state->fault_suspect == who && state->fault_kills >= KILLS_MAX;
}

static uint32_t cause_of(uint32_t space, uint32_t label, const uint64_t *words)
{
	if (label == FAULT_PAGE)
		return cause_of_page_fault(space, words[0], words[2]);
	return label == FAULT_TIMEOUT ? PAGER_CAUSE_TIMEOUT : PAGER_CAUSE_EXCEPTION;
}

// Only the first crash of a process tells why; the others follow from it, or have to wait.
static void crash_note(uint32_t space, uint32_t thread, uint32_t label, uint32_t cause,
		       const uint64_t *words)
{
	struct crash_note *note = &state->space[space].crash;
	uint32_t region = label == FAULT_PAGE ? region_from(space, words[0] >> PAGE_BITS) : 0;

	if (note->serial && note->thread != thread) {
		ADD(note->further, 1);
		return;
	}
	journal_save(note, sizeof(*note));
	if (!note->serial) {
		ADD(state->crash_serial, 1);
		note->serial = state->crash_serial;
		note->further = 0;
	}
	note->thread = thread;
	note->label = label;
	note->cause = cause;
	note->region_start = region ? regions[region].first << PAGE_BITS : 0;
	note->region_end =
		region ? (regions[region].first + regions[region].pages) << PAGE_BITS : 0;
	for (unsigned i = 0; i < 6; i++)
		note->word[i] = words[i];
}

// Handle one that is not poison; false: a crash.
static bool fault_serve(uint32_t space, uint64_t who, uint32_t label, const uint64_t *words)
{
	bool resolved;

	if (label != FAULT_PAGE || fault_is_poison(who))
		return false;
	state->fault_now = who;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	resolved = page_fault_resolve(space, words);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	state->fault_now = 0;
	if (state->fault_suspect == who)
		state->fault_suspect = 0;
	return resolved;
}

bool fault_handle(uint64_t process, uint32_t thread, uint32_t label, const uint64_t *words)
{
	uint64_t who = process | (uint64_t)thread << 48;
	uint32_t space, cause;

	changes_begin();
	space = space_find(process);
	if (!space)
		return false;
	if (fault_serve(space, who, label, words))
		return true;
	cause = fault_is_poison(who) ? PAGER_CAUSE_POISON : cause_of(space, label, words);
	crash_note(space, thread, label, cause, words);
	if (cause == PAGER_CAUSE_POISON)
		state->fault_suspect = 0;
	change_commit();
	kernel_alert();
	return false;
}
