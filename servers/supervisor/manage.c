// SPDX-License-Identifier: MIT
//
// The methods for the server that keeps the processes of POSIX (`may manage`). Making, copying and
// loading are done before they are answered: who asks must know whether there was memory, and a
// copy must be taken while its original waits.
//
// The request's ticket is kept with the process, and committed before the work begins. A supervisor
// that died in the work finds the process STARTING or LOADING and goes on (process.c); the request,
// sent again, finds by its ticket what became of it.

#include "state.h"

#include <stdio.h>
#include <string.h>

static struct process *of_this_request(const struct session *session)
{
	uint64_t ticket = ledger_header()->current_ticket;

	for (unsigned i = 0; i < process_end; i++)
		if (state->process[i].number != 0 && state->process[i].parent == session->badge &&
		    state->process[i].manage_ticket == ticket)
			return &state->process[i];
	return NULL;
}

// Servers are nobody's to manage.
static struct process *managed(uint64_t number)
{
	struct process *process = process_find(number);

	return process != NULL && process_plan(process)->kind != MANIFEST_SERVER ? process : NULL;
}

static status_t source_check(const char *name, const struct supervisor_source *source, int *plan)
{
	struct archive_member member;
	struct image image;
	char path[PROCESS_NAME_MAX + 8];

	*plan = source->image != 0 ? plan_default() : plan_for_program(name);
	if (*plan < 0)
		return SUPERVISOR_NO_PROGRAM;
	if (source->image != 0)
		return object_image(source->owner, source->image, source->image_bytes, &image) ==
				       NULL
			       ? STATUS_OK
			       : SUPERVISOR_BAD_IMAGE;
	if (manifest()->process[*plan].kind != MANIFEST_DEFAULT)
		name = manifest()->process[*plan].image;
	snprintf(path, sizeof(path), "bin/%s", name);
	if (!program_find(path, &member))
		return SUPERVISOR_NO_PROGRAM;
	return program_image(name, &member, &image) == NULL ? STATUS_OK : SUPERVISOR_BAD_IMAGE;
}

// `process` was saved before it is changed, here and below.
static void source_take(struct process *process, const struct supervisor_source *source)
{
	process->manage_ticket = ledger_header()->current_ticket;
	process->owner = source->owner;
	process->image_object = source->image;
	process->image_bytes = source->image_bytes;
	process->block_object = source->block;
	process->block_bytes = source->block_bytes;
	process->like = 0;
}

static void name_take(struct process *process, const char *name)
{
	memset(process->name, 0, sizeof(process->name));
	strncpy(process->name, name, sizeof(process->name) - 1);
}

static struct process *child_take(const struct session *session, uint32_t plan)
{
	struct process *child = process_take(plan, session->badge);

	if (child == NULL)
		return NULL;
	child->held = 1; // process_take saved the old bytes
	child->manage_ticket = ledger_header()->current_ticket;
	return child;
}

static status_t child_finish(struct process *child, uint64_t *process)
{
	uint64_t number = child->number;

	process_settle(child);
	if (child->number != number || child->state != PROCESS_READY)
		return SUPERVISOR_NO_RESOURCES;
	*process = number;
	return STATUS_OK;
}

status_t supervisor_create_handle(struct session *session, const char *name,
				  const struct supervisor_source *source, uint64_t *process)
{
	struct process *child = of_this_request(session);
	status_t status;
	int plan;

	if (!session_may(session, MANIFEST_MAY_MANAGE))
		return STATUS_NOT_ALLOWED;
	if (child == NULL) {
		status = source_check(name, source, &plan);
		if (status != STATUS_OK)
			return status;
		child = child_take(session, (uint32_t)plan);
		if (child == NULL)
			return SUPERVISOR_NO_RESOURCES;
		source_take(child, source);
		name_take(child, name);
	}
	return child_finish(child, process);
}

status_t supervisor_clone_handle(struct session *session, uint64_t like, uint64_t entry,
				 uint64_t stack, uint64_t fs_base, bool fpu, uint64_t *process)
{
	struct process *child = of_this_request(session), *original = managed(like);

	if (!session_may(session, MANIFEST_MAY_MANAGE))
		return STATUS_NOT_ALLOWED;
	if (entry >= USER_TEXT_END || stack >= USER_TEXT_END || fs_base >= USER_TEXT_END)
		return SUPERVISOR_BAD_ADDRESS;
	if (child == NULL) {
		if (original == NULL || !process_is_alive(like))
			return SUPERVISOR_NO_PROCESS;
		child = child_take(session, original->plan);
		if (child == NULL)
			return SUPERVISOR_NO_RESOURCES;
		child->like = like;
		child->entry = entry;
		child->stack = stack;
		child->fs_base = fs_base;
		child->thread[0].fpu = fpu;
		child->roamed = original->roamed;
		memcpy(child->name, original->name, sizeof(child->name));
	}
	return child_finish(child, process);
}

