// SPDX-License-Identifier: MIT
//
// Waiting for children. What there is to tell is in the table (a zombie, one that stopped, one that went
// on), so a wait that comes late, or again, finds it. Only who waits is kept here.

#include "state.h"

enum { WAITERS_MAX = DEFERRED_MAX };

static struct waiter {
	struct deferred *deferred; // NULL: free
	int32_t parent, group, which;
	uint32_t options;
} waiters[WAITERS_MAX];

static bool is_meant(const struct entry *child, const struct waiter *waiter)
{
	if (child->process == 0 || child->parent != waiter->parent)
		return false;
	if (waiter->which > 0)
		return child->pid == waiter->which;
	if (waiter->which == -1)
		return true;
	return child->group == (waiter->which == 0 ? waiter->group : -waiter->which);
}

static bool is_news(const struct entry *child, uint32_t options)
{
	return child->flags & ENTRY_ZOMBIE ||
	       (options & PROCESS_WAIT_STOPPED && child->flags & ENTRY_TELL_STOP) ||
	       (options & PROCESS_WAIT_CONTINUED && child->flags & ENTRY_TELL_CONT);
}

// A child with news, else whether there is any to wait for.
static struct entry *child_with_news(const struct waiter *waiter, bool *any)
{
	*any = false;
	for (struct entry *e = state->entry; e < state->entry + ENTRIES_MAX; e++) {
		if (!is_meant(e, waiter))
			continue;
		*any = true;
		if (is_news(e, waiter->options))
			return e;
	}
	return NULL;
}

// What it tells is told once.
static int32_t news_take(struct entry *child)
{
	int32_t status = child->status;

	if (child->flags & ENTRY_ZOMBIE) {
		entry_free(child);
	} else if (child->flags & ENTRY_TELL_STOP) {
		status = (int32_t)(child->end << 8 | 0x7f);
		ledger_set(&child->flags, child->flags & ~(uint32_t)ENTRY_TELL_STOP);
	} else {
		status = 0xffff;
		ledger_set(&child->flags, child->flags & ~(uint32_t)ENTRY_TELL_CONT);
	}
	return status;
}

status_t process_wait_handle(struct session *session, int32_t which, uint32_t options, int32_t *pid,
			     int32_t *status)
{
	const struct entry *parent = entry_of(session);
	struct waiter waiter = {
		.parent = parent->pid, .group = parent->group, .which = which, .options = options};
	struct entry *child;
	bool any;

	child = child_with_news(&waiter, &any);
	if (child != NULL) {
		*pid = child->pid;
		*status = news_take(child);
		return STATUS_OK;
	}
	if (!any)
		return PROCESS_NO_CHILD;
	if (options & PROCESS_WAIT_NO_HANG) {
		*pid = *status = 0;
		return STATUS_OK;
	}
	for (unsigned i = 0; i < WAITERS_MAX; i++) {
		if (waiters[i].deferred != NULL)
			continue;
		waiter.deferred = server_defer(session);
		if (waiter.deferred == NULL)
			return STATUS_EXHAUSTED;
		waiters[i] = waiter;
		return SERVER_DEFERRED;
	}
	return STATUS_EXHAUSTED;
}

void waiters_look(int32_t parent)
{
	for (unsigned i = 0; i < WAITERS_MAX; i++) {
		struct waiter *waiter = &waiters[i];
		struct entry *child;
		bool any;

		if (waiter->deferred == NULL || waiter->parent != parent)
			continue;
		child = child_with_news(waiter, &any);
		if (child != NULL) {
			int32_t pid = child->pid;

			(void)process_wait_answer(waiter->deferred, STATUS_OK, pid,
						  news_take(child));
		} else if (!any) {
			(void)process_wait_answer(waiter->deferred, PROCESS_NO_CHILD, 0, 0);
		} else {
			continue;
		}
		waiter->deferred = NULL;
	}
}

void waiter_cancelled(struct deferred *deferred)
{
	for (unsigned i = 0; i < WAITERS_MAX; i++)
		if (waiters[i].deferred == deferred)
			waiters[i].deferred = NULL;
}
