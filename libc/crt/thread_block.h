// SPDX-License-Identifier: MIT
//
// Making thread blocks (caplet/thread.h). A block lies at the top of its thread's stack, with the
// thread's `__thread` variables right below it, where the ABI for x86-64 looks for them (TLS
// variant II, local exec), and newlib's state of the thread right above. It is made before the
// thread runs, needs no further care, and goes when the stack goes.
#pragma once

#include <caplet/thread.h>

// Bytes that thread_block_make takes, a multiple of 64.
uint64_t thread_block_bytes(void);

// Makes a block in `memory`, thread_block_bytes() long and aligned to 64, and returns what is to
// be the thread's fs base. Fields beside `self` and `reent` are 0.
struct thread_block *thread_block_make(void *memory);
