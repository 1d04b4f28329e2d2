// SPDX-License-Identifier: MIT
//
// The stress suite: what its parts share. The root task's thread is the controller, on CPU 0 and above
// all others.
#pragma once

#include "../runtime/runtime.h"
#include "../../invariants/check.h"

enum {
	STRESS_PRIORITY = 100, // and up to 7 less
	STOPPER_PRIORITY = 200,
	CPUS_USED = 4,
};

extern uint64_t operations; // done in all epochs of a test

bool storm_epoch(uint64_t *random);
bool fuzz_epoch(uint64_t *random);

struct sys_regs invariants_walk(void); // OK, and what it saw
void thread_place(struct guest_thread *t, unsigned cpu, uint64_t budget, uint64_t period);
cptr_t stopper_make(void); // an endpoint for faults, whose threads are stopped

static inline unsigned cpus_used(void)
{
	return boot->cpu_count < CPUS_USED ? boot->cpu_count : CPUS_USED;
}
