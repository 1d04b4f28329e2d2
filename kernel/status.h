// SPDX-License-Identifier: MIT
//
// The four ways in which something in the kernel can end, never mixed:
//
// - a status (enum status of the ABI): the answer to whoever asked. Every function that returns
//   one is must_check.
// - a fault: a thread cannot go on; its handler is asked (fault.h).
// - PREEMPTED: a long operation has done some bounded steps and is to be continued (preempt.h).
// - panic: the kernel itself is wrong (panic.h).
#pragma once

#include <caplet/abi/status.h>

#define must_check  __attribute__((warn_unused_result))
#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

// For functions that run before the root task only: they lie apart from the run-time text.
#define BOOT_ONLY __attribute__((section(".text.boot"), noinline))

enum progress {
	DONE,
	PREEMPTED,
};
