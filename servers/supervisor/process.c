// SPDX-License-Identifier: MIT
//
// The table of processes and the machine of their states. A transition is decided elsewhere (a call,
// a crash, a heartbeat) by setting the state; settle() does the work and sets the next state:
//
//	STARTING    build everything                 -> LAUNCHING, or as policy.c says on failure
//	RESTARTING  stop, abort, clear, load         -> LAUNCHING
//	LAUNCHING   resume the main thread           -> RUNNING
//	READY       nothing: manage.c launches it    -> LAUNCHING
//	LOADING     stop, clear, load another image  -> LAUNCHING
//	ENDING      take everything apart            -> ENDED, GIVEN_UP, DORMANT, STARTING or free
//
// Each state is committed before its work begins, and each piece of work can be done again from its
// beginning. LAUNCHING is apart because resuming can not: a thread that has run is left alone.

#include "state.h"

#include <caplet/clock.h>

#include <string.h>

struct supervisor_state *state;
struct watch watch[PROCESSES_MAX];
unsigned process_end = PROCESSES_MAX;

unsigned process_index(const struct process *process)
{
	return (unsigned)(process - state->process);
}

const struct manifest_process *process_plan(const struct process *process)
{
	return &manifest()->process[process->plan];
}

struct process *process_find(uint64_t number)
{
	for (unsigned i = 0; i < process_end; i++)
		if (number != 0 && state->process[i].number == number)
			return &state->process[i];
	return NULL;
}

struct process *process_named(const char *name)
{
	for (unsigned i = 0; i < process_end; i++)
		if (state->process[i].number != 0 && state->process[i].service &&
		    strcmp(state->process[i].name, name) == 0)
			return &state->process[i];
	return NULL;
}

struct process *process_take(uint32_t plan, uint64_t parent)
{
	for (unsigned i = 0; i < state->pieces; i++) {
		struct process *process = &state->process[i];

		if (process->number != 0)
			continue;
		ledger_change(process, sizeof(*process));
		memset(process, 0, sizeof(*process));
		process->plan = plan;
		process->parent = parent;
		process->number = state->next_number;
		process->state = PROCESS_STARTING;
		process->wait_for_parent = parent != 0;
		ledger_set(&state->next_number, state->next_number + 1);
		watch[i] = (struct watch){0};
		if (process_end <= i)
			process_end = i + 1;
		return process;
	}
	return NULL;
}

// A life that shares nothing with the last one gets a number of its own: a server that asks late after
// the old number hears that it is gone, and closes its session.
void process_renumber(struct process *process)
{
	ledger_set(&process->number, state->next_number);
	ledger_set(&state->next_number, state->next_number + 1);
	ledger_set(&process->map_ticket, 0ul);
}

bool process_is_down(const struct process *process)
{
	return process->state == PROCESS_GIVEN_UP || process->state == PROCESS_DORMANT;
}

bool process_is_alive(uint64_t number)
{
	const struct process *process = process_find(number);

	if (number == PROCESS_PAGER || number == PROCESS_SUPERVISOR)
		return true;
	return process != NULL && process->state != PROCESS_ENDING &&
	       process->state != PROCESS_ENDED && !process_is_down(process);
}

void process_set_state(struct process *process, enum process_state to)
{
	ledger_set(&process->state, (uint32_t)to);
}

// How every life begins, when nothing runs of the one before it. `grants` fills the CSpace; NULL: what
// is in it stays.
static void life_prepare(struct process *process, const char *(*grants)(struct process *process))
{
	const char *reason = process->like != 0 ? space_copy(process) : space_load(process);

	if (reason == NULL)
		reason = space_info(process);
	if (reason == NULL && grants != NULL)
		reason = grants(process);
	if (reason == NULL)
		reason = build_dynamic(process);
	if (reason == NULL)
		reason = thread_main_prepare(process);
	if (reason != NULL)
		process_fail(process, reason);
	else
		process_set_state(process, process->held ? PROCESS_READY : PROCESS_LAUNCHING);
}

static void settle_starting(struct process *process)
{
	const char *reason = build_objects(process);

	if (reason == NULL)
		reason = space_build(process);
	if (reason != NULL) {
		process_fail(process, reason);
		return;
	}
	life_prepare(process, build_grants);
	if (process->state != PROCESS_ENDING)
		build_sessions_of(process);
}

// What it had open elsewhere stays open: its number and its root CNode are the same. With another plan
// it gets what that one gives.
static void settle_loading(struct process *process)
{
	threads_stop(process);
	kill_point();
	crashes_take();
	life_prepare(process, process->roamed ? build_grants_anew : NULL);
}

