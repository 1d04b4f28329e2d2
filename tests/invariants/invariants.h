// SPDX-License-Identifier: MIT
//
// The invariants of docs/invariants.md, as code. The CPUs are those that cpu_by_number() knows.
#pragma once

#include "cap.h"
#include "cpu.h"

// All that exists, as whoever checks knows it. Arrays of pointers with their lengths.
struct invariants_world {
	struct slot **slot; // every slot: of cnodes, of threads, of interrupt lines
	unsigned slots;
	struct thread **thread;
	unsigned threads;
	struct endpoint **endpoint;
	unsigned endpoints;
	struct notification **notification;
	unsigned notifications;
	struct reply **reply;
	unsigned replies;
	struct schedctx **schedctx;
	unsigned schedctxs;
};

// NULL if all hold, else the number and words of the first that does not ("Q2: ...").
const char *invariants_check(const struct invariants_world *world);
