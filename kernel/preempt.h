// SPDX-License-Identifier: MIT
//
// Preemption points of long operations.
//
// The kernel runs with interrupts off. Whatever may take longer than a few thousand instructions
// is done in bounded steps, and asks here after each. PREEMPTED travels up to kernel_syscall, which
// leaves the arguments in thread->msg and marks the thread pending; when it is next chosen, the
// operation is decoded anew and goes on: each step has left the objects in a state from which the
// same call continues. So everything an operation must remember is in the objects themselves.
//
// Callers:
//   destroy.c   destroy_slot      after each step: slots emptied, a waiter sent away
//   destroy.c   destroy_descendants  after each capability deleted
//   endpoint.c  endpoint_cancel_badged  after each 32 waiters looked at
//   untyped.c   untyped_clean     after each 64 KiB zeroed
// SCHEDCTX_YIELD_TO uses the same way to go on once it is chosen again.
#pragma once

#include "arch.h"
#include "status.h"

must_check static inline enum progress preempt_point(void)
{
	return arch_interrupt_pending() ? PREEMPTED : DONE;
}
