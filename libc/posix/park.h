// SPDX-License-Identifier: MIT
//
// Threads of one process wait for each other: for a word of memory to change.
#pragma once

#include <caplet/layout.h>
#include <stdint.h>

// Returns at once if the word does not hold `expected`, else when somebody called park_wake for it.
// It may return early for no reason: callers look at the word again.
void park_wait(const uint32_t *word, uint32_t expected);

// The same, and returns when the monotonic clock has reached the deadline (nanoseconds).
void park_wait_until(const uint32_t *word, uint32_t expected, uint64_t deadline);

// Around a signal handler: the thread's place in the table, which the handler may need itself. After
// park_return a wait that was begun returns early.
const uint32_t *park_leave(void);
void park_return(const uint32_t *word);

// Lets up to `count` threads that wait for the word go on. Change the word first.
void park_wake(const uint32_t *word, unsigned count);
