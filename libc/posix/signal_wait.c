// SPDX-License-Identifier: MIT
//
// Marks the calls that a signal handler may end. Apart, because such calls are in programs without handlers
// too.

#include "process_internal.h"

#include <caplet/thread.h>

__thread uint32_t signal_waiting;

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
