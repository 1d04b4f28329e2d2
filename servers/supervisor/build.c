// SPDX-License-Identifier: MIT
//
// Kernel objects of a process and what lies in its CSpace. All objects come from its own piece of
// untyped memory, in the same order each time. The root CNode is filled once, the first dynamic
// slots at every start.
//
// A session with a server that does not exist (yet, or any more) is left out; the server's start
// brings it (build_sessions_of), so the order of starts does not matter.

#include "state.h"

static const char *made(status_t status, const char *failure)
{
	return status == STATUS_OK ? NULL : failure;
}

static bool is_server(const struct process *process)
{
	return process_plan(process)->kind == MANIFEST_SERVER;
}

// Deaths and children are told to servers only; the log to whoever may observe, which a program that is
// loaded later may.
static status_t signals_mint(const struct process *process)
{
	unsigned i = process_index(process);
	cptr_t notification = slot_cptr(i, SLOT_NOTIFICATION);
	status_t status = process_slot_mint(i, SLOT_SIGNAL_LOG, notification, RIGHT_WRITE,
					    1ul << SUPERVISOR_LOG_BIT);

	if (status == STATUS_OK && is_server(process))
		status = process_slot_mint(i, SLOT_SIGNAL_DEATH, notification, RIGHT_WRITE,
					   SERVER_BIT_DEATH);
	if (status == STATUS_OK && is_server(process))
		status = process_slot_mint(i, SLOT_SIGNAL_CHILD, notification, RIGHT_WRITE,
					   1ul << SUPERVISOR_CHILD_BIT);
	return status;
}

// What the threads of the process wait for each other on: its own affair, so nobody else has them.
// Some may have been made before.
status_t build_parks(const struct process *process, unsigned first, unsigned count)
{
	unsigned i = process_index(process);
	cptr_t root = slot_cptr(i, SLOT_ROOT_CNODE);
	status_t status;

	kill_point();
	status = untyped_retype(slot_cptr(i, SLOT_PIECE), OBJECT_NOTIFICATION, 0, 0, root, 0, 0,
				ROOT_SLOT_PARK_PLAIN + first, count);
	if (status == STATUS_SLOT_OCCUPIED)
		status = STATUS_OK;
	for (unsigned t = first; t < first + count && status == STATUS_OK; t++) {
		kill_point();
		status = cnode_mint(root, ROOT_SLOT_PARK + t, ROOT_CNODE_BITS, root,
				    ROOT_SLOT_PARK_PLAIN + t, ROOT_CNODE_BITS, RIGHT_ALL, 1);
		if (status == STATUS_SLOT_OCCUPIED)
			status = STATUS_OK;
	}
	return status;
}

unsigned dynamic_bits(const struct process *process)
{
	return is_server(process) ? DYNAMIC_CNODE_BITS : PROGRAM_CNODE_BITS;
}

// Its guard makes a slot's number DYNAMIC_CNODE_BITS long, however many slots there are.
static status_t dynamic_make(struct process *process)
{
	unsigned i = process_index(process), bits = dynamic_bits(process);
	status_t status = process_slot_empty(i, SLOT_SCRATCH);

	if (status == STATUS_OK)
		status = process_retype(i, SLOT_SCRATCH, OBJECT_CNODE, bits, 1);
	if (status == STATUS_OK)
		status = process_slot_mint(i, SLOT_DYNAMIC, slot_cptr(i, SLOT_SCRATCH), RIGHT_ALL,
					   DYNAMIC_CNODE_BITS - bits);
	(void)process_slot_empty(i, SLOT_SCRATCH);
	return status;
}

const char *build_objects(struct process *process)
{
	unsigned i = process_index(process), inflight = process_plan(process)->inflight;
	uint64_t guard = 64 - ROOT_CNODE_BITS - DYNAMIC_CNODE_BITS;
	status_t status = process_slot_revoke(i, SLOT_PIECE);

	if (status == STATUS_OK)
		status = dynamic_make(process);
	if (status == STATUS_OK)
		status = process_retype(i, SLOT_ROOT_CNODE, OBJECT_CNODE, ROOT_CNODE_BITS, 1);
	if (status == STATUS_OK)
		status = process_slot_mint(i, SLOT_CSPACE, slot_cptr(i, SLOT_ROOT_CNODE), RIGHT_ALL,
					   guard);
	if (status == STATUS_OK)
		status = process_retype(i, SLOT_NOTIFICATION, OBJECT_NOTIFICATION, 0, 1);
	if (status == STATUS_OK)
		status = signals_mint(process);
	if (status == STATUS_OK) // those of a program's further threads come with these
		status = build_parks(process, 0, is_server(process) ? THREADS_MAX : 1);
	if (status == STATUS_OK)
		status = process_retype(i, SLOT_THREAD, OBJECT_THREAD, 0, 1);
	if (status == STATUS_OK)
		status = process_retype(i, SLOT_SCHEDCTX, OBJECT_SCHEDCTX, SCHEDCTX_MIN_BITS, 1);
	if (status == STATUS_OK && is_server(process))
		status = process_retype(i, SLOT_ENDPOINT, OBJECT_ENDPOINT, 0, 1);
	if (status == STATUS_OK && inflight > 0)
		status = untyped_retype(slot_cptr(i, SLOT_PIECE), OBJECT_REPLY, 0, 0,
					slot_cptr(i, SLOT_ROOT_CNODE), 0, 0, ROOT_SLOT_REPLY,
					inflight);
	return made(status, "its kernel objects cannot be made");
}

