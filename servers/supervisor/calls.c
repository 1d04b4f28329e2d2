// SPDX-License-Identifier: MIT
//
// The methods of supervisor.idl that change something. Each only changes the state, in the
// transaction that holds its answer, and asks for settle_later(): work that is cut short by the
// supervisor's death is found in the state and done again, and the caller is answered from the
// lane's record.

#include "state.h"

#include <stdio.h>
#include <string.h>

enum { WAITERS_MAX = 32 };

static struct waiter {
	struct deferred *deferred; // NULL: free
	uint64_t parent;
	uint64_t child; // 0: any
} waiters[WAITERS_MAX];

bool session_may(const struct session *session, uint32_t authority)
{
	const struct process *process = process_find(session->badge);

	return process != NULL && process_plan(process)->authority & authority;
}

// ---- the caller itself ---------------------------------------------------------------------------

static bool is_dormant(const struct process *process)
{
	return process_plan(process)->flags & MANIFEST_DORMANT;
}

status_t supervisor_exit_handle(struct session *session, int32_t status)
{
	struct process *process = process_find(session->badge);

	if (process == NULL || process->state == PROCESS_ENDING)
		return STATUS_OK;
	if (process->service && !(status == 0 && is_dormant(process))) {
		process_died(process, SUPERVISOR_END_EXIT, status, "ended by itself");
	} else {
		ledger_set(&process->end, SUPERVISOR_END_EXIT);
		ledger_set(&process->status, status);
		process_set_state(process, PROCESS_ENDING);
	}
	settle_later();
	return STATUS_OK;
}

status_t supervisor_log_handle(struct session *session, const char *line)
{
	log_text(line);
	settle_later();
	return STATUS_OK;
}

status_t supervisor_thread_create_handle(struct session *session, uint64_t entry, uint64_t stack,
					 uint64_t argument, uint64_t fs_base, uint32_t priority,
					 bool fpu, uint32_t *thread)
{
	struct process *process = process_find(session->badge);
	uint32_t own, number = 1;

	if (process == NULL)
		return STATUS_NOT_ALLOWED;
	own = process_plan(process)->priority;
	if (entry >= USER_TEXT_END || stack >= USER_TEXT_END || fs_base >= USER_TEXT_END)
		return SUPERVISOR_BAD_ADDRESS;
	while (number < process_plan(process)->threads &&
	       process->thread[number].life != THREAD_NONE)
		number++;
	if (number >= process_plan(process)->threads)
		return SUPERVISOR_NO_RESOURCES;
	ledger_change(&process->thread[number], sizeof(process->thread[number]));
	process->thread[number] = (struct thread_record){
		.life = THREAD_LAUNCHING,
		.fpu = fpu,
		.priority = (uint16_t)(priority == 0 || priority > own ? own : priority),
		.entry = entry,
		.stack = stack,
		.argument = argument,
		.fs_base = fs_base,
	};
	*thread = number;
	settle_later();
	return STATUS_OK;
}

static status_t thread_end(struct session *session, uint32_t thread)
{
	struct process *process = process_find(session->badge);

	if (process == NULL || thread == 0 || thread >= THREADS_MAX)
		return SUPERVISOR_BAD_THREAD;
	if (process->thread[thread].life == THREAD_NONE)
		return STATUS_OK; // it has ended already: that is what was asked for
	ledger_set(&process->thread[thread].life, (uint8_t)THREAD_ENDING);
	settle_later();
	return STATUS_OK;
}

status_t supervisor_thread_share_handle(struct session *session, uint32_t thread, uint32_t priority,
					uint32_t budget_us, uint32_t period_us)
{
	struct process *process = process_find(session->badge);
	struct thread_record *record;

	if (process == NULL || thread == 0 || thread >= THREADS_MAX)
		return SUPERVISOR_BAD_THREAD;
	record = &process->thread[thread];
	if (record->life != THREAD_LIVE && record->life != THREAD_LAUNCHING)
		return SUPERVISOR_BAD_THREAD;
	if (priority == 0 || priority > process_plan(process)->priority || budget_us < 10 ||
	    budget_us > period_us || period_us > 60000000)
		return SUPERVISOR_BAD_SHARE;
	ledger_change(record, sizeof(*record));
	record->priority = (uint16_t)priority;
	record->budget_us = budget_us;
	record->period_us = period_us;
	return thread_share(process, thread);
}

