// SPDX-License-Identifier: MIT
//
// The process server's start, its notifications and its sessions. See state.h.

#include "state.h"

#include <caplet/layout.h>
#include <caplet/system.h>

#define BIT_CHILD (1ul << SUPERVISOR_CHILD_BIT)
#define BIT_TIMER (1ul << 20) // as the manifest says
enum { LANE = 7 };	      // the last one

// The session with the supervisor is one for the whole process, and libc uses its first lanes; calls of
// chains have the last one for themselves.
static status_t manager_begin(enum start_mode mode)
{
	manager = ledger_region("manager", 1, sizeof(*manager));
	if (manager == NULL)
		return STATUS_BAD_LEDGER;
	if (mode == START_FRESH) {
		ledger_change(manager, sizeof(*manager));
		*manager = (struct supervisor_client)SUPERVISOR_CLIENT(
			ROOT_CPTR(ROOT_SLOT_SUPERVISOR));
	}
	(void)client_resume(&manager->base);
	for (unsigned i = 0; i < LANE; i++)
		manager->base.lane[i].busy = LANE_KEPT;
	client_chain(&manager->base);
	return STATUS_OK;
}

// What is to be looked at after a restart, but not before an interrupted request has been finished.
static void look_later(void)
{
	cptr_t slot = slot_borrow(1);

	if (slot != 0 &&
	    cnode_mint(SLOT_CNODE, slot_index(slot), SLOT_DEPTH, SLOT_CNODE,
		       DYNAMIC_SLOT_NOTIFICATION, SLOT_DEPTH, RIGHT_WRITE, BIT_CHILD) == STATUS_OK)
		(void)ipc_signal(slot);
	if (slot != 0)
		slot_return(slot, 1);
}

static status_t start(enum start_mode mode)
{
	status_t status;

	state = ledger_region("processes", 1, sizeof(*state));
	if (state == NULL)
		return STATUS_BAD_LEDGER;
	if (mode == START_FRESH)
		ledger_set(&state->last_pid, 1);
	status = manager_begin(mode);
	if (status == STATUS_OK)
		status = pipes_begin();
	if (status == STATUS_OK)
		status = inherit_begin();
	if (status == STATUS_OK)
		status = table_begin();
	if (status == STATUS_OK)
		status = terminal_begin();
	look_later();
	return status;
}

static status_t check(void)
{
	const struct ledger_region *region = ledger_region_find("processes");

	if (region != NULL && entries_check((const void *)(LEDGER_BASE + region->offset)) != NULL)
		return STATUS_BAD_LEDGER;
	return pipes_check();
}

static void notified(uint64_t bits)
{
	if (bits & BIT_CHILD)
		ends_take();
	terminal_events();
	if (bits & BIT_TIMER)
		alarms_look();
	else
		alarms_ring();
}

// The end of a process that was made here is told by the supervisor, with its status.
static void session_died(struct session *session)
{
	struct entry *entry = entry_by_process(session->badge);

	pipes_session_died(session);
	if (entry != NULL && entry->flags & ENTRY_ADOPTED)
		entry_ended(entry, 0);
}

static void cancelled(struct deferred *deferred)
{
	waiter_cancelled(deferred);
	pipe_waiter_cancelled(deferred);
}

static const struct server server = {
	.name = "process",
	.interface = &process_interface,
	.init = start,
	.ledger_check = check,
	.session_opened = entry_adopt,
	.session_died = session_died,
	.notified = notified,
	.committed = table_committed,
	.cancelled = cancelled,
	.chains = true,
};

int main(void)
{
	return server_run(&server);
}
