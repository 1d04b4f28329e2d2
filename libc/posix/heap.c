// SPDX-License-Identifier: MIT
//
// sbrk: the end of the heap moves, for newlib's malloc, which is its only caller and serialises
// the calls. The heap has a range of addresses to itself. Memory is asked of the pager in pieces
// of HEAP_STEP, and given back when the end has fallen by more than one piece, so that a program
// whose need goes up and down by little does not call each time. What is beyond the end is always
// zero: calloc relies on it.

#include <caplet/layout.h>
#include <caplet/system.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#define HEAP_STEP 0x20000ul

static uint64_t heap_end = HEAP_BASE;	 // as malloc knows it
static uint64_t heap_mapped = HEAP_BASE; // what the pager has given, a multiple of HEAP_STEP

static uint64_t round_up(uint64_t value)
{
	return (value + HEAP_STEP - 1) & -HEAP_STEP;
}

static status_t heap_grow(uint64_t wanted)
{
	uint64_t address;
	status_t status = pager_map_anonymous(&pager_session, heap_mapped, wanted - heap_mapped,
					      PAGER_READ | PAGER_WRITE | PAGER_FIXED, &address);

	if (status == STATUS_OK)
		heap_mapped = wanted;
	return status;
}

static void heap_shrink(uint64_t wanted)
{
	if (pager_unmap(&pager_session, wanted, heap_mapped - wanted) == STATUS_OK)
		heap_mapped = wanted;
}

void *sbrk(ptrdiff_t change)
{
	uint64_t old = heap_end, new = heap_end + (uint64_t)change;

	if (new < HEAP_BASE || new > HEAP_END ||
	    (new > heap_mapped &&heap_grow(round_up(new)) != STATUS_OK)) {
		errno = ENOMEM;
		return (void *)-1;
	}
	heap_end = new;
	if (round_up(new) + HEAP_STEP < heap_mapped)
		heap_shrink(round_up(new));
	if (new < old)
		memset((void *)new, 0, (old < heap_mapped ? old : heap_mapped) - new);
	return (void *)old;
}
