// SPDX-License-Identifier: MIT
//
// ^C ends the program that runs. A thread waits for it at the console; the supervisor does the
// rest. Without console or thread, programs run to their end.
#include <pthread.h>
#include <caplet/library.h>
#include <caplet/system.h>
#include <console.h>
#include "monitor.h"

static uint64_t running; // process, 0: none

static void *interrupts_wait(void *unused)
{
	struct console_client *console = console_session();
	uint64_t seen = 0, count;

	// The first answer tells how many there were before.
	if (console == NULL || console_await_interrupt(console, UINT64_MAX, &seen) != STATUS_OK)
		return unused;
	while (console_await_interrupt(console, seen, &count) == STATUS_OK) {
		uint64_t process = __atomic_load_n(&running, __ATOMIC_ACQUIRE);

		// Which may just have ended: then there is nothing to do.
		if (process != 0)
			(void)supervisor_kill(&supervisor_session, process);
		seen = count;
	}
	return unused;
}

void interrupts_begin(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, interrupts_wait, NULL) == 0)
		pthread_detach(thread);
}

void interrupts_aim(uint64_t process)
{
	__atomic_store_n(&running, process, __ATOMIC_RELEASE);
}
