// SPDX-License-Identifier: MIT
//
// A short array; removal closes the gap, so that the order stays.
#include "waiters.h"

#include <string.h>
#include <caplet/server.h>

bool waiters_add(struct waiters *w, struct waiter waiter)
{
	if (w->count == WAITERS_MAX)
		return false;
	w->waiter[w->count++] = waiter;
	return true;
}

void waiters_remove(struct waiters *w, struct waiter *waiter)
{
	uint32_t after = &w->waiter[w->count] - (waiter + 1);

	memmove(waiter, waiter + 1, after * sizeof *waiter);
	w->count--;
}

void waiters_remove_session(struct waiters *w, const struct session *session)
{
	for (uint32_t i = w->count; i-- > 0;)
		if (w->waiter[i].deferred->session == session)
			waiters_remove(w, &w->waiter[i]);
}

void waiters_remove_deferred(struct waiters *w, const struct deferred *deferred)
{
	for (uint32_t i = w->count; i-- > 0;)
		if (w->waiter[i].deferred == deferred)
			waiters_remove(w, &w->waiter[i]);
}
