// SPDX-License-Identifier: MIT
//
// The process server's table (caplet/process_table.h): who has which pid. Without one, as in systems
// without a process server, a process's pid is its number. Servers and others that the process server
// does not know have pids above all of its own.

#include "vfs.h"

#include <caplet/process_table.h>
#include <caplet/slot.h>
#include <caplet/system.h>

#define PID_OTHERS 30000u // of processes without a pid: this and their number

struct shown {
	cptr_t object; // claimed slot; 0: nothing was shown yet
};

static struct shown *shown;
static const struct process_table *table;

static status_t shown_map(void)
{
	uint64_t address = 0, bytes = 0;
	status_t status = pager_object_map_cap(&pager_session, shown->object, 0, 0,
					       PROCESS_TABLE_BYTES, PAGER_READ, &address, &bytes);

	if (status == STATUS_OK && bytes < PROCESS_TABLE_BYTES)
		status = STATUS_BAD_REQUEST;
	table = status == STATUS_OK ? (const struct process_table *)address : NULL;
	return status;
}

// Without its table this server does all but tell pids, so its start does not depend on it.
status_t table_begin(void)
{
	shown = ledger_region("shown", 1, sizeof(*shown));
	if (!shown)
		return STATUS_BAD_LEDGER;
	if (shown->object)
		(void)shown_map();
	return STATUS_OK;
}

status_t vfs_show_handle(struct session *session, cptr_t object)
{
	cptr_t kept;
	status_t status;

	if (!server_trusts(session))
		return STATUS_NOT_ALLOWED;
	status = slot_keep(object, &kept);
	if (status != STATUS_OK)
		return status;
	if (shown->object)
		slot_release(shown->object);
	if (table)
		(void)pager_unmap(&pager_session, (uint64_t)table, PROCESS_TABLE_BYTES);
	ledger_set(&shown->object, kept);
	return shown_map();
}

bool table_find(uint64_t process, struct process_row *row)
{
	for (unsigned i = 0; table && i < PROCESS_TABLE_ROWS; i++)
		if (process_row_read(&table->row[i], row) && row->process == process)
			return true;
	*row = (struct process_row){.process = process};
	row->pid = (int32_t)(table ? process + PID_OTHERS : process);
	row->group = row->session = row->pid;
	return false;
}

uint64_t table_process(uint64_t pid)
{
	struct process_row row;

	for (unsigned i = 0; table && i < PROCESS_TABLE_ROWS; i++)
		if (process_row_read(&table->row[i], &row) && (uint64_t)row.pid == pid)
			return row.process;
	if (!table)
		return pid;
	return pid > PID_OTHERS ? pid - PID_OTHERS : 0;
}
