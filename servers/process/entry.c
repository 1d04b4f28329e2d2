// SPDX-License-Identifier: MIT
//
// The table of processes. A pid is not given again while anything has that number: a process, a zombie, a
// group or a session.

#include "state.h"

#include <string.h>

struct process_state *state;
struct supervisor_client *manager;

struct entry *entry_by_process(uint64_t process)
{
	for (struct entry *e = state->entry; e < state->entry + ENTRIES_MAX; e++)
		if (process != 0 && e->process == process)
			return e;
	return NULL;
}

struct entry *entry_by_pid(int32_t pid)
{
	for (struct entry *e = state->entry; e < state->entry + ENTRIES_MAX; e++)
		if (e->process != 0 && e->pid == pid)
			return e;
	return NULL;
}

// The session remembers where its entry is; the entry says whether it is.
struct entry *entry_of(const struct session *session)
{
	struct entry *entry = &state->entry[session->own[0] % ENTRIES_MAX];

	return entry->process == session->badge ? entry : entry_by_process(session->badge);
}

static bool pid_taken(int32_t pid)
{
	for (const struct entry *e = state->entry; e < state->entry + ENTRIES_MAX; e++)
		if (e->process != 0 && (e->pid == pid || e->group == pid || e->session == pid))
			return true;
	return false;
}

static int32_t pid_next(void)
{
	int32_t pid = state->last_pid;

	do
		pid = pid >= PROCESS_PIDS_MAX ? 2 : pid + 1;
	while (pid_taken(pid));
	return pid;
}

struct entry *entry_take(void)
{
	for (struct entry *e = state->entry; e < state->entry + ENTRIES_MAX; e++) {
		if (e->process != 0)
			continue;
		ledger_change(e, sizeof(*e));
		table_changed(e);
		memset(e, 0, sizeof(*e));
		e->pid = pid_next();
		e->ignored = SIGNALS_IGNORED;
		ledger_set(&state->last_pid, e->pid);
		return e;
	}
	return NULL;
}

void entry_free(struct entry *entry)
{
	table_changed(entry);
	ledger_set(&entry->process, 0ul);
}

bool group_exists(int32_t group, int32_t session)
{
	for_each_entry(e) if (e->group == group &&
			      (session == 0 || e->session == session)) return true;
	return false;
}

// Somebody that was not made here has connected: a program that the supervisor started. It leads a session of
// its own.
status_t entry_adopt(struct session *session)
{
	struct entry *entry = entry_by_process(session->badge);

	if (entry == NULL) {
		entry = entry_take();
		if (entry == NULL)
			return STATUS_QUOTA;
		entry->process = session->badge; // entry_take saved the old bytes
		entry->flags = ENTRY_ADOPTED;
		entry->group = entry->session = entry->pid;
		terminal_group(entry);
	}
	session->own[0] = (uint64_t)(entry - state->entry); // the runtime saved them
	return STATUS_OK;
}

void facts_fill(const struct entry *entry, struct process_facts *facts)
{
	*facts = (struct process_facts){
		.process = entry->process,
		.pid = entry->pid,
		.parent = entry->parent,
		.group = entry->group,
		.session = entry->session,
		.state = entry->flags & ENTRY_ZOMBIE	? PROCESS_STATE_ZOMBIE
			 : entry->flags & ENTRY_STOPPED ? PROCESS_STATE_STOPPED
							: PROCESS_STATE_RUNNING,
		.status = entry->status,
	};
}

const char *entries_check(const struct process_state *s)
{
	for (unsigned i = 0; i < ENTRIES_MAX; i++) {
		const struct entry *e = &s->entry[i];

		if (e->process == 0)
			continue;
		if (e->pid < 1 || e->pid > PROCESS_PIDS_MAX || e->group < 1 || e->session < 1)
			return "a process has no number";
		for (unsigned j = 0; j < i; j++)
			if (s->entry[j].process != 0 &&
			    (s->entry[j].process == e->process || s->entry[j].pid == e->pid))
				return "two processes have one number";
	}
	return NULL;
}

status_t process_identity_handle(struct session *session, struct process_facts *facts)
{
	facts_fill(entry_of(session), facts);
	return STATUS_OK;
}

status_t process_look_up_handle(struct session *session, int32_t pid, struct process_facts *facts)
{
	struct entry *entry = pid == 0 ? entry_of(session) : entry_by_pid(pid);

	if (entry == NULL)
		return PROCESS_NO_PROCESS;
	facts_fill(entry, facts);
	return STATUS_OK;
}

status_t process_next_handle(struct session *session, int32_t after, struct process_facts *facts)
{
	const struct entry *next = NULL;

	for (const struct entry *e = state->entry; e < state->entry + ENTRIES_MAX; e++)
		if (e->process != 0 && e->pid > after && (next == NULL || e->pid < next->pid))
			next = e;
	if (next == NULL)
		return PROCESS_NO_PROCESS;
	facts_fill(next, facts);
	return STATUS_OK;
}