// The order of docs/architecture.md: nothing of the old life runs, no caller hopes, then memory.
static void settle_restarting(struct process *process)
{
	unsigned i = process_index(process);
	uint64_t generation;

	threads_stop(process);
	kill_point();
	crashes_take();
	replies_abort(process);
	if (process_plan(process)->kind == MANIFEST_SERVER)
		(void)cnode_endpoint_bump(slot_cptr(i, SLOT_ROOT_CNODE), ROOT_SLOT_ENDPOINT,
					  ROOT_CNODE_BITS, &generation);
	life_prepare(process, NULL);
}

static void settle_launching(struct process *process)
{
	unsigned i = process_index(process);

	watch[i] = (struct watch){.consumed_us = watch[i].consumed_us};
	kill_point();
	if (thread_main_resume(process) != STATUS_OK) {
		process_fail(process, "its main thread cannot be resumed");
		return;
	}
	kill_point();
	ledger_set(&process->started_ns, clock_now());
	process_set_state(process, PROCESS_RUNNING);
}

// Servers learn of the death of a client by a bit, and then ask who it was.
static void deaths_tell(const struct process *process)
{
	const struct manifest_process *plan = process_plan(process);

	for (uint32_t i = 0; i < process_end; i++) {
		const struct process *server = &state->process[i];
		bool used = process->roamed;

		if (server->number == 0 || !server->service || process_is_down(server) ||
		    process_plan(server)->kind != MANIFEST_SERVER)
			continue;
		for (uint32_t u = 0; u < plan->use_count; u++)
			used |= plan->use[u].process == server->plan;
		if (used)
			(void)ipc_signal(slot_cptr(i, SLOT_SIGNAL_DEATH));
	}
}

// A server that manages its children is told by a bit, too, and asks with child_ended.
void parent_tell(const struct process *process)
{
	const struct process *parent = process_find(process->parent);

	if (parent != NULL && process_plan(parent)->authority & MANIFEST_MAY_MANAGE &&
	    !process_is_down(parent))
		(void)ipc_signal(slot_cptr(process_index(parent), SLOT_SIGNAL_CHILD));
}

static void children_release(uint64_t parent)
{
	for (unsigned i = 0; i < process_end; i++) {
		struct process *child = &state->process[i];

		if (child->number == 0 || child->parent != parent)
			continue;
		ledger_set(&child->parent, 0);
		ledger_set(&child->wait_for_parent, 0);
		if (child->state == PROCESS_ENDED)
			ledger_set(&child->number, 0);
	}
}

static void settle_ending(struct process *process)
{
	unsigned i = process_index(process);
	struct session *session = server_session(process->number);

	(void)process_slot_revoke(i, SLOT_PIECE);
	(void)pager_space_destroy(&pager_session, process->number);
	(void)process_slot_empty(i, SLOT_VSPACE);
	kill_point();
	crashes_take();
	deaths_tell(process);
	kill_point();
	children_release(process->number);
	if (session != NULL)
		server_session_end(session);
	for (unsigned t = 0; t < THREADS_MAX; t++)
		if (process->thread[t].life != THREAD_NONE)
			ledger_set(&process->thread[t].life, THREAD_NONE);
	if (process->again) {
		ledger_set(&process->again, 0);
		process_renumber(process);
		process_set_state(process, PROCESS_STARTING);
	} else if (process->service) {
		process_set_state(process, process_plan(process)->flags & MANIFEST_DORMANT
						   ? PROCESS_DORMANT
						   : PROCESS_GIVEN_UP);
	} else if (process->wait_for_parent) {
		process_set_state(process, PROCESS_ENDED);
		waiters_answer(process);
		parent_tell(process);
	} else {
		ledger_set(&process->number, 0);
	}
}

static bool settle(struct process *process)
{
	switch (process->state) {
	case PROCESS_STARTING: settle_starting(process); break;
	case PROCESS_RESTARTING: settle_restarting(process); break;
	case PROCESS_LAUNCHING: settle_launching(process); break;
	case PROCESS_LOADING: settle_loading(process); break;
	case PROCESS_ENDING: settle_ending(process); break;
	case PROCESS_RUNNING: threads_settle(process); return false;
	default: return false;
	}
	ledger_commit();
	return true;
}

void process_settle(struct process *process)
{
	ledger_commit();
	while (process->number != 0 && settle(process))
		;
}

// Ends first: they free what starts need.
static bool settle_some(bool ends)
{
	bool worked = false;

	for (unsigned i = 0; i < process_end; i++) {
		struct process *process = &state->process[i];

		if (process->number != 0 && (process->state == PROCESS_ENDING) == ends)
			worked |= settle(process);
	}
	return worked;
}

static void process_end_look(void)
{
	while (process_end > 0 && state->process[process_end - 1].number == 0)
		process_end--;
}

void settle_all(void)
{
	bool worked;

	do {
		ledger_commit();
		process_end_look();
		worked = settle_some(true);
		worked |= settle_some(false);
	} while (worked);
	log_flush();
}

void settle_later(void)
{
	(void)ipc_signal(HANDOVER_CPTR(ROOT_SLOT_CONTROL, SUPERVISOR_CONTROL_WORK));
}
