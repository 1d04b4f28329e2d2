// SPDX-License-Identifier: MIT
//
// libc's own sessions, each opened by the first thread that asks; others wait for its outcome. A
// session that the manifest does not give is not asked for again. One that could not be opened
// for another reason is, by the next who needs it.

#include "process_internal.h"

#include <caplet/library.h>
#include <caplet/syscall.h>
#include <console.h>
#include <stdbool.h>
#include <stddef.h>
#include <timer.h>

enum opening { UNTRIED, TRYING, OPEN, REFUSED };

static struct console_client console;
static struct timer_client timer;
static uint32_t console_state, timer_state; // enum opening

// Whether the calling thread is the one that opens the session; else `state` is settled.
static bool opening_begin(uint32_t *state)
{
	uint32_t seen = UNTRIED;

	while (!__atomic_compare_exchange_n(state, &seen, TRYING, false, __ATOMIC_ACQUIRE,
					    __ATOMIC_ACQUIRE)) {
		if (seen != TRYING)
			return false;
		ipc_yield();
		seen = UNTRIED;
	}
	return true;
}

static void opening_end(uint32_t *state, status_t outcome)
{
	uint32_t settled = outcome == STATUS_OK		? OPEN
			   : outcome == STATUS_NO_GRANT ? REFUSED
							: UNTRIED;

	__atomic_store_n(state, settled, __ATOMIC_RELEASE);
}

struct console_client *console_session(void)
{
	if (__atomic_load_n(&console_state, __ATOMIC_ACQUIRE) == OPEN)
		return &console;
	signal_hold(); // a handler that needs it too would wait for ever
	if (opening_begin(&console_state))
		opening_end(&console_state, console_connect(&console, "console"));
	signal_release();
	return __atomic_load_n(&console_state, __ATOMIC_ACQUIRE) == OPEN ? &console : NULL;
}

struct timer_client *timer_session(void)
{
	if (__atomic_load_n(&timer_state, __ATOMIC_ACQUIRE) == OPEN)
		return &timer;
	signal_hold();
	if (opening_begin(&timer_state))
		opening_end(&timer_state, timer_connect(&timer, "timer"));
	signal_release();
	return __atomic_load_n(&timer_state, __ATOMIC_ACQUIRE) == OPEN ? &timer : NULL;
}

// In a forked child the sessions are the parent's.
void sessions_forked(void)
{
	client_forget(&console.base);
	client_forget(&timer.base);
	console_state = timer_state = UNTRIED;
}
