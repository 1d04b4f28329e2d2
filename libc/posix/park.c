// SPDX-License-Identifier: MIT
//
// Parking: each thread has a notification on which nobody else waits, and one place in a table that
// says which word it waits for. The waiter writes its place and then looks at the word; the waker
// has changed the word and then looks at the places. Whatever the order of these four, either the
// waiter sees the change or the waker sees the waiter. A signal that comes too late stays in the
// notification and ends a later wait early, which waiters must bear anyway.
//
// The notification comes with the thread (ROOT_SLOT_PARK). The few processes whose CSpace has none
// (root, pager, supervisor) give up the CPU instead, and look again; so does who waits with a
// deadline, because a notification knows no time.

#include "park.h"
#include <caplet/clock.h>
#include <caplet/layout.h>
#include <caplet/protocol.h>
#include <caplet/syscall.h>
#include <stddef.h>

static const uint32_t *waits_for[PROCESS_THREADS_MAX];

static cptr_t park_notification(uint64_t thread)
{
	return ROOT_CPTR(ROOT_SLOT_PARK + thread);
}

void park_wait(const uint32_t *word, uint32_t expected)
{
	uint64_t self = thread_self()->index;

	__atomic_store_n(&waits_for[self], word, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(word, __ATOMIC_SEQ_CST) == expected &&
	    ipc_wait(park_notification(self)).status != STATUS_OK)
		ipc_yield();
	__atomic_store_n(&waits_for[self], NULL, __ATOMIC_RELAXED);
}

void park_wait_until(const uint32_t *word, uint32_t expected, uint64_t deadline)
{
	while (__atomic_load_n(word, __ATOMIC_ACQUIRE) == expected && clock_now() < deadline)
		ipc_yield();
}

void park_wake(const uint32_t *word, unsigned count)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (uint64_t thread = 0; thread < PROCESS_THREADS_MAX && count > 0; thread++) {
		if (__atomic_load_n(&waits_for[thread], __ATOMIC_SEQ_CST) != word)
			continue;
		ipc_signal(park_notification(thread));
		count--;
	}
}

const uint32_t *park_leave(void)
{
	return __atomic_exchange_n(&waits_for[thread_self()->index], NULL, __ATOMIC_SEQ_CST);
}

void park_return(const uint32_t *word)
{
	uint64_t self = thread_self()->index;

	__atomic_store_n(&waits_for[self], word, __ATOMIC_SEQ_CST);
	ipc_signal(park_notification(self));
}
