// SPDX-License-Identifier: MIT
//
// Refill arithmetic. See refill.h; the ring of refills is at the end of struct schedctx.
#include "refill.h"
#include "schedctx.h"

ticks_t refill_minimum;

static struct refill *at(struct schedctx *s, unsigned i)
{
	unsigned place = s->head + i;

	return &s->refill[place < s->limit ? place : place - s->limit];
}

void refill_configure(struct schedctx *s, ticks_t budget, ticks_t period, unsigned limit,
		      ticks_t now)
{
	s->budget = budget;
	s->period = period;
	s->round_robin = budget == period;
	s->limit = limit;
	s->head = 0;
	s->count = 1;
	s->refill[0] = (struct refill){.time = now, .amount = budget};
}

static struct refill pop(struct schedctx *s)
{
	struct refill first = *at(s, 0);

	s->head = s->head + 1 < s->limit ? s->head + 1 : 0;
	s->count--;
	return first;
}

// Add a piece behind the last one.
static void append(struct schedctx *s, struct refill piece)
{
	struct refill *last = at(s, s->count - 1);

	if (s->count > 0 && last->time + last->amount >= piece.time) {
		last->amount += piece.amount;
	} else if (s->count < s->limit) {
		*at(s, s->count++) = piece;
	} else {
		// No room: the last piece is put off until it ends where the new one would.
		last->time = piece.time - last->amount;
		last->amount += piece.amount;
	}
}

bool refill_charge_sporadic(struct schedctx *s, ticks_t used)
{
	bool spent = used >= s->budget;
	if (unlikely(spent)) {
		// More than there was, since the timer was late: each whole budget costs a period.
		struct refill all = *at(s, s->count - 1);
		all.time += used / s->budget * s->period;
		all.amount = s->budget;
		used %= s->budget;
		s->refill[0] = all;
		s->head = 0;
		s->count = 1;
	}
	// used < budget = the sum of all pieces: the loop ends before the last one.
	while (refill_head(s)->amount <= used) {
		struct refill piece = pop(s);
		used -= piece.amount;
		piece.time += s->period;
		append(s, piece);
		spent = true;
	}
	if (used > 0) {
		struct refill *piece = refill_head(s);
		struct refill back = {.time = piece->time + s->period, .amount = used};
		piece->time += used;
		piece->amount -= used;
		append(s, back);
	}
	while (refill_head(s)->amount < refill_minimum && s->count > 1) {
		struct refill rest = pop(s);
		refill_head(s)->time -= rest.amount;
		refill_head(s)->amount += rest.amount;
		spent = true;
	}
	return spent;
}

void refill_unblock(struct schedctx *s, ticks_t now)
{
	if (s->round_robin || !refill_is_ready(s, now)) {
		return;
	}
	refill_head(s)->time = now;
	while (s->count > 1 && at(s, 1)->time <= now + refill_head(s)->amount) {
		struct refill first = pop(s);
		refill_head(s)->amount += first.amount;
		refill_head(s)->time = now;
	}
}