static status_t session_mint(unsigned client, uint64_t number, uint64_t slot, unsigned server)
{
	return grant_mint(client, SLOT_ROOT_CNODE, slot, slot_cptr(server, SLOT_ENDPOINT),
			  RIGHT_WRITE | RIGHT_GRANT, number);
}

static const struct process *server_of(uint32_t plan)
{
	return process_named(manifest()->process[plan].name);
}

static bool has_objects(const struct process *process)
{
	return process != NULL && process->state != PROCESS_STARTING &&
	       process->state != PROCESS_ENDING && process->state != PROCESS_ENDED &&
	       !process_is_down(process);
}

static status_t sessions_grant(const struct process *process, uint64_t first)
{
	const struct manifest_process *plan = process_plan(process);
	status_t status = STATUS_OK;

	for (uint32_t u = 0; u < plan->use_count && status == STATUS_OK; u++) {
		const struct process *server = server_of(plan->use[u].process);

		if (has_objects(server))
			status = session_mint(process_index(process), process->number, first + u,
					      process_index(server));
	}
	return status;
}

static status_t signals_grant(const struct process *process, uint64_t first)
{
	const struct manifest_process *plan = process_plan(process);
	status_t status = STATUS_OK;

	for (uint32_t s = 0; s < plan->signal_count && status == STATUS_OK; s++) {
		const struct process *server = server_of(plan->signal[s].process);

		if (has_objects(server))
			status = grant_mint(process_index(process), SLOT_ROOT_CNODE, first + s,
					    slot_cptr(process_index(server), SLOT_NOTIFICATION),
					    RIGHT_WRITE, 1ul << plan->signal[s].bit);
	}
	return status;
}

// An interrupt signals the process's notification with the bit of its place in the manifest.
static status_t irq_grant(unsigned i, const struct manifest_irq *irq, unsigned number,
			  uint64_t slot)
{
	cptr_t root = slot_cptr(i, SLOT_ROOT_CNODE), signal = slot_cptr(i, SLOT_SCRATCH);
	status_t status = cnode_delete(root, slot, ROOT_CNODE_BITS);

	if (status == STATUS_OK)
		status = process_slot_mint(i, SLOT_SCRATCH, slot_cptr(i, SLOT_NOTIFICATION),
					   RIGHT_WRITE, SERVER_BIT_IRQ(number));
	if (status == STATUS_OK)
		status = process_slot_line(i, SLOT_SCRATCH_2, irq->line, irq->flags);
	if (status == STATUS_OK)
		status = irq_set_notification(slot_cptr(i, SLOT_SCRATCH_2), signal);
	if (status == STATUS_OK)
		status = grant_copy(i, SLOT_ROOT_CNODE, slot, slot_cptr(i, SLOT_SCRATCH_2));
	(void)process_slot_empty(i, SLOT_SCRATCH);
	(void)process_slot_empty(i, SLOT_SCRATCH_2);
	return status;
}

static status_t devices_grant(const struct process *process, uint64_t slot)
{
	const struct manifest_process *plan = process_plan(process);
	unsigned i = process_index(process);
	status_t status = STATUS_OK;

	for (uint32_t n = 0; n < plan->irq_count && status == STATUS_OK; n++)
		status = irq_grant(i, &plan->irq[n], n, slot++);
	for (uint32_t n = 0; n < plan->port_count && status == STATUS_OK; n++) {
		status = cnode_delete(slot_cptr(i, SLOT_ROOT_CNODE), slot, ROOT_CNODE_BITS);
		if (status == STATUS_OK)
			status = ioport_issue(
				HANDOVER_CPTR(ROOT_SLOT_CONTROL, SUPERVISOR_CONTROL_IOPORT),
				plan->port[n].first, plan->port[n].last,
				slot_cptr(i, SLOT_ROOT_CNODE), slot, ROOT_CNODE_BITS);
		slot++;
	}
	return status;
}

