// SPDX-License-Identifier: MIT
//
// The methods of supervisor.idl that only look. All are idempotent.

#include "state.h"

#include <string.h>

status_t supervisor_processes_alive_handle(struct session *session,
					   const struct supervisor_processes *asked,
					   uint64_t *alive)
{
	*alive = 0;
	for (unsigned i = 0; i < SUPERVISOR_ASKED_MAX; i++)
		if (asked->process[i] != 0 && process_is_alive(asked->process[i]))
			*alive |= 1ul << i;
	return STATUS_OK;
}

status_t supervisor_process_alive_handle(struct session *session, uint64_t process, bool *alive)
{
	*alive = process_is_alive(process);
	return STATUS_OK;
}

status_t supervisor_file_name_handle(struct session *session, uint32_t index, uint64_t *bytes,
				     char name[100])
{
	const void *archive = (const void *)HANDOVER_ARCHIVE_BASE;
	struct archive_member member;
	uint64_t position = 0;

	while (archive_next(archive, handover()->archive_bytes, &position, &member) ==
	       ARCHIVE_MEMBER) {
		if (strcmp(member.name, ".pad") == 0 || index-- > 0)
			continue;
		strncpy(name, member.name, 99);
		name[99] = '\0';
		*bytes = member.bytes;
		return STATUS_OK;
	}
	return SUPERVISOR_NO_FILE;
}

static uint32_t threads_count(const struct process *process)
{
	uint32_t count = process_is_alive(process->number);

	for (unsigned t = 1; t < THREADS_MAX; t++)
		if (process->thread[t].life != THREAD_NONE)
			count++;
	return count;
}

// Launching is a matter of the supervisor alone.
static uint32_t state_shown(const struct process *process)
{
	return process->state == PROCESS_LAUNCHING ? PROCESS_STARTING : process->state;
}

// The two that root looks after are shown too, with what is known of them here.
static struct supervisor_process root_process_facts(uint64_t number)
{
	const struct handover_service *told = &handover()->service[number - PROCESS_PAGER];
	struct supervisor_process facts = {.process = number,
					   .state = PROCESS_RUNNING,
					   .threads = 1,
					   .consumed_us = told->consumed_us,
					   .memory_bytes = told->memory_bytes};
	struct pager_machine machine;

	if (number == PROCESS_SUPERVISOR) {
		facts.threads = 2;
		facts.restarts = ((const struct process_info *)PROCESS_INFO_BASE)->restarts;
		strcpy(facts.name, "supervisor");
	} else {
		if (pager_statistics(&pager_session, &machine) == STATUS_OK)
			facts.restarts = (uint32_t)machine.restarts;
		strcpy(facts.name, "pager");
	}
	return facts;
}

static const struct process *process_after(uint64_t after)
{
	const struct process *found = NULL;

	for (unsigned i = 0; i < PROCESSES_MAX; i++) {
		const struct process *process = &state->process[i];

		if (process->number > after && (found == NULL || process->number < found->number))
			found = process;
	}
	return found;
}

status_t supervisor_process_next_handle(struct session *session, uint64_t after,
					struct supervisor_process *facts)
{
	const struct process *process = process_after(after);
	struct pager_usage usage = {0};

	if (!session_may(session, MANIFEST_MAY_OBSERVE))
		return STATUS_NOT_ALLOWED;
	if (after < PROCESS_SUPERVISOR) {
		*facts = root_process_facts(after + 1);
		return STATUS_OK;
	}
	if (process == NULL)
		return SUPERVISOR_NO_PROCESS;
	// A process that is ending may have no space any more.
	(void)pager_space_usage(&pager_session, process->number, &usage);
	*facts = (struct supervisor_process){
		.process = process->number,
		.parent = process->parent,
		.state = state_shown(process),
		.threads = threads_count(process),
		.restarts = process->restarts,
		.end = process->end,
		.status = process->status,
		.consumed_us = watch[process_index(process)].consumed_us,
		.memory_bytes = usage.resident_bytes,
	};
	memcpy(facts->name, process->name, sizeof(facts->name));
	return STATUS_OK;
}

// When it was killed and when it served again, from its ledger; zeroes if it has none.
static void ticks_read(const struct process *process, struct supervisor_service *facts)
{
	uint64_t ticks[2] = {0}, bytes;

	if (pager_space_read(&pager_session, process->number,
			     LEDGER_BASE + offsetof(struct ledger_header, killed_ticks),
			     sizeof(ticks), ticks, &bytes) != STATUS_OK)
		return;
	facts->killed_ticks = ticks[0];
	facts->serving_ticks = ticks[1];
}
_Static_assert(offsetof(struct ledger_header, serving_ticks) ==
		       offsetof(struct ledger_header, killed_ticks) + sizeof(uint64_t),
	       "read together");

