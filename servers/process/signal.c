// SPDX-License-Identifier: MIT
//
// Signals. One that a process wants to hear of becomes pending and the process is interrupted: it asks
// for what is pending, and acts (process.idl). A process that has no signal entry yet, or no
// stack for the frame, cannot act: then its end is the action.
//
// Stopping and going on is done here, since a stopped process does nothing by itself. What arrives
// while it is stopped waits; SIGKILL does not.

#include "state.h"

static void stop(struct entry *entry, uint32_t signal);

static void end_by(struct entry *entry, uint32_t signal)
{
	if (entry->end == 0 || entry->flags & ENTRY_STOPPED)
		ledger_set(&entry->end, signal);
	if (entry->flags & ENTRY_STOPPED)
		ledger_set(&entry->flags,
			   entry->flags & ~(uint32_t)(ENTRY_STOPPED | ENTRY_TELL_STOP));
	(void)supervisor_end(manager, entry->process, signal);
}

// For a process that cannot act yet, for instance because it has just become another program: what
// POSIX says of a signal that has no handler. What would do nothing is forgotten.
static void act_by_default(struct entry *entry)
{
	ledger_set(&entry->pending, entry->pending & ~SIGNALS_IGNORED);
	if (entry->pending & SIGNALS_STOPPING) {
		uint32_t signal = (uint32_t)__builtin_ctzl(entry->pending & SIGNALS_STOPPING) + 1;

		ledger_set(&entry->pending, entry->pending & ~SIGNALS_STOPPING);
		stop(entry, signal);
	}
	if (entry->pending != 0)
		end_by(entry, (uint32_t)__builtin_ctzl(entry->pending) + 1);
}

static void interrupt(struct entry *entry)
{
	status_t status;

	if (entry->flags & ENTRY_STOPPED)
		return;
	status = supervisor_interrupt(manager, entry->process, 0);
	if (status == SUPERVISOR_NOT_READY)
		act_by_default(entry);
	else if (status == SUPERVISOR_BAD_ADDRESS)
		end_by(entry, SIGNAL_SEGV);
}

static void tell_parent(const struct entry *child)
{
	struct entry *parent = entry_by_pid(child->parent);

	if (parent == NULL)
		return;
	signal_send(parent, SIGNAL_CHLD);
	waiters_look(parent->pid);
}

static void stop(struct entry *entry, uint32_t signal)
{
	if (entry->flags & ENTRY_STOPPED)
		return;
	(void)supervisor_stop(manager, entry->process);
	kill_point();
	ledger_change(entry, sizeof(*entry));
	entry->flags &= ~(uint32_t)ENTRY_TELL_CONT;
	entry->flags |= ENTRY_STOPPED | ENTRY_TELL_STOP;
	table_changed(entry);
	entry->end = signal;
	entry->pending &= ~SIGNAL_BIT(SIGNAL_CONT);
	tell_parent(entry);
}

static void go_on(struct entry *entry)
{
	ledger_set(&entry->pending, entry->pending & ~SIGNALS_STOPPING);
	if (!(entry->flags & ENTRY_STOPPED))
		return;
	(void)supervisor_go_on(manager, entry->process);
	kill_point();
	ledger_change(entry, sizeof(*entry));
	entry->flags &= ~(uint32_t)(ENTRY_STOPPED | ENTRY_TELL_STOP);
	table_changed(entry);
	entry->flags |= ENTRY_TELL_CONT;
	entry->end = 0;
	if (entry->pending != 0)
		interrupt(entry);
	tell_parent(entry);
}

void signal_send(struct entry *entry, uint32_t signal)
{
	if (entry->flags & ENTRY_ZOMBIE)
		return;
	if (signal == SIGNAL_KILL) {
		end_by(entry, signal);
		return;
	}
	if (signal == SIGNAL_STOP) {
		stop(entry, signal);
		return;
	}
	if (signal == SIGNAL_CONT)
		go_on(entry);
	if (entry->ignored & SIGNAL_BIT(signal))
		return;
	ledger_set(&entry->pending, entry->pending | SIGNAL_BIT(signal));
	kill_point();
	interrupt(entry);
}

void signal_group(int32_t group, uint32_t signal)
{
	for_each_entry(e) if (e->group == group) signal_send(e, signal);
}

static bool is_meant(const struct entry *entry, const struct entry *sender, int32_t which)
{
	if (which > 0)
		return entry->pid == which;
	if (which == 0)
		return entry->group == sender->group;
	if (which == -1)
		return entry != sender && entry->session == sender->session;
	return entry->group == -which;
}

// The sender comes last: it may be its own end.
status_t process_kill_handle(struct session *session, int32_t which, uint32_t signal)
{
	struct entry *sender = entry_of(session);
	bool found = false, itself = false;

	if (signal > SIGNALS_MAX)
		return PROCESS_BAD_SIGNAL;
	for (struct entry *e = state->entry; e < state->entry + ENTRIES_MAX; e++) {
		if (e->process == 0 || !is_meant(e, sender, which))
			continue;
		found = true;
		itself |= e == sender;
		if (signal != 0 && e != sender)
			signal_send(e, signal);
	}
	if (itself && signal != 0)
		signal_send(sender, signal);
	return found ? STATUS_OK : PROCESS_NO_PROCESS;
}

status_t process_take_signals_handle(struct session *session, uint64_t *signals)
{
	struct entry *entry = entry_of(session);

	*signals = entry->pending;
	ledger_set(&entry->pending, 0ul);
	return STATUS_OK;
}

status_t process_ignore_handle(struct session *session, uint64_t signals, bool reap)
{
	struct entry *entry = entry_of(session);

	ledger_change(entry, sizeof(*entry));
	entry->ignored = signals;
	entry->pending &= ~signals;
	if (reap)
		entry->flags |= ENTRY_REAPS;
	else
		entry->flags &= ~(uint32_t)ENTRY_REAPS;
	return STATUS_OK;
}

status_t process_terminate_handle(struct session *session, uint32_t signal)
{
	if (signal == 0 || signal > SIGNALS_MAX)
		return PROCESS_BAD_SIGNAL;
	end_by(entry_of(session), signal);
	return STATUS_OK;
}

status_t process_pause_handle(struct session *session, uint32_t signal)
{
	if (signal == 0 || signal > SIGNALS_MAX)
		return PROCESS_BAD_SIGNAL;
	stop(entry_of(session), signal);
	return STATUS_OK;
}
