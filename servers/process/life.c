// SPDX-License-Identifier: MIT
//
// Making processes, loading images into them, and their ends.
//
// A new process is complete in the supervisor before it is entered here, holds its parent's files before it
// runs, and is launched before the answer is committed. If this server dies in between, its
// successor serves the request again: the supervisor's answer is found in the chain's record, to
// inherit twice is to inherit once, and who runs already is not launched again.
//
// An end is learned from the supervisor, which keeps it until it is told to forget; and it is told so
// only when the end is committed here.

#include "state.h"

// ---- beginnings

static status_t failure(status_t status)
{
	switch (status) {
	case SUPERVISOR_NO_PROGRAM: return PROCESS_NO_PROGRAM;
	case SUPERVISOR_BAD_IMAGE: return PROCESS_BAD_IMAGE;
	}
	return PROCESS_NO_RESOURCES;
}

// The supervisor has made `process`; or it is taken apart again, and nothing was changed here.
static status_t child_enter(const struct entry *parent, struct entry *child, uint64_t process)
{
	status_t status;

	child->process = process; // entry_take saved the old bytes
	child->parent = parent->pid;
	child->session = parent->session;
	if (child->group == 0)
		child->group = parent->group;
	child->ignored = parent->ignored;
	status = inherit_all(parent->process, process);
	if (status == STATUS_OK && child->group != parent->group)
		terminal_group(child);
	kill_point();
	if (status == STATUS_OK)
		status = supervisor_launch(manager, process);
	if (status == STATUS_OK)
		return STATUS_OK;
	(void)supervisor_end(manager, process, SIGNAL_KILL);
	return PROCESS_NO_RESOURCES;
}

static struct supervisor_source source_of(const struct entry *owner,
					  const struct process_image *image)
{
	return (struct supervisor_source){.owner = owner->process,
					  .image = image->object,
					  .image_bytes = image->bytes,
					  .block = image->block,
					  .block_bytes = image->block_bytes};
}

// So that one program that forks and never waits does not leave the rest without entries, and one whose children
// never end not without processes.
static bool has_too_many_children(const struct entry *parent)
{
	unsigned count = 0, alive = 0;

	for (const struct entry *e = state->entry; e < state->entry + ENTRIES_MAX; e++) {
		if (e->process == 0 || e->parent != parent->pid)
			continue;
		count++;
		alive += !(e->flags & ENTRY_ZOMBIE);
	}
	return count >= PROCESS_CHILDREN || alive >= PROCESS_CHILDREN_ALIVE;
}

status_t process_spawn_handle(struct session *session, const char *name,
			      const struct process_image *image, int32_t group, int32_t *pid)
{
	struct entry *parent = entry_of(session), *child;
	struct supervisor_source source = source_of(parent, image);
	uint64_t process;
	status_t status;

	if (group > 0 && !group_exists(group, parent->session))
		return PROCESS_NOT_PERMITTED;
	if (has_too_many_children(parent))
		return PROCESS_TOO_MANY_CHILDREN;
	child = entry_take();
	if (child == NULL)
		return PROCESS_NO_RESOURCES;
	status = supervisor_create(manager, name, &source, &process);
	if (status != STATUS_OK)
		return failure(status);
	child->group = group > 0 ? group : group < 0 ? child->pid : 0;
	child->flags = ENTRY_LOADED;
	*pid = child->pid;
	return child_enter(parent, child, process);
}

status_t process_fork_handle(struct session *session, uint64_t entry, uint64_t stack,
			     uint64_t fs_base, bool fpu, int32_t *pid)
{
	struct entry *parent = entry_of(session), *child;
	uint64_t process;
	status_t status;

	if (has_too_many_children(parent))
		return PROCESS_TOO_MANY_CHILDREN;
	child = entry_take();
	if (child == NULL)
		return PROCESS_NO_RESOURCES;
	status = supervisor_clone(manager, parent->process, entry, stack, fs_base, fpu, &process);
	if (status != STATUS_OK)
		return failure(status);
	if (parent->flags & ENTRY_REAPS)
		child->flags |= ENTRY_REAPS;
	*pid = child->pid;
	return child_enter(parent, child, process);
}

// The caller hears of it only if it failed.
status_t process_exec_handle(struct session *session, const char *name,
			     const struct process_image *image)
{
	struct entry *entry = entry_of(session);
	struct supervisor_source source = source_of(entry, image);
	status_t status = supervisor_load(manager, entry->process, name, &source);

	if (status != STATUS_OK)
		return failure(status);
	ledger_set(&entry->flags, entry->flags | ENTRY_LOADED);
	return STATUS_OK;
}

// ---- ends

static void children_orphan(const struct entry *parent)
{
	for (struct entry *e = state->entry; e < state->entry + ENTRIES_MAX; e++) {
		if (e->process == 0 || e->parent != parent->pid)
			continue;
		table_changed(e);
		ledger_set(&e->parent, 0);
		if (e->flags & ENTRY_ZOMBIE)
			entry_free(e);
	}
}

void entry_ended(struct entry *entry, int32_t status)
{
	struct entry *parent = entry_by_pid(entry->parent);

	if (entry->flags & ENTRY_ZOMBIE)
		return;
	ledger_change(entry, sizeof(*entry));
	entry->flags = ENTRY_ZOMBIE;
	table_changed(entry);
	entry->status = status;
	entry->pending = entry->alarm_at = 0;
	children_orphan(entry);
	if (entry->session == entry->pid)
		session_leader_ended(entry);
	if (entry->parent == 0 || parent == NULL || parent->flags & ENTRY_REAPS)
		entry_free(entry);
	if (parent == NULL)
		return;
	signal_send(parent, SIGNAL_CHLD);
	waiters_look(parent->pid);
}

static int32_t status_of(const struct entry *entry, uint32_t end, int32_t status, uint32_t signal)
{
	switch (end) {
	case SUPERVISOR_END_EXIT: return (status & 0xff) << 8;
	case SUPERVISOR_END_CRASH: return (int32_t)signal;
	case SUPERVISOR_END_IMAGE: return 127 << 8;
	}
	return entry->end != 0 ? (int32_t)entry->end : SIGNAL_KILL;
}

void ends_take(void)
{
	uint64_t process;
	uint32_t end, signal;
	int32_t status;

	while (supervisor_child_ended(manager, &process, &end, &status, &signal) == STATUS_OK) {
		struct entry *entry = entry_by_process(process);

		if (entry != NULL)
			entry_ended(entry, status_of(entry, end, status, signal));
		ledger_commit();
		kill_point();
		if (supervisor_child_forget(manager, process) != STATUS_OK)
			return;
	}
}
