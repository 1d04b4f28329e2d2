// SPDX-License-Identifier: MIT
//
// Figures as `make bench` prints them: fault<TAB>name<TAB>value<TAB>unit.
#include <stdio.h>
#include <stdlib.h>

#include "fault.h"

void figure_print(const char *name, const char *of, uint64_t value, const char *unit)
{
	printf("fault\t%s%s%s\t%lu\t%s\n", name, of[0] ? "_" : "", of, (unsigned long)value, unit);
	fflush(stdout);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

void figures_of(const struct victim *victim)
{
	static uint64_t sorted[sizeof(victim->taken) / sizeof(victim->taken[0])];

	for (uint32_t i = 0; i < victim->count; i++)
		sorted[i] = victim->taken[i];
	qsort(sorted, victim->count, sizeof(sorted[0]), compare);
	figure_print("deaths", victim->name, victim->count, "deaths");
	if (victim->count == 0)
		return;
	figure_print("restart_p50", victim->name, sorted[(victim->count - 1) / 2], "us");
	figure_print("restart_p99", victim->name, sorted[(victim->count * 99 + 99) / 100 - 1],
		     "us");
}
