// SPDX-License-Identifier: MIT
//
// An invocation: a system call on a kernel object that is not a message. What object files need to
// read its arguments and to give its results.
//
// Rules:
// - A method checks everything first (decode) and changes nothing if it answers with an error.
// - Then it changes what it has to (commit), which cannot fail; a commit in steps may set
//   `progress` to PREEMPTED: the same method is then called again later, with the same arguments.
// - Results are written last, since they replace the arguments.
#pragma once

#include "arch.h"
#include "cap.h"
#include "thread.h"

struct invocation {
	struct thread *thread; // who asks: current
	struct slot *slot;     // the invoked capability's
	uint32_t method;
	unsigned words;	  // number of arguments
	unsigned results; // number of result words
	uint64_t detail;  // with an error: word 0 of the answer
	enum progress progress;
};

uint64_t argument_long(const struct invocation *invocation, unsigned i);

// Argument i; the caller has checked that i < words. Beyond the registers it is in the IPC buffer.
static inline uint64_t argument(const struct invocation *invocation, unsigned i)
{
	return i < MSG_REG_WORDS ? invocation->thread->msg.words[i] : argument_long(invocation, i);
}

void result(struct invocation *invocation, unsigned i, uint64_t value);

// An error about argument i.
must_check static inline enum status bad(struct invocation *invocation, enum status status,
					 unsigned i)
{
	invocation->detail = i;
	return status;
}
// Are there at least `words` arguments?
must_check static inline enum status need_words(struct invocation *invocation, unsigned words)
{
	return likely(invocation->words >= words)
		       ? STATUS_OK
		       : bad(invocation, STATUS_TRUNCATED, invocation->words);
}

// The slot named by the cptr in argument i.
enum status argument_slot(struct invocation *invocation, unsigned i, struct slot **slot) must_check;
// The same, which must hold a capability of that type.
enum status argument_cap(struct invocation *invocation, unsigned i, enum object_type type,
			 struct slot **slot) must_check;
// The slot named by (index, depth) in arguments i and i + 1, from the cnode capability `root`.
enum status argument_place(struct invocation *invocation, struct cap root, unsigned i,
			   struct slot **slot) must_check;
// The empty slot named by (cnode_cap, index, depth) in arguments i, i + 1 and i + 2.
enum status argument_empty_place(struct invocation *invocation, unsigned i,
				 struct slot **slot) must_check;

// The thread, whose arguments are in its msg, invokes the object of the capability in `slot`.
struct answer invocation_run(struct thread *thread, struct slot *slot);
