// SPDX-License-Identifier: MIT
//
// Kill points: places at which a test kills the process, each IPC step and each ledger step of the
// runtime. In the variant built with KILL_POINTS every passage is counted in the ledger's header,
// and the one that kill_armed names dies. Unit tests bring a kill_point() of their own. Everywhere
// else it is nothing.
#pragma once

#ifdef KILL_POINTS
void kill_point(void);
#else
static inline void kill_point(void)
{
}
#endif
