// SPDX-License-Identifier: MIT
//
// Process groups, sessions, and whose the terminal is. There is one terminal; it belongs to one
// session, and one group of that session is in the foreground.

#include "state.h"

static bool is_own_child(const struct entry *entry, const struct entry *of)
{
	return entry->parent == of->pid && !(entry->flags & ENTRY_LOADED);
}

status_t process_set_group_handle(struct session *session, int32_t pid, int32_t group)
{
	struct entry *caller = entry_of(session);
	struct entry *entry = pid == 0 ? caller : entry_by_pid(pid);

	if (entry == NULL || (entry != caller && entry->parent != caller->pid))
		return PROCESS_NO_PROCESS;
	if (group == 0)
		group = entry->pid;
	if (group < 0 || entry->session == entry->pid || entry->session != caller->session ||
	    (entry != caller && !is_own_child(entry, caller)) ||
	    (group != entry->pid && !group_exists(group, caller->session)))
		return PROCESS_NOT_PERMITTED;
	ledger_set(&entry->group, group);
	return STATUS_OK;
}

status_t process_new_session_handle(struct session *session, int32_t *number)
{
	struct entry *entry = entry_of(session);

	if (group_exists(entry->pid, 0))
		return PROCESS_NOT_PERMITTED;
	ledger_set(&entry->group, entry->pid);
	ledger_set(&entry->session, entry->pid);
	*number = entry->pid;
	return STATUS_OK;
}

status_t process_foreground_handle(struct session *session, int32_t *group)
{
	if (entry_of(session)->session != state->terminal_session)
		return PROCESS_NOT_PERMITTED;
	*group = state->terminal_group;
	return STATUS_OK;
}

// A leader whose session has no terminal gets the one that is nobody's. From the background SIGTTOU
// is the answer, unless it is not wanted.
status_t process_set_foreground_handle(struct session *session, int32_t group)
{
	struct entry *entry = entry_of(session);

	if (state->terminal_session == 0 && entry->session == entry->pid)
		ledger_set(&state->terminal_session, entry->session);
	if (entry->session != state->terminal_session)
		return PROCESS_NOT_PERMITTED;
	if (!group_exists(group, entry->session))
		return PROCESS_NO_PROCESS;
	ledger_set(&state->terminal_group, group);
	return STATUS_OK;
}

void session_leader_ended(const struct entry *leader)
{
	if (state->terminal_session != leader->session)
		return;
	signal_group(state->terminal_group, SIGNAL_HUP);
	signal_group(state->terminal_group, SIGNAL_CONT);
	ledger_set(&state->terminal_session, 0);
	ledger_set(&state->terminal_group, 0);
}
