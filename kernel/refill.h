// SPDX-License-Identifier: MIT
//
// Refills: the budget of a scheduling context as pieces of time, each usable from a moment on.
//
// A sporadic server, as in seL4 MCS: what is used of a piece comes back one period after the
// piece became usable. Who runs as soon as it may uses no more than the budget in any window of one
// period; who is kept waiting by a higher priority may use what it was owed late, and then the next
// piece in time, as any periodic task. A round-robin context (budget == period) has one piece that is
// full again as soon as it is used up.
//
// Rules:
// - The amounts always add up to the budget.
// - Pieces are in order of time and do not overlap.
// - The first piece is never smaller than refill_minimum, so that whoever is chosen gets somewhere.
//
// Pure arithmetic on a struct schedctx.
#pragma once

#include <stdbool.h>

#include "arch.h"

struct schedctx;

struct refill {
	ticks_t time;	// may be used from here on
	ticks_t amount; // ticks of CPU time
};

extern ticks_t refill_minimum; // set at boot

void refill_configure(struct schedctx *s, ticks_t budget, ticks_t period, unsigned limit,
		      ticks_t now);
// Time was used: true if the first piece is used up. (refill_charge in schedctx.h is for both kinds.)
bool refill_charge_sporadic(struct schedctx *s, ticks_t used);
// The thread becomes runnable after it was blocked: its time counts from now.
void refill_unblock(struct schedctx *s, ticks_t now);
