// SPDX-License-Identifier: MIT
//
// Several CPUs: the kernel lock, and what its holder may ask of the others.
//
//   user level --entry: frame saved--> inside, waits --> holds the lock --exit--> user level
//                                        ^ serves what the holder asks
//
// Rules:
// - An entry first saves the thread's registers in the thread, then says `inside`, then takes the
//   lock; an exit gives it back before it loads registers. So whoever holds the lock and finds
//   another CPU inside knows that this one's thread is saved, and that it stays so.
// - The lock is a ticket: first come, first served. A CPU waits for at most cpu_count() - 1 others,
//   each for one bounded path (preempt.h asks whether somebody waits).
// - A CPU that waits does what the holder asks of it; the holder waits until it is done. Nobody else
//   asks, and a holder is asked nothing.
// - A change to an address space is noted for the CPUs that may remember the old entry. Each
//   forgets it when it has the lock, before it can get back to user level; one that is at user
//   level in that space is made to enter first, once for all changes of one hold of the lock.
// - With one CPU none of this runs: the places in the entries are no-ops until lock_patch().
#pragma once

#include <stdbool.h>

#include <caplet/abi/types.h>

#include "cpu.h"

extern bool smp_on; // the kernel lock is in use

// Take the lock; the frame of the current thread is saved. True: another CPU has taken that thread
// away meanwhile, so that what it came for is not to be done here.
bool lock_take(void);
void lock_leave(void);
bool lock_is_wanted(void); // somebody waits for it

static inline bool lock_enter(void)
{
	return smp_on && lock_take();
}

// By the holder of the lock. On return the other CPU is in the kernel or idles there.
void smp_enter(struct cpu *cpu);
// The other CPU has no address space loaded any more, if that was `v`.
void smp_leave_space(struct cpu *cpu, struct vspace *v);

void lock_patch(void); // while the text is writable: from now on the lock is in use
void smp_start(void);  // wake the CPUs that ACPI names; they wait for the lock, which is held