static void root_service_facts(uint64_t number, struct supervisor_service *facts, char reason[100])
{
	struct supervisor_process process = root_process_facts(number);
	struct pager_machine machine;

	*facts = (struct supervisor_service){
		.process = number, .state = process.state, .restarts = process.restarts};
	if (number == PROCESS_SUPERVISOR) {
		facts->killed_ticks = ledger_header()->killed_ticks;
		facts->serving_ticks = ledger_header()->serving_ticks;
	} else if (pager_statistics(&pager_session, &machine) == STATUS_OK) {
		facts->killed_ticks = machine.killed_ticks;
		facts->serving_ticks = machine.serving_ticks;
	}
	memcpy(facts->name, process.name, sizeof(facts->name));
	strncpy(reason, handover()->service[number - PROCESS_PAGER].last_end, 99);
}

status_t supervisor_service_next_handle(struct session *session, uint32_t index,
					struct supervisor_service *facts, char reason[100])
{
	if (!session_may(session, MANIFEST_MAY_OBSERVE))
		return STATUS_NOT_ALLOWED;
	for (unsigned i = 0; i < PROCESSES_MAX; i++) {
		const struct process *process = &state->process[i];

		if (process->number == 0 || !process->service || index-- > 0)
			continue;
		*facts = (struct supervisor_service){
			.process = process->number,
			.state = state_shown(process),
			.restarts = process->restarts,
			.step = process->step,
			.steps = process_plan(process)->ladder_count,
			.last_end = process->end,
			.crash = process->crash,
		};
		ticks_read(process, facts);
		memcpy(facts->name, process->name, sizeof(facts->name));
		memcpy(reason, process->reason, sizeof(process->reason));
		return STATUS_OK;
	}
	if (index > PROCESS_SUPERVISOR - PROCESS_PAGER)
		return SUPERVISOR_NO_SERVICE;
	root_service_facts(PROCESS_PAGER + index, facts, reason);
	return STATUS_OK;
}

status_t supervisor_crash_next_handle(struct session *session, uint32_t after, uint32_t *serial,
				      uint64_t *process, uint32_t *lines)
{
	const struct report *report = report_find(after);

	if (!session_may(session, MANIFEST_MAY_OBSERVE))
		return STATUS_NOT_ALLOWED;
	if (report == NULL)
		return SUPERVISOR_NO_CRASH;
	*serial = report->serial;
	*process = report->process;
	*lines = report->lines;
	return STATUS_OK;
}

status_t supervisor_crash_line_handle(struct session *session, uint32_t serial, uint32_t line,
				      char text[160])
{
	const struct report *report = report_exactly(serial);
	const char *from;

	if (!session_may(session, MANIFEST_MAY_OBSERVE))
		return STATUS_NOT_ALLOWED;
	if (report == NULL)
		return SUPERVISOR_NO_CRASH;
	if (line >= report->lines)
		return SUPERVISOR_NO_LINE;
	for (from = report->text; line > 0; line--)
		from += strlen(from) + 1;
	strncpy(text, from, 159);
	text[159] = '\0';
	return STATUS_OK;
}

status_t supervisor_log_read_handle(struct session *session, uint64_t position, uint64_t *next,
				    void *text, uint64_t *text_bytes)
{
	if (!session_may(session, MANIFEST_MAY_OBSERVE))
		return STATUS_NOT_ALLOWED;
	*text_bytes = log_copy(position, text, 320, next);
	return STATUS_OK;
}

status_t supervisor_census_handle(struct session *session, struct supervisor_census *census)
{
	if (!session_may(session, MANIFEST_MAY_OBSERVE))
		return STATUS_NOT_ALLOWED;
	*census = (struct supervisor_census){
		.pieces = state->pieces,
		.pieces_free = state->pieces,
		.capabilities = slots_used(),
		.restarts = state->restarts,
		.supervisor_restarts = ((const struct process_info *)PROCESS_INFO_BASE)->restarts,
		.crashes = state->report_count,
	};
	for (unsigned i = 0; i < PROCESSES_MAX; i++) {
		if (state->process[i].number == 0)
			continue;
		census->processes++;
		census->pieces_free--;
		census->threads += threads_count(&state->process[i]);
	}
	return STATUS_OK;
}

status_t supervisor_memory_handle(struct session *session, uint64_t *bytes, uint64_t *bytes_free)
{
	struct pager_machine machine;
	status_t status;

	if (!session_may(session, MANIFEST_MAY_OBSERVE))
		return STATUS_NOT_ALLOWED;
	status = pager_statistics(&pager_session, &machine);
	*bytes = machine.frames_total * PAGE_SIZE;
	*bytes_free = machine.frames_free * PAGE_SIZE;
	return status;
}
