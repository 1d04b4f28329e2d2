// SPDX-License-Identifier: MIT
//
// Making thread blocks (caplet/thread.h). A block lies at the top of its thread's stack, with the
// thread's `__thread` variables right below it, where the ABI for x86-64 looks for them (TLS
// variant II, local exec), and newlib's state of the thread right above. It is made before the
// thread runs, needs no further care, and goes when the stack goes.
#pragma once

#include <caplet/thread.h>

#define THREAD_BLOCK_ALIGNMENT 64ul

// Bytes needed below a block and from its address on; multiples of THREAD_BLOCK_ALIGNMENT.
uint64_t thread_block_below(void);
uint64_t thread_block_above(void);

// Makes a block there, an address aligned to THREAD_BLOCK_ALIGNMENT, which is to be the thread's
// fs base. Fields beside `self` and `reent` are 0.
void thread_block_make(struct thread_block *block);
