// SPDX-License-Identifier: MIT
//
// What the parts of faulttest share: the servers that it kills, and the figures that it prints.
#pragma once

#include <caplet/system.h>

struct victim {
	const char *name; // of the service
	uint32_t points;  // it is killed within so many kill points
	status_t (*probe)(void);
	uint64_t taken[4096]; // microseconds from a death to service, of each that happened
	uint32_t count;
};

extern struct victim victims[];
extern const unsigned victim_count;

bool victims_connect(void); // sessions for the probes

// Restarts since boot, and when it was killed and ready the last time.
bool victim_facts(const struct victim *victim, struct supervisor_service *facts);

// ---- figures.c ---------------------------------------------------------------------------------

void figure_print(const char *name, const char *of, uint64_t value, const char *unit);
void figures_of(const struct victim *victim); // median and 99 in 100 of `taken`
