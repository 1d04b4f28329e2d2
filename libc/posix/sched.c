// SPDX-License-Identifier: MIT
//
// Scheduling as POSIX has it: one may give up the CPU. Priorities are the manifest's.

#include <caplet/syscall.h>
#include <errno.h>
#include <sched.h>

int sched_yield(void)
{
	ipc_yield();
	return 0;
}

int sched_get_priority_max(int policy)
{
	return 0;
}

int sched_get_priority_min(int policy)
{
	return 0;
}
