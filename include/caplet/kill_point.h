// SPDX-License-Identifier: MIT
//
// Kill points: places at which a test kills the process, each IPC step of the runtime and each
// store to the ledger. In the variant built with KILL_POINTS every passage is counted in the
// ledger's header, and the one that kill_armed names dies. Unit tests bring a kill_point() of their own.
// Everywhere else it is nothing.
#pragma once

#include <string.h>

#ifdef KILL_POINTS
void kill_point(void);

// A copy with a kill point before each word.
static inline void copy_stepwise(void *to, const void *from, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += 8) {
		kill_point();
		memcpy((char *)to + i, (const char *)from + i, bytes - i < 8 ? bytes - i : 8);
	}
}
#else
static inline void kill_point(void)
{
}
static inline void copy_stepwise(void *to, const void *from, size_t bytes)
{
	memcpy(to, from, bytes);
}
#endif
