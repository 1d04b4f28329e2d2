// SPDX-License-Identifier: MIT
//
// Channel 0 of the interval timer (Intel 8254), used for one interrupt at a time: mode 0, which
// counts down once and raises the line at zero.
#pragma once

#include <stdint.h>
#include <caplet/abi/types.h>

#define PIT_HZ 1193182ul

// The count for a wait of so many nanoseconds, rounded up; a wait too long for the 16-bit counter
// is cut at 54 ms, and one looks at the clock again then.
uint16_t pit_count(uint64_t nanoseconds);
void pit_start(cptr_t port, unsigned first, uint16_t count);
