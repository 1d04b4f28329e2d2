// SPDX-License-Identifier: MIT
//
// The table that is shown to others (caplet/process_table.h): a memory object, written here after each
// commit that changed an entry, read by the name space server for /proc. What is not shown, or not yet,
// harms nobody: entries here are what counts, and a restart writes all rows anew.

#include "state.h"

#include <caplet/layout.h>
#include <caplet/process_table.h>
#include <caplet/system.h>
#include <vfs.h>

_Static_assert(ENTRIES_MAX <= PROCESS_TABLE_ROWS, "each entry has its row");

static struct process_table *table; // NULL: there is nobody to show it to
static uint64_t changed[ENTRIES_MAX / 64];
static bool any_changed;

void table_changed(const struct entry *entry)
{
	unsigned i = (unsigned)(entry - state->entry);

	changed[i / 64] |= 1ul << i % 64;
	any_changed = true;
}

static void row_write(unsigned i)
{
	struct process_facts facts;

	facts_fill(&state->entry[i], &facts);
	process_row_write(&table->row[i], &(struct process_row){.pid = facts.pid,
								.process = facts.process,
								.parent = facts.parent,
								.group = facts.group,
								.session = facts.session,
								.state = facts.state});
}

void table_committed(void)
{
	if (!any_changed || table == NULL)
		return;
	any_changed = false;
	for (unsigned i = 0; i < ENTRIES_MAX; i++)
		if (changed[i / 64] >> i % 64 & 1)
			row_write(i);
	for (unsigned w = 0; w < ENTRIES_MAX / 64; w++)
		changed[w] = 0;
}

// Each start makes an object anew. The one of the life before is gone with that life; who maps it still
// reads what was true, until it is shown the new one.
status_t table_begin(void)
{
	struct vfs_client *vfs = (struct vfs_client *)inherit_client("vfs");
	uint64_t object, address;
	status_t status;
	cptr_t cap;

	if (vfs == NULL)
		return STATUS_OK;
	status = pager_object_create(&pager_session, PROCESS_TABLE_BYTES, 0, &object);
	if (status == STATUS_OK)
		status = pager_object_map(&pager_session, object, 0, 0, PROCESS_TABLE_BYTES,
					  PAGER_READ | PAGER_WRITE, &address);
	if (status != STATUS_OK)
		return status;
	table = (struct process_table *)address;
	for (unsigned i = 0; i < ENTRIES_MAX; i++)
		row_write(i);
	status = pager_object_cap(&pager_session, object, PAGER_READ, &cap);
	if (status == STATUS_OK) {
		status = vfs_show(vfs, cap);
		slot_return(cap, 1);
	}
	return status;
}
