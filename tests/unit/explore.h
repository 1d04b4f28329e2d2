// SPDX-License-Identifier: MIT
//
// The explorer: every sequence of operations over a named small configuration, breadth first, until
// no new state of the kernel appears; invariants checked after each step.
//
// A configuration is a function that sets the world up and a table of operations. An operation acts
// through system calls of the current thread (or passes time) and says whether it was possible
// in this state. Operations that may be preempted are tried with an interrupt at each of their
// first preemption points too. Beside the table there is one operation of the explorer's own: a
// preempted operation goes on. Who acts next is a free choice, unless the configuration is about time.
//
// States are compared by hash of their normal form (world.h). A violation is printed as the shortest
// sequence of operations that leads to it.
#pragma once

#include "world.h"

struct operation {
	const char *name;
	bool (*run)(void); // false: not possible here, nothing was done
};

struct configuration {
	const char *name;
	const char *about;
	void (*setup)(void);
	const struct operation *operation; // up to one without name
	unsigned preemptions;		   // preemption points of one step at which to interrupt
	bool own_time;		    // the run queue and the clock are part of what is explored
	const char *(*check)(void); // NULL, or what is wrong; may be NULL itself
	void (*prepare)(void);	    // before each step; may be NULL
};

struct exploration {
	uint64_t states, transitions;
	bool complete;	   // no new state appeared
	const char *wrong; // the violation, or NULL
};

// `limit`: of states. `verbose`: print the sequence that leads to a violation.
struct exploration explore(const struct configuration *configuration, uint64_t limit, bool verbose);