static status_t own_grant(const struct process *process)
{
	unsigned i = process_index(process);
	unsigned session = RIGHT_WRITE | RIGHT_GRANT;
	cptr_t pager = HANDOVER_CPTR(ROOT_SLOT_CONTROL, SUPERVISOR_CONTROL_PAGER);
	cptr_t self = DYNAMIC_CPTR(DYNAMIC_SLOT_ENDPOINT);
	status_t status =
		grant_copy(i, SLOT_ROOT_CNODE, ROOT_SLOT_DYNAMIC, slot_cptr(i, SLOT_DYNAMIC));

	if (status == STATUS_OK)
		status = grant_copy(i, SLOT_ROOT_CNODE, ROOT_SLOT_NOTIFICATION,
				    slot_cptr(i, SLOT_NOTIFICATION));
	if (status == STATUS_OK)
		status =
			grant_copy(i, SLOT_ROOT_CNODE, ROOT_SLOT_THREAD, slot_cptr(i, SLOT_THREAD));
	if (status == STATUS_OK)
		status = grant_mint(i, SLOT_ROOT_CNODE, ROOT_SLOT_PAGER, pager, session,
				    process->number);
	if (status == STATUS_OK)
		status = grant_mint(i, SLOT_ROOT_CNODE, ROOT_SLOT_SUPERVISOR, self, session,
				    process->number);
	if (status == STATUS_OK && is_server(process))
		status = grant_copy(i, SLOT_ROOT_CNODE, ROOT_SLOT_ENDPOINT,
				    slot_cptr(i, SLOT_ENDPOINT));
	return status;
}

// Whoever waits for an answer of the process gets PEER_DIED. The reply objects lie in the root CNode,
// which the process cannot change.
void replies_abort(const struct process *process)
{
	unsigned i = process_index(process);
	cptr_t scratch = slot_cptr(i, SLOT_SCRATCH);

	for (uint32_t r = 0; r < process_plan(process)->inflight; r++)
		if (process_slot_copy(i, SLOT_SCRATCH, slot_cptr(i, SLOT_ROOT_CNODE),
				      ROOT_SLOT_REPLY + r) == STATUS_OK)
			(void)reply_abort(scratch);
	(void)process_slot_empty(i, SLOT_SCRATCH);
}

const char *build_grants(struct process *process)
{
	const struct manifest_process *plan = process_plan(process);
	uint64_t slot = ROOT_SLOT_GRANT;
	const char *failure = made(own_grant(process), "its CSpace cannot be filled");

	if (failure == NULL)
		failure = made(sessions_grant(process, slot), "its sessions cannot be made");
	slot += plan->use_count;
	if (failure == NULL)
		failure = made(signals_grant(process, slot), "its signals cannot be made");
	slot += plan->signal_count;
	if (failure == NULL)
		failure = made(devices_grant(process, slot),
			       "an interrupt or port of its manifest entry is not to be had");
	return failure;
}

const char *build_grants_anew(struct process *process)
{
	cptr_t root = slot_cptr(process_index(process), SLOT_ROOT_CNODE);

	for (uint64_t slot = 0; slot < PROCESS_GRANTS_MAX; slot++)
		(void)cnode_delete(root, ROOT_SLOT_GRANT + slot, ROOT_CNODE_BITS);
	return build_grants(process);
}

// A program that is loaded into a process leaves nothing in its CNode; one that was stopped in the
// middle of a call may have, among the first few slots that it borrows.
static void dynamic_sweep(unsigned i)
{
	for (uint64_t slot = DYNAMIC_SLOT_LANDING; slot < 4 * DYNAMIC_SLOT_FIRST; slot++)
		(void)cnode_delete(slot_cptr(i, SLOT_DYNAMIC), slot, DYNAMIC_CNODE_BITS);
}

// The first slots of its own CNode, filled anew at every start.
const char *build_dynamic(struct process *process)
{
	unsigned i = process_index(process);
	status_t status =
		grant_copy(i, SLOT_DYNAMIC, DYNAMIC_SLOT_SELF, slot_cptr(i, SLOT_DYNAMIC));

	if (process->state == PROCESS_LOADING)
		dynamic_sweep(i);

	if (status == STATUS_OK)
		status = grant_copy(i, SLOT_DYNAMIC, DYNAMIC_SLOT_NOTIFICATION,
				    slot_cptr(i, SLOT_NOTIFICATION));
	if (status == STATUS_OK && is_server(process))
		status = grant_copy(i, SLOT_DYNAMIC, DYNAMIC_SLOT_ENDPOINT,
				    slot_cptr(i, SLOT_ENDPOINT));
	return made(status, "its dynamic CNode cannot be filled");
}

void build_sessions_of(struct process *server)
{
	for (unsigned i = 0; i < process_end && is_server(server); i++) {
		const struct process *client = &state->process[i];
		const struct manifest_process *plan;

		if (client->number == 0 || !has_objects(client))
			continue;
		plan = process_plan(client);
		for (uint32_t u = 0; u < plan->use_count; u++)
			if (plan->use[u].process == server->plan)
				(void)session_mint(i, client->number, ROOT_SLOT_GRANT + u,
						   process_index(server));
		for (uint32_t s = 0; s < plan->signal_count; s++)
			if (plan->signal[s].process == server->plan)
				(void)grant_mint(
					i, SLOT_ROOT_CNODE, ROOT_SLOT_GRANT + plan->use_count + s,
					slot_cptr(process_index(server), SLOT_NOTIFICATION),
					RIGHT_WRITE, 1ul << plan->signal[s].bit);
	}
}