status_t supervisor_thread_end_handle(struct session *session, uint32_t thread)
{
	return thread_end(session, thread);
}

status_t supervisor_thread_leave_handle(struct session *session, uint32_t thread)
{
	return thread_end(session, thread);
}

static bool is_occupied(uint64_t process, uint64_t address, uint64_t bytes)
{
	uint64_t start, length, object;
	uint32_t flags;

	return pager_space_region(&pager_session, process, address, &start, &length, &flags,
				  &object) == STATUS_OK &&
	       start < address + bytes;
}

status_t supervisor_file_map_handle(struct session *session, const char *name, uint64_t address,
				    uint64_t *bytes)
{
	struct process *process = process_find(session->badge);
	uint64_t ticket = ledger_header()->current_ticket;
	struct archive_member member;
	uint64_t size;
	status_t status;
	bool again;

	if (process == NULL)
		return STATUS_NOT_ALLOWED;
	if (*name == '\0')
		member = (struct archive_member){.bytes = handover()->archive_bytes};
	else if (!program_find(name, &member))
		return SUPERVISOR_NO_FILE;
	if (member.bytes == 0 || member.offset % PAGE_SIZE != 0)
		return SUPERVISOR_NO_FILE;
	size = (member.bytes + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
	if (address % PAGE_SIZE != 0 || address < SUPERVISOR_FILE_MAP_BASE ||
	    address > SUPERVISOR_FILE_MAP_END || size > SUPERVISOR_FILE_MAP_END - address)
		return SUPERVISOR_BAD_ADDRESS;
	// Noted before the pager maps it, and after the place was seen to be free: a successor that
	// finds its own request here, and the place taken, knows by whom.
	again = process->map_ticket == ticket;
	if (!again && is_occupied(session->badge, address, size))
		return SUPERVISOR_BAD_ADDRESS;
	ledger_set(&process->map_ticket, ticket);
	ledger_commit();
	kill_point();
	status = pager_space_map_archive(&pager_session, session->badge, member.offset,
					 member.bytes, address, size, PAGER_READ);
	*bytes = member.bytes;
	if (status == PAGER_NO_SPACE)
		return again ? STATUS_OK : SUPERVISOR_BAD_ADDRESS;
	return status == STATUS_OK ? STATUS_OK : SUPERVISOR_NO_RESOURCES;
}

// ---- services that sleep ------------------------------------------------------------------------

static bool uses(const struct session *session, const struct process *service)
{
	const struct process *process = process_find(session->badge);
	const struct manifest_process *plan;

	if (process == NULL)
		return false;
	plan = process_plan(process);
	for (uint32_t u = 0; u < plan->use_count; u++)
		if (plan->use[u].process == service->plan)
			return true;
	return false;
}

// Done before it is answered, as in manage.c: the request's ticket tells a repeat from a second request.
status_t supervisor_wake_handle(struct session *session, const char *name)
{
	uint64_t ticket = ledger_header()->current_ticket;
	struct process *service = process_named(name);

	if (service == NULL || !is_dormant(service) || !uses(session, service))
		return SUPERVISOR_NO_SERVICE;
	if (service->state == PROCESS_DORMANT) {
		ledger_set(&service->waker, session->badge);
		ledger_set(&service->manage_ticket, ticket);
		process_wake(service);
	} else if (service->waker != session->badge || service->manage_ticket != ticket) {
		return SUPERVISOR_AWAKE;
	}
	process_settle(service);
	return process_is_down(service) ? SUPERVISOR_NO_RESOURCES : STATUS_OK;
}

// ---- children ------------------------------------------------------------------------------------

static bool is_child(const struct process *child, uint64_t parent)
{
	return child->number != 0 && child->parent == parent && parent != 0;
}

// So that one program that starts others and never waits does not leave the rest without processes.
static bool has_too_many_children(uint64_t parent)
{
	unsigned count = 0;

	for (unsigned i = 0; i < PROCESSES_MAX; i++)
		count += is_child(&state->process[i], parent);
	return count >= SUPERVISOR_CHILDREN;
}

status_t supervisor_spawn_handle(struct session *session, const char *program,
				 const void *arguments, uint64_t arguments_bytes, uint64_t *process)
{
	struct archive_member member;
	struct image image;
	char path[PROCESS_NAME_MAX + 8];
	struct process *child;
	const char *name;
	int plan;

	if (!session_may(session, MANIFEST_MAY_SPAWN))
		return STATUS_NOT_ALLOWED;
	plan = plan_for_program(program);
	if (plan < 0)
		return SUPERVISOR_NO_PROGRAM;
	name = manifest()->process[plan].kind == MANIFEST_DEFAULT ? program
								  : manifest()->process[plan].image;
	snprintf(path, sizeof(path), "bin/%s", name);
	if (!program_find(path, &member))
		return SUPERVISOR_NO_PROGRAM;
	if (program_image(name, &member, &image) != NULL)
		return SUPERVISOR_BAD_IMAGE;
	if (arguments_bytes > 0 && ((const char *)arguments)[arguments_bytes - 1] != '\0')
		return STATUS_BAD_REQUEST;
	if (has_too_many_children(session->badge))
		return SUPERVISOR_TOO_MANY_CHILDREN;
	child = process_take((uint32_t)plan, session->badge);
	if (child == NULL)
		return SUPERVISOR_NO_RESOURCES;
	strncpy(child->name, program, sizeof(child->name) - 1); // process_take saved the old bytes
	memcpy(child->arguments, arguments, arguments_bytes);
	child->argument_bytes = (uint32_t)arguments_bytes;
	*process = child->number;
	settle_later();
	return STATUS_OK;
}

// An ended child, else whether one is left to wait for.
static struct process *child_ended(uint64_t parent, uint64_t number, bool *any)
{
	*any = false;
	for (unsigned i = 0; i < process_end; i++) {
		struct process *child = &state->process[i];

		if (!is_child(child, parent) || (number != 0 && child->number != number))
			continue;
		*any = true;
		if (child->state == PROCESS_ENDED)
			return child;
	}
	return NULL;
}

status_t supervisor_wait_handle(struct session *session, uint64_t process, uint64_t *ended,
				uint32_t *end, int32_t *status)
{
	struct process *child;
	bool any;

	if (!session_may(session, MANIFEST_MAY_SPAWN))
		return STATUS_NOT_ALLOWED;
	child = child_ended(session->badge, process, &any);
	if (child != NULL) {
		*ended = child->number;
		*end = child->end;
		*status = child->status;
		ledger_set(&child->number, 0);
		return STATUS_OK;
	}
	if (!any)
		return SUPERVISOR_NO_PROCESS;
	for (unsigned i = 0; i < WAITERS_MAX; i++) {
		if (waiters[i].deferred != NULL)
			continue;
		waiters[i].deferred = server_defer(session);
		if (waiters[i].deferred == NULL)
			return STATUS_EXHAUSTED;
		waiters[i].parent = session->badge;
		waiters[i].child = process;
		return SERVER_DEFERRED;
	}
	return STATUS_EXHAUSTED;
}

void waiters_forget(uint64_t parent)
{
	for (unsigned i = 0; i < WAITERS_MAX; i++)
		if (waiters[i].parent == parent)
			waiters[i].deferred = NULL;
}

void waiter_cancelled(struct deferred *deferred)
{
	for (unsigned i = 0; i < WAITERS_MAX; i++)
		if (waiters[i].deferred == deferred)
			waiters[i].deferred = NULL;
}

// Who waited for the same child, or for any when the last one has just been answered for, waits in vain.
static void waiters_refuse(uint64_t parent)
{
	for (unsigned i = 0; i < WAITERS_MAX; i++) {
		struct waiter *waiter = &waiters[i];
		bool any;

		if (waiter->deferred == NULL || waiter->parent != parent ||
		    child_ended(parent, waiter->child, &any) != NULL || any)
			continue;
		(void)supervisor_wait_answer(waiter->deferred, SUPERVISOR_NO_PROCESS, 0, 0, 0);
		waiter->deferred = NULL;
	}
}

void waiters_answer(struct process *ended)
{
	for (unsigned i = 0; i < WAITERS_MAX; i++) {
		struct waiter *waiter = &waiters[i];

		if (waiter->deferred == NULL || waiter->parent != ended->parent ||
		    (waiter->child != 0 && waiter->child != ended->number))
			continue;
		(void)supervisor_wait_answer(waiter->deferred, STATUS_OK, ended->number, ended->end,
					     ended->status);
		waiter->deferred = NULL;
		ledger_set(&ended->number, 0);
		waiters_refuse(waiter->parent);
		return;
	}
}

status_t supervisor_kill_handle(struct session *session, uint64_t process)
{
	struct process *victim = process_find(process);

	if (!session_may(session, MANIFEST_MAY_SPAWN | MANIFEST_MAY_CONTROL))
		return STATUS_NOT_ALLOWED;
	if (victim == NULL ||
	    (!is_child(victim, session->badge) && !session_may(session, MANIFEST_MAY_CONTROL)))
		return SUPERVISOR_NO_PROCESS;
	if (victim->service)
		return STATUS_NOT_ALLOWED;
	if (process_is_alive(process))
		process_died(victim, SUPERVISOR_END_KILLED, 0, "ended by another process");
	settle_later();
	return STATUS_OK;
}

// ---- control -------------------------------------------------------------------------------------

// Root does these when the answer is committed.
static void request_root(enum root_request request, uint64_t word, uint64_t points)
{
	ledger_set(&state->request, (uint32_t)request);
	ledger_set(&state->request_word[0], word);
	ledger_set(&state->request_word[1], points);
	ledger_set(&state->request_serial, state->request_serial + 1);
	settle_later();
}

static uint64_t root_restarts(const char *name)
{
	if (strcmp(name, "pager") == 0)
		return PROCESS_PAGER;
	return strcmp(name, "supervisor") == 0 ? PROCESS_SUPERVISOR : 0;
}

static status_t restart(struct session *session, const char *name, enum start_mode mode)
{
	struct process *service = process_named(name);
	uint64_t roots = root_restarts(name);

	if (!session_may(session, MANIFEST_MAY_CONTROL))
		return STATUS_NOT_ALLOWED;
	if (roots != 0 && mode == START_RESTART) {
		request_root(ROOT_RESTART, roots, 0);
		return STATUS_OK;
	}
	if (service == NULL || service->state == PROCESS_DORMANT)
		return SUPERVISOR_NO_SERVICE;
	process_restart_asked(service, mode);
	settle_later();
	return STATUS_OK;
}

static status_t kill_arm(struct process *service, uint64_t points)
{
	uint64_t place = LEDGER_BASE + offsetof(struct ledger_header, kill_count);
	uint64_t armed = LEDGER_BASE + offsetof(struct ledger_header, kill_armed);
	uint64_t count = 0, bytes = 0;
	status_t status = pager_space_read(&pager_session, service->number, place, sizeof(count),
					   &count, &bytes);

	if (status != STATUS_OK)
		return SUPERVISOR_NO_SERVICE;
	ledger_set(&service->kill_asked, 1u);
	count += points; // with SUPERVISOR_KILL_HANGS, which is the ledger's bit
	return pager_space_write(&pager_session, service->number, armed, &count, sizeof(count));
}

status_t supervisor_kill_at_handle(struct session *session, const char *name, uint64_t points)
{
	struct process *service = process_named(name);
	uint64_t roots = root_restarts(name);

	if (!session_may(session, MANIFEST_MAY_CONTROL))
		return STATUS_NOT_ALLOWED;
	if (roots != 0) {
		request_root(ROOT_RESTART, roots, points);
		return STATUS_OK;
	}
	if (service == NULL || service->state != PROCESS_RUNNING ||
	    process_plan(service)->kind != MANIFEST_SERVER)
		return SUPERVISOR_NO_SERVICE;
	return kill_arm(service, points);
}

status_t supervisor_restart_handle(struct session *session, const char *name)
{
	return restart(session, name, START_RESTART);
}

status_t supervisor_restart_fresh_handle(struct session *session, const char *name)
{
	return restart(session, name, START_FRESH);
}

static status_t power(struct session *session, enum root_request request, uint32_t status)
{
	if (!session_may(session, MANIFEST_MAY_POWER))
		return STATUS_NOT_ALLOWED;
	request_root(request, status, 0);
	return STATUS_OK;
}

status_t supervisor_power_off_handle(struct session *session, uint32_t status)
{
	return power(session, ROOT_POWER_OFF, status);
}

status_t supervisor_reboot_handle(struct session *session)
{
	return power(session, ROOT_REBOOT, 0);
}
