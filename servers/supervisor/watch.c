// SPDX-License-Identifier: MIT
//
// Ten times a second: is every server alive? A server's loop counts a heartbeat in its ledger. It
// is judged against work: a server that has used HANG_US of processor time, or has waited
// HANG_TICKS for a notification away from its loop, while the count stood still, hangs. One that
// waits for a message (that is its loop), or for the answer of another server, does not: the
// other one is judged itself.
//
// Also here: a passive server keeps a scheduling context until it has reached its loop; from then
// on it runs on its callers' time, and the context wakes it for notifications.

#include "state.h"

// A start may take longer than a request: it looks through all that was left behind.
// Of one tick no more than a tick counts: on a virtual machine whose host looked elsewhere for a while,
// a thread seems to have worked that long.
enum { HANG_US = 350000, HANG_TICKS = 4, START_US = 3000000, TICK_US = 100000 };

void ticker_entry(void); // libc/runtime/ticker.S

void watch_start_ticker(void)
{
	struct thread_regs regs = {
		.valid = REGS_CONTROL | REGS_GENERAL,
		.rip = (uint64_t)ticker_entry,
		.rflags = 0x202,
		.rdi = HANDOVER_CPTR(ROOT_SLOT_CONTROL, SUPERVISOR_CONTROL_TICK),
	};

	if (thread_write_regs(HANDOVER_CPTR(ROOT_SLOT_CONTROL, SUPERVISOR_CONTROL_TICKER), true,
			      &regs) != STATUS_OK)
		log_line("supervisor: no ticker: hangs will not be noticed");
}

// Heartbeat and phase, as they lie in the ledger's header; zeroes if it has none yet.
struct pulse {
	uint64_t heartbeat, phase;
};
_Static_assert(offsetof(struct ledger_header, phase) ==
		       offsetof(struct ledger_header, heartbeat) + sizeof(uint64_t),
	       "read together");

static struct pulse pulse_read(const struct process *process)
{
	struct pulse pulse = {0};
	uint64_t count;

	if (pager_space_read(&pager_session, process->number,
			     LEDGER_BASE + offsetof(struct ledger_header, heartbeat), sizeof(pulse),
			     &pulse, &count) != STATUS_OK)
		return (struct pulse){0};
	return pulse;
}

static void make_passive(unsigned i)
{
	cptr_t schedctx = slot_cptr(i, SLOT_SCHEDCTX);

	if (schedctx_unbind(schedctx) == STATUS_OK &&
	    schedctx_bind(schedctx, slot_cptr(i, SLOT_NOTIFICATION)) == STATUS_OK)
		watch[i].passive = 1;
}

static void server_judge(struct process *process, const struct thread_facts *facts)
{
	unsigned i = process_index(process);
	struct watch *w = &watch[i];
	// Inactive: it was stopped for a report by a supervisor that died before it had written that down.
	bool waits = facts->state == THREAD_WAITING || facts->state == THREAD_INACTIVE;
	struct pulse pulse;

	if (facts->state == THREAD_RECEIVING) {
		w->stalled_us = 0;
		w->waits = 0;
		if (process_plan(process)->flags & MANIFEST_PASSIVE && !w->passive)
			make_passive(i);
		return;
	}
	w->stalled_us += facts->consumed < TICK_US ? facts->consumed : TICK_US;
	w->waits += waits;
	if (facts->consumed == 0 && !waits)
		return;
	pulse = pulse_read(process);
	if (pulse.heartbeat != w->heartbeat) {
		w->heartbeat = pulse.heartbeat;
		w->stalled_us = 0;
		w->waits = 0;
	} else if (w->stalled_us >= (pulse.phase == LEDGER_SERVING ? HANG_US : START_US)) {
		crash_hang(process, pulse.phase == LEDGER_SERVING
					    ? "hangs: 0.35 s of work without a heartbeat"
					    : "hangs: 3 s of work and still not ready");
	} else if (w->waits >= HANG_TICKS) {
		crash_hang(process, "hangs: it waits away from its loop");
	}
}

void watch_tick(void)
{
	for (unsigned i = 0; i < PROCESSES_MAX; i++) {
		struct process *process = &state->process[i];
		struct thread_facts facts;

		if (process->number == 0 || process->state != PROCESS_RUNNING)
			continue;
		for (unsigned t = 1; t < THREADS_MAX; t++)
			if (process->thread[t].life == THREAD_LIVE &&
			    thread_info(slot_cptr(i, SLOT_THREAD + t), &facts) == STATUS_OK)
				watch[i].consumed_us += facts.consumed;
		if (thread_info(slot_cptr(i, SLOT_THREAD), &facts) != STATUS_OK)
			continue;
		watch[i].consumed_us += facts.consumed;
		if (process_plan(process)->kind == MANIFEST_SERVER)
			server_judge(process, &facts);
	}
}
