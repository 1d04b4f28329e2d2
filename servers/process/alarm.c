// SPDX-License-Identifier: MIT
//
// SIGALRM. The deadlines are in the table; the timer is told the earliest, and signals when it has come.
// The timer keeps it in its own ledger, so that it is told again only when it changes.

#include "state.h"

#include <caplet/clock.h>
#include <timer.h>

static struct timer_client timer;
static uint64_t armed; // what the timer knows, as far as we know; 0: nothing

static uint64_t earliest(void)
{
	uint64_t first = 0;

	for_each_entry(e) if (e->alarm_at != 0 && (first == 0 || e->alarm_at < first)) first =
		e->alarm_at;
	return first;
}

static void timer_set(uint64_t deadline)
{
	if (deadline == armed)
		return;
	if (!timer.base.connected && timer_connect(&timer, "timer") != STATUS_OK)
		return; // the manifest gives none: no alarms
	if (timer_arm(&timer, deadline) == STATUS_OK)
		armed = deadline;
}

static void ring(struct entry *entry, uint64_t now)
{
	uint64_t next = 0;

	if (entry->alarm_every != 0) {
		next = entry->alarm_at + entry->alarm_every;
		if (next <= now)
			next = now + entry->alarm_every;
	}
	ledger_set(&entry->alarm_at, next);
	signal_send(entry, SIGNAL_ALRM);
}

// The timer signals when the deadline has come, and when it has forgotten it.
void alarms_look(void)
{
	armed = 0;
	alarms_ring();
}

void alarms_ring(void)
{
	uint64_t now = clock_now();

	for_each_entry(e) if (e->alarm_at != 0 && e->alarm_at <= now) ring(e, now);
	timer_set(earliest());
}

status_t process_alarm_handle(struct session *session, uint64_t deadline, uint64_t interval,
			      uint64_t *old_deadline, uint64_t *old_interval)
{
	struct entry *entry = entry_of(session);

	*old_deadline = entry->alarm_at;
	*old_interval = entry->alarm_every;
	ledger_set(&entry->alarm_at, deadline);
	ledger_set(&entry->alarm_every, deadline != 0 ? interval : 0);
	timer_set(earliest());
	return STATUS_OK;
}
