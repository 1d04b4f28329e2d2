// SPDX-License-Identifier: MIT
//
// Process groups and sessions. Which group is in the foreground of the terminal is known there.

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
	table_changed(entry);
	ledger_set(&entry->group, group);
	terminal_group(entry);
	return STATUS_OK;
}

status_t process_new_session_handle(struct session *session, int32_t *number)
{
	struct entry *entry = entry_of(session);

	if (group_exists(entry->pid, 0))
		return PROCESS_NOT_PERMITTED;
	table_changed(entry);
	ledger_set(&entry->group, entry->pid);
	ledger_set(&entry->session, entry->pid);
	terminal_group(entry);
	*number = entry->pid;
	return STATUS_OK;
}

// The terminal's group loses it with the leader of its session.
void session_leader_ended(const struct entry *leader)
{
	uint32_t foreground = terminal_foreground();
	bool its = false;

	for_each_entry(e) its |= e->session == leader->session && e->group == (int32_t)foreground;
	terminal_release(leader->session);
	if (foreground == 0 || !its)
		return;
	signal_group((int32_t)foreground, SIGNAL_HUP);
	signal_group((int32_t)foreground, SIGNAL_CONT);
}
