// SPDX-License-Identifier: MIT
//
// timer: waiting and the time of day. The interval timer is set for the earliest deadline; its
// interrupt looks at the clock, answers who is due, and sets it again. Sleepers are not in the
// ledger, for after a restart they call again. The difference of wall clock and monotonic time is,
// so that the time of day does not jump when the server restarts.
#include <stdlib.h>
#include <timer.h>
#include <caplet/clock.h>
#include <caplet/server.h>
#include "pit.h"
#include "rtc.h"
#include "sleepers.h"

// Of a client that has given a notification.
struct alarm {
	uint64_t badge;	   // 0: free
	uint64_t deadline; // 0: not set
	cptr_t target;
	uint32_t which, reserved;
};

struct timer_state {	      // in the ledger
	uint64_t wall_offset; // wall clock less monotonic time, nanoseconds
	uint64_t known;	      // 0: not yet asked for
	uint64_t armed;	      // deadline of `arm`; 0: none
	struct alarm alarm[ALARMS_MAX];
};

static struct timer_state *state;
static struct sleepers sleepers;
static const struct process_grant *pit_port, *rtc_port, *pit_irq;
static const struct process_grant *armer; // the notification to be signalled; NULL: none

// Signalled before it is forgotten: twice does no harm.
static void armer_serve(void)
{
	sleepers_remove_first(&sleepers);
	(void)ipc_signal(armer->cap);
	ledger_set(&state->armed, 0ul);
}

static bool is_alarm(const void *who)
{
	return (uintptr_t)who - (uintptr_t)state->alarm < sizeof(state->alarm);
}

static void alarm_ring(struct alarm *alarm)
{
	ledger_set(&alarm->deadline, 0);
	ipc_signal(alarm->target);
}

// Answers who is due and sets the timer for the next.
static void sleepers_serve(void)
{
	const struct sleeper *first;
	uint64_t now = clock_now();

	while ((first = sleepers_first(&sleepers)) != NULL) {
		if (first->deadline > now) {
			pit_start(pit_port->cap, pit_port->detail >> 16,
				  pit_count(first->deadline - now));
			return;
		}
		if (first->who == state) {
			armer_serve();
			continue;
		}
		if (is_alarm(first->who))
			alarm_ring(first->who);
		else // who is gone meanwhile does not hear it
			(void)timer_sleep_until_answer(first->who, STATUS_OK);
		sleepers_remove_first(&sleepers);
	}
}

status_t timer_arm_handle(struct session *session, uint64_t deadline)
{
	if (armer == NULL || !server_trusts(session))
		return STATUS_NOT_ALLOWED;
	sleepers_remove(&sleepers, state);
	if (deadline != 0)
		(void)sleepers_add(&sleepers, deadline, state);
	ledger_set(&state->armed, deadline);
	sleepers_serve();
	return STATUS_OK;
}

status_t timer_sleep_until_handle(struct session *session, uint64_t deadline)
{
	struct deferred *deferred;

	if (deadline <= clock_now())
		return STATUS_OK;
	deferred = server_defer(session); // the manifest's `inflight` less one at a time
	if (deferred == NULL)
		return TIMER_TOO_MANY_SLEEPERS;
	(void)sleepers_add(&sleepers, deadline, deferred);
	if (sleepers_first(&sleepers)->who == deferred)
		sleepers_serve();
	return SERVER_DEFERRED;
}

static struct alarm *alarm_find(uint64_t badge, uint32_t which)
{
	for (unsigned i = 0; i < ALARMS_MAX; i++)
		if (state->alarm[i].badge == badge && state->alarm[i].which == which)
			return &state->alarm[i];
	return NULL;
}

static void alarm_drop(struct alarm *alarm)
{
	sleepers_remove(&sleepers, alarm);
	slot_release(alarm->target);
	ledger_change(alarm, sizeof(*alarm));
	*alarm = (struct alarm){0};
}

