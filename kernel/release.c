// SPDX-License-Identifier: MIT
//
// The leftist heap of throttled scheduling contexts. The rank of a node is the length of the path to
// the nearest free place along right children: at most log2(n), which bounds every walk below.
#include "release.h"
#include "schedctx.h"

static unsigned rank(const struct schedctx *s)
{
	return s ? s->release_rank : 0;
}

static ticks_t key(struct schedctx *s)
{
	return refill_head(s)->time;
}

// Put the shorter side right and count anew.
static void settle(struct schedctx *s)
{
	if (rank(s->release_left) < rank(s->release_right)) {
		struct schedctx *left = s->release_left;
		s->release_left = s->release_right;
		s->release_right = left;
	}
	s->release_rank = rank(s->release_right) + 1;
}

// Recursion along right children only: as deep as the two ranks together.
static struct schedctx *merge(struct schedctx *a, struct schedctx *b)
{
	if (!a || !b) {
		return a ? a : b;
	}
	if (key(b) < key(a)) {
		struct schedctx *first = b;
		b = a;
		a = first;
	}
	a->release_right = merge(a->release_right, b);
	a->release_right->release_up = a;
	settle(a);
	return a;
}

void release_add(struct schedctx **heap, struct schedctx *s)
{
	s->throttled = true;
	s->release_left = s->release_right = NULL;
	s->release_rank = 1;
	*heap = merge(*heap, s);
	(*heap)->release_up = NULL;
}

void release_remove(struct schedctx **heap, struct schedctx *s)
{
	struct schedctx *up = s->release_up;
	struct schedctx *rest = merge(s->release_left, s->release_right);

	s->throttled = false;
	if (rest) {
		rest->release_up = up;
	}
	if (!up) {
		*heap = rest;
	} else if (up->release_left == s) {
		up->release_left = rest;
	} else {
		up->release_right = rest;
	}
	// Ranks above have changed until one stays as it was.
	while (up) {
		unsigned before = up->release_rank;
		settle(up);
		if (up->release_rank == before) {
			break;
		}
		up = up->release_up;
	}
}
