// SPDX-License-Identifier: MIT
//
// kvm-clock: a page of the guest's memory from which it computes the time without an exit (Linux,
// Documentation/virt/kvm/x86/msr.rst). The guest's time-stamp counter is the machine's, so that
// nothing changes once it is written.
#include <caplet/clock.h>

#include "sessions.h"
#include "vmm.h"

struct pvclock {
	uint32_t version; // odd: is being changed
	uint32_t pad0;
	uint64_t tsc, system_time; // ns at that tsc
	uint32_t multiplier;	   // ns = (ticks << shift) * multiplier >> 32
	int8_t shift;
	uint8_t flags; // 1: the same on all processors
	uint8_t pad[2];
};

struct wall_clock {
	uint32_t version, seconds, nanoseconds;
};

void pvclock_set(unsigned cpu, uint64_t address)
{
	struct pvclock *clock = guest_memory(address & ~1ul, sizeof(*clock));
	uint64_t hz = machine->tsc_hz;
	int8_t shift = 0;

	machine->cpu[cpu].pvclock = address & 1 ? address & ~1ul : 0;
	if (!(address & 1) || clock == NULL)
		return;
	while (hz > 2 * NANOSECONDS_PER_SECOND)
		hz >>= 1, shift--;
	while (hz <= NANOSECONDS_PER_SECOND)
		hz <<= 1, shift++;
	clock->version = 1;
	clock->tsc = clock_ticks();
	clock->system_time = clock_from_ticks(clock->tsc, machine->tsc_hz);
	clock->multiplier = (uint32_t)((NANOSECONDS_PER_SECOND << 32) / hz);
	clock->shift = shift;
	clock->flags = 1;
	clock->version = 2;
}

void pvclock_wall(uint64_t address)
{
	struct wall_clock *clock = guest_memory(address, sizeof(*clock));
	uint64_t wall = 0, monotonic = 0;

	if (clock == NULL)
		return;
	(void)timer_wall(&timer, &wall, &monotonic);
	wall -= monotonic;
	clock->version = 1;
	clock->seconds = (uint32_t)(wall / NANOSECONDS_PER_SECOND);
	clock->nanoseconds = (uint32_t)(wall % NANOSECONDS_PER_SECOND);
	clock->version = 2;
}
