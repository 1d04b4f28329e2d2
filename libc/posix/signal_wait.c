// SPDX-License-Identifier: MIT
//
// Marks the calls that a signal handler may end, and the few instructions in which none may run. Apart, because
// both are in programs without handlers too.

#include "process_internal.h"

#include <caplet/thread.h>

#pragma weak signal_come_late

__thread uint32_t signal_waiting;
__thread uint32_t signal_held, signal_late;

void signal_wait_begin(void)
{
	thread_self()->interrupted = 0;
	signal_waiting = 1;
}

void signal_wait_end(void)
{
	signal_waiting = 0;
	thread_self()->interrupted = 0;
}

bool signal_ended(status_t status)
{
	return status == STATUS_INTERRUPTED || status == STATUS_ABORTED;
}

void signal_hold(void)
{
	signal_held++;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

void signal_release(void)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	if (--signal_held == 0 && signal_late != 0)
		signal_come_late();
}
