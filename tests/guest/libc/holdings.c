// SPDX-License-Identifier: MIT
//
// Sums of the supervisor and the pager, compared one by one. See holdings.h.
#include "holdings.h"

#include <stddef.h>
#include <stdio.h>

bool holdings_take(struct holdings *h)
{
	return supervisor_census(&supervisor_session, &h->census) == STATUS_OK &&
	       pager_statistics(&pager_session, &h->machine) == STATUS_OK;
}

#define SUM(member, depth)                                                                         \
	{                                                                                          \
#member, offsetof(struct holdings, member), depth                                  \
	}

static const struct {
	const char *name;
	size_t offset; // of 64 bits
	enum holdings_depth depth;
} sums[] = {
	SUM(census.processes, HOLDINGS_OBJECTS),
	SUM(census.threads, HOLDINGS_OBJECTS),
	SUM(census.pieces, HOLDINGS_OBJECTS),
	SUM(census.pieces_free, HOLDINGS_OBJECTS),
	SUM(census.capabilities, HOLDINGS_OBJECTS),
	SUM(machine.spaces, HOLDINGS_OBJECTS),
	SUM(machine.objects, HOLDINGS_OBJECTS),
	SUM(machine.regions, HOLDINGS_OBJECTS),
	SUM(machine.promised_bytes, HOLDINGS_OBJECTS),
	SUM(machine.pool_charged_bytes, HOLDINGS_OBJECTS),
	SUM(machine.check_failures, HOLDINGS_OBJECTS),
	SUM(machine.frames_free, HOLDINGS_FRAMES),
	SUM(machine.slots_free, HOLDINGS_SLOTS),
};

bool holdings_equal(const struct holdings *before, const struct holdings *after,
		    enum holdings_depth depth)
{
	bool equal = true;

	for (unsigned i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
		uint64_t was = *(const uint64_t *)((const char *)before + sums[i].offset);
		uint64_t is = *(const uint64_t *)((const char *)after + sums[i].offset);

		if (sums[i].depth > depth || was == is)
			continue;
		printf("%s: %lu before, %lu after\n", sums[i].name, was, is);
		equal = false;
	}
	return equal;
}
