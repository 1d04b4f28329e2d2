// SPDX-License-Identifier: MIT
//
// The log: the last LOG_BYTES of text that anybody wrote, in the ledger, by position from the
// beginning. Whoever may observe reads it by position and is signalled when it has grown. While no
// such server runs (before there is a console, or when it was given up) root prints it.

#include "state.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void log_bytes(const char *text, uint64_t count)
{
	// What is overwritten was far from the head: no reader is told of it, and no undo is needed.
	for (uint64_t i = 0; i < count; i++)
		state->log[(state->log_head + i) % LOG_BYTES] = text[i];
	ledger_set(&state->log_head, state->log_head + count);
}

void log_text(const char *line)
{
	log_bytes(line, strlen(line));
	log_bytes("\n", 1);
}

void log_line(const char *format, ...)
{
	char line[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	log_text(line);
}

// Copies from a position on; what is overwritten already is skipped.
uint64_t log_copy(uint64_t position, char *to, uint64_t room, uint64_t *next)
{
	uint64_t oldest = state->log_head > LOG_BYTES ? state->log_head - LOG_BYTES : 0;
	uint64_t count;

	if (position < oldest || position > state->log_head)
		position = oldest;
	count = state->log_head - position;
	count = count < room ? count : room;
	for (uint64_t i = 0; i < count; i++)
		to[i] = state->log[(position + i) % LOG_BYTES];
	*next = position + count;
	return count;
}

static void root_print(void)
{
	uint64_t next;

	while (state->log_printed < state->log_head) {
		uint64_t words[MSG_REG_WORDS] = {0};

		log_copy(state->log_printed, (char *)words, sizeof(words), &next);
		memcpy(thread_buffer()->words, words, sizeof(words));
		(void)ipc_send_8(HANDOVER_CPTR(ROOT_SLOT_CONTROL, SUPERVISOR_CONTROL_ROOT),
				 msg_make(ROOT_PRINT, 0, MSG_REG_WORDS));
		ledger_set(&state->log_printed, next);
	}
}

static bool is_reader(const struct process *process)
{
	const struct manifest_process *plan;

	if (process->number == 0 || manifest() == NULL || !process_is_alive(process->number))
		return false;
	plan = process_plan(process);
	return plan->kind == MANIFEST_SERVER && plan->authority & MANIFEST_MAY_OBSERVE;
}

void log_flush(void)
{
	static uint64_t told;
	bool read = false;

	if (told == state->log_head)
		return;
	for (unsigned i = 0; i < PROCESSES_MAX; i++) {
		if (!is_reader(&state->process[i]))
			continue;
		read = true;
		if (state->process[i].state != PROCESS_STARTING)
			(void)ipc_signal(slot_cptr(i, SLOT_SIGNAL_LOG));
	}
	if (read)
		ledger_set(&state->log_printed, state->log_head);
	else
		root_print();
	told = state->log_head;
	ledger_commit();
}
