// SPDX-License-Identifier: MIT
//
// What the supervisor and the pager hold, for tests after which it must be what it was before.
#pragma once

#include <stdbool.h>

#include <caplet/system.h>

struct holdings {
	struct supervisor_census census;
	struct pager_machine machine;
};

bool holdings_take(struct holdings *h);

enum holdings_depth {
	HOLDINGS_OBJECTS, // which pages a program has touched is its own affair
	HOLDINGS_FRAMES,  // those as well
	HOLDINGS_SLOTS, // and the slots of pages that were mapped twice, of programs that never fork
};

// Prints what differs.
bool holdings_equal(const struct holdings *before, const struct holdings *after,
		    enum holdings_depth depth);