status_t timer_alarm_target_handle(struct session *session, uint32_t which, cptr_t target)
{
	struct alarm *alarm = alarm_find(session->badge, which);
	cptr_t kept;
	status_t status;

	if (alarm == NULL)
		alarm = alarm_find(0, 0);
	if (which >= TIMER_ALARMS || alarm == NULL)
		return TIMER_TOO_MANY_SLEEPERS;
	status = slot_keep(target, &kept);
	if (status != STATUS_OK)
		return status;
	if (alarm->badge != 0)
		alarm_drop(alarm);
	ledger_set(alarm,
		   ((struct alarm){.badge = session->badge, .which = which, .target = kept}));
	return STATUS_OK;
}

status_t timer_alarm_handle(struct session *session, uint32_t which, uint64_t deadline)
{
	struct alarm *alarm = alarm_find(session->badge, which);

	if (alarm == NULL)
		return TIMER_TOO_MANY_SLEEPERS;
	if (alarm->deadline != 0)
		sleepers_remove(&sleepers, alarm);
	ledger_set(&alarm->deadline, deadline);
	if (deadline == 0)
		return STATUS_OK;
	(void)sleepers_add(&sleepers, deadline, alarm);
	if (sleepers_first(&sleepers)->who == alarm)
		sleepers_serve();
	return STATUS_OK;
}

status_t timer_wall_handle(struct session *session, uint64_t *wall, uint64_t *monotonic)
{
	(void)session;
	*monotonic = clock_now();
	*wall = state->wall_offset + *monotonic;
	return STATUS_OK;
}

static void timer_notified(uint64_t bits)
{
	if (!(bits & SERVER_BIT_IRQ(0)))
		return;
	if (irq_ack(pit_irq->cap) != STATUS_OK)
		abort();
	sleepers_serve();
}

static void timer_cancelled(struct deferred *deferred)
{
	sleepers_remove(&sleepers, deferred);
}

static void timer_session_died(struct session *session)
{
	for (unsigned i = 0; i < ALARMS_MAX; i++)
		if (state->alarm[i].badge == session->badge)
			alarm_drop(&state->alarm[i]);
	for (uint32_t i = 0; i < sleepers.count;) {
		const struct deferred *deferred = sleepers.heap[i].who;

		if (sleepers.heap[i].who != state && !is_alarm(deferred) &&
		    deferred->session == session) {
			sleepers_remove(&sleepers, deferred);
			i = 0; // the heap has moved
		} else {
			i++;
		}
	}
}

// The one that the manifest lets the timer signal.
static const struct process_grant *armer_find(void)
{
	const struct process_info *info = process_info();

	for (uint32_t i = 0; i < info->grant_count; i++)
		if (info->grant[i].kind == GRANT_NOTIFICATION)
			return &info->grant[i];
	return NULL;
}

static status_t timer_init(enum start_mode mode)
{
	(void)mode;
	pit_port = process_grant(GRANT_IOPORT, "pit");
	rtc_port = process_grant(GRANT_IOPORT, "rtc");
	pit_irq = process_grant(GRANT_IRQ, "pit");
	state = ledger_region("timer", 2, sizeof *state);
	if (pit_port == NULL || rtc_port == NULL || pit_irq == NULL || state == NULL)
		return STATUS_NO_GRANT;
	armer = armer_find();
	if (!state->known) {
		uint64_t seconds = rtc_read(rtc_port->cap, rtc_port->detail >> 16);

		if (armer != NULL) // what it had armed is not known here: it arms again
			(void)ipc_signal(armer->cap);
		ledger_change(state, sizeof *state);
		state->wall_offset = seconds * NANOSECONDS_PER_SECOND - clock_now();
		state->known = 1;
	}
	if (state->armed != 0 && armer != NULL)
		(void)sleepers_add(&sleepers, state->armed, state);
	for (unsigned i = 0; i < ALARMS_MAX; i++)
		if (state->alarm[i].deadline != 0)
			sleepers_add(&sleepers, state->alarm[i].deadline, &state->alarm[i]);
	sleepers_serve();
	// A predecessor may have died between an interrupt and its acknowledgement.
	return irq_ack(pit_irq->cap);
}

static const struct server timer = {
	.name = "timer",
	.interface = &timer_interface,
	.init = timer_init,
	.notified = timer_notified,
	.cancelled = timer_cancelled,
	.session_died = timer_session_died,
};

int main(void)
{
	return server_run(&timer);
}
