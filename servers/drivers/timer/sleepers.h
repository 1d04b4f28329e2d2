// SPDX-License-Identifier: MIT
//
// Who sleeps until when: a heap with the earliest deadline on top. It is not in the ledger: when the
// server dies, the sleepers call again by themselves.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <caplet/server.h>

#define ALARMS_MAX   32 // clients' notifications
// There is room for all that can be asked for: answers owed, of which the manifest's `inflight` may allow
// fewer, alarms, and the one deadline of `arm`.
#define SLEEPERS_MAX (DEFERRED_MAX + ALARMS_MAX + 1)

struct sleeper {
	uint64_t deadline; // monotonic nanoseconds
	void *who;
};

struct sleepers {
	uint32_t count;
	struct sleeper heap[SLEEPERS_MAX];
};

// False if all places are taken.
bool sleepers_add(struct sleepers *s, uint64_t deadline, void *who);
// NULL if there is none.
const struct sleeper *sleepers_first(const struct sleepers *s);
void sleepers_remove_first(struct sleepers *s);
void sleepers_remove(struct sleepers *s, const void *who);
