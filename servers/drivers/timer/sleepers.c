// SPDX-License-Identifier: MIT
//
// A binary heap: each place's deadline is not after those of places 2i+1 and 2i+2.
#include "sleepers.h"

#include <stddef.h>

// Puts the sleeper in place `at` or, when its parents are later, above.
static void heap_raise(struct sleepers *s, uint32_t at, struct sleeper sleeper)
{
	for (; at > 0 && s->heap[(at - 1) / 2].deadline > sleeper.deadline; at = (at - 1) / 2)
		s->heap[at] = s->heap[(at - 1) / 2];
	s->heap[at] = sleeper;
}

static void heap_lower(struct sleepers *s, uint32_t at, struct sleeper sleeper)
{
	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child + 1 < s->count && s->heap[child + 1].deadline < s->heap[child].deadline)
			child++;
		if (child >= s->count || s->heap[child].deadline >= sleeper.deadline)
			break;
		s->heap[at] = s->heap[child];
		at = child;
	}
	heap_raise(s, at, sleeper);
}

bool sleepers_add(struct sleepers *s, uint64_t deadline, void *who)
{
	if (s->count == SLEEPERS_MAX)
		return false;
	heap_raise(s, s->count++, (struct sleeper){deadline, who});
	return true;
}

const struct sleeper *sleepers_first(const struct sleepers *s)
{
	return s->count > 0 ? &s->heap[0] : NULL;
}

static void heap_remove(struct sleepers *s, uint32_t at)
{
	struct sleeper last = s->heap[--s->count];

	if (at < s->count)
		heap_lower(s, at, last);
}

void sleepers_remove_first(struct sleepers *s)
{
	heap_remove(s, 0);
}

void sleepers_remove(struct sleepers *s, const void *who)
{
	for (uint32_t i = 0; i < s->count; i++) {
		if (s->heap[i].who == who) {
			heap_remove(s, i);
			return;
		}
	}
}