status_t supervisor_load_handle(struct session *session, uint64_t process, const char *name,
				const struct supervisor_source *source)
{
	uint64_t ticket = ledger_header()->current_ticket;
	struct process *victim = managed(process);
	status_t status;
	int plan;

	if (!session_may(session, MANIFEST_MAY_MANAGE))
		return STATUS_NOT_ALLOWED;
	if (victim == NULL)
		return SUPERVISOR_NO_PROCESS;
	if (victim->manage_ticket != ticket) {
		if (victim->state != PROCESS_RUNNING)
			return SUPERVISOR_NO_PROCESS;
		status = source_check(name, source, &plan);
		if (status != STATUS_OK)
			return status;
		ledger_change(victim, sizeof(*victim));
		source_take(victim, source);
		strncpy(victim->image, name, sizeof(victim->image) - 1);
		if (!victim->service) { // a service keeps its name and its plan
			name_take(victim, name);
			victim->roamed |= victim->plan != (uint32_t)plan;
			victim->plan = (uint32_t)plan;
			if (process_plan(victim)->kind != MANIFEST_DEFAULT)
				victim->image[0] = '\0'; // the plan knows
		}
		victim->stopped = 0;
		victim->state = PROCESS_LOADING;
	}
	process_settle(victim);
	return victim->number == process && victim->state == PROCESS_RUNNING
		       ? STATUS_OK
		       : SUPERVISOR_NO_RESOURCES;
}

status_t supervisor_launch_handle(struct session *session, uint64_t process)
{
	struct process *child = managed(process);

	if (!session_may(session, MANIFEST_MAY_MANAGE))
		return STATUS_NOT_ALLOWED;
	if (child == NULL)
		return SUPERVISOR_NO_PROCESS;
	if (child->state == PROCESS_READY) {
		ledger_set(&child->held, 0u);
		process_set_state(child, PROCESS_LAUNCHING);
		process_settle(child);
	}
	return STATUS_OK;
}

status_t supervisor_end_handle(struct session *session, uint64_t process, uint32_t signal)
{
	struct process *victim = managed(process);

	if (!session_may(session, MANIFEST_MAY_MANAGE))
		return STATUS_NOT_ALLOWED;
	if (victim != NULL && process_is_alive(process)) {
		process_died(victim, SUPERVISOR_END_KILLED, (int32_t)signal,
			     "ended by another process");
		settle_later();
	}
	return STATUS_OK;
}

// The state first: threads that are yet to be launched look at it.
static status_t pause_set(struct session *session, uint64_t number, uint32_t stopped)
{
	struct process *process = managed(number);

	if (!session_may(session, MANIFEST_MAY_MANAGE))
		return STATUS_NOT_ALLOWED;
	if (process == NULL || process->state != PROCESS_RUNNING)
		return SUPERVISOR_NO_PROCESS;
	ledger_set(&process->stopped, stopped);
	ledger_commit();
	kill_point();
	if (stopped) {
		threads_pause(process);
	} else {
		threads_go_on(process);
		settle_later();
	}
	return STATUS_OK;
}

status_t supervisor_stop_handle(struct session *session, uint64_t process)
{
	return pause_set(session, process, 1);
}

status_t supervisor_go_on_handle(struct session *session, uint64_t process)
{
	return pause_set(session, process, 0);
}

status_t supervisor_child_ended_handle(struct session *session, uint64_t *process, uint32_t *end,
				       int32_t *status, uint32_t *signal)
{
	if (!session_may(session, MANIFEST_MAY_MANAGE))
		return STATUS_NOT_ALLOWED;
	for (unsigned i = 0; i < process_end; i++) {
		const struct process *child = &state->process[i];

		if (child->number == 0 || child->parent != session->badge ||
		    child->state != PROCESS_ENDED)
			continue;
		*process = child->number;
		*end = child->end;
		*status = child->status;
		*signal = child->signal;
		return STATUS_OK;
	}
	return SUPERVISOR_NO_PROCESS;
}

status_t supervisor_child_forget_handle(struct session *session, uint64_t process)
{
	struct process *child = process_find(process);

	if (!session_may(session, MANIFEST_MAY_MANAGE))
		return STATUS_NOT_ALLOWED;
	if (child != NULL && child->parent == session->badge && child->state == PROCESS_ENDED)
		ledger_set(&child->number, 0);
	return STATUS_OK;
}
