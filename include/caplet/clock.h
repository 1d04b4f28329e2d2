// SPDX-License-Identifier: MIT
//
// Monotonic time: nanoseconds since the time-stamp counter was zero, the machine's start. Every
// process reads it by itself; the counter's frequency is in its page of facts. The sum is made in
// 128 bits, so that it neither overflows nor drifts.
#pragma once

#include <stdint.h>
#include <caplet/process.h>

#define NANOSECONDS_PER_SECOND 1000000000ul

static inline uint64_t clock_ticks(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

static inline uint64_t clock_from_ticks(uint64_t ticks, uint64_t hz)
{
	return (uint64_t)((unsigned __int128)ticks * NANOSECONDS_PER_SECOND / hz);
}

// Monotonic nanoseconds now.
static inline uint64_t clock_now(void)
{
	const struct process_info *info = (const struct process_info *)PROCESS_INFO_BASE;

	return clock_from_ticks(clock_ticks(), info->tsc_hz);
}
