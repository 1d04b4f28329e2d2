// SPDX-License-Identifier: MIT
//
// Crash reports. The pager handles all faults; those that it cannot resolve are crashes, which it
// keeps in a list and signals. Here each becomes a report (who, why in words, registers, backtrace)
// and then a death. What was dealt with is known by the pager's serial number, so that no crash is
// lost or counted twice, whoever of the two restarts in between.

#include "state.h"

#include <caplet/abi/fault.h>

#include <stdio.h>
#include <string.h>

static const char *const exceptions[] = {
	"divide error",
	"single step",
	"NMI",
	"breakpoint",
	"overflow",
	"bound range exceeded",
	"undefined instruction",
	"vector registers used without declaring it",
	"double fault",
	"coprocessor overrun",
	"invalid TSS",
	"segment not present",
	"stack segment fault",
	"general protection",
	"page fault",
	"reserved",
	"x87 floating-point error",
	"misaligned access",
	"machine check",
	"vector floating-point error",
};

enum { UNDEFINED_INSTRUCTION = 6 }; // also how a server that gives up ends itself

enum { SIGNAL_ILL = 4, SIGNAL_TRAP = 5, SIGNAL_BUS = 7, SIGNAL_FPE = 8, SIGNAL_SEGV = 11 };

// What POSIX calls it.
static uint32_t signal_of(const struct pager_crash *crash)
{
	if (crash->cause != PAGER_CAUSE_EXCEPTION)
		return SIGNAL_SEGV;
	switch (crash->word0) {
	case 0:
	case 16:
	case 19: return SIGNAL_FPE;
	case 1:
	case 3: return SIGNAL_TRAP;
	case UNDEFINED_INSTRUCTION: return SIGNAL_ILL;
	case 17: return SIGNAL_BUS;
	}
	return SIGNAL_SEGV;
}

static const char *access_name(uint64_t access)
{
	if (access & FAULT_ACCESS_EXECUTE)
		return "jumped to";
	return access & FAULT_ACCESS_WRITE ? "wrote to" : "read from";
}

static void cause_write(char *to, size_t size, const struct pager_crash *crash)
{
	const char *access = access_name(crash->word2);
	uint64_t address = crash->word0;

	switch (crash->cause) {
	case PAGER_CAUSE_NULL:
		snprintf(to, size, "%s %#lx, a null pointer", access, address);
		break;
	case PAGER_CAUSE_STACK_OVERFLOW:
		snprintf(to, size, "stack overflow: %s %#lx below its stack", access, address);
		break;
	case PAGER_CAUSE_UNMAPPED:
		snprintf(to, size, "%s %#lx, where nothing is mapped", access, address);
		break;
	case PAGER_CAUSE_WRITE:
		snprintf(to, size, "wrote to %#lx, which is read-only", address);
		break;
	case PAGER_CAUSE_EXECUTE:
		snprintf(to, size, "jumped to %#lx, which is not executable", address);
		break;
	case PAGER_CAUSE_ADDRESS:
		snprintf(to, size, "%s %#lx, which no process can have", access, address);
		break;
	case PAGER_CAUSE_TIMEOUT: snprintf(to, size, "used up its budget"); break;
	case PAGER_CAUSE_POISON:
		snprintf(to, size, "page fault that killed the pager twice");
		break;
	case PAGER_CAUSE_EXCEPTION:
		snprintf(to, size, "%s (exception %lu, error code %#lx)",
			 crash->word0 < sizeof(exceptions) / sizeof(exceptions[0])
				 ? exceptions[crash->word0]
				 : "exception",
			 crash->word0, crash->word2);
		break;
	default: snprintf(to, size, "fault %#lx of an unknown kind", address);
	}
}

// The oldest report makes room.
static struct report *report_begin(const struct process *process)
{
	struct report *report = &state->report[state->report_count % REPORTS];

	ledger_change(report, sizeof(*report));
	memset(report, 0, sizeof(*report));
	ledger_set(&state->report_count, state->report_count + 1);
	report->serial = state->report_count;
	report->process = process->number;
	return report;
}

// What a server that gave up by itself wrote in its ledger; empty if it did not.
static void last_words_read(const struct process *process, char words[128])
{
	uint64_t bytes = 0;

	if (process_plan(process)->ledger_bytes == 0 ||
	    pager_space_read(&pager_session, process->number,
			     LEDGER_BASE + offsetof(struct ledger_header, last_words), 128, words,
			     &bytes) != STATUS_OK)
		words[0] = 0;
	words[127] = 0;
}

// What a server was doing for whom.
static void request_write(struct text *text, const struct process *process)
{
	uint64_t current[3] = {0}, bytes = 0; // badge, ticket, label

	if (process_plan(process)->kind != MANIFEST_SERVER ||
	    pager_space_read(&pager_session, process->number,
			     LEDGER_BASE + offsetof(struct ledger_header, current_badge),
			     sizeof(current), current, &bytes) != STATUS_OK ||
	    current[0] == 0)
		return;
	text_line(text, "  served method %lu for process %lu, lane %u, request %lu", current[2],
		  current[0], ticket_lane(current[1]), ticket_sequence(current[1]));
}

static void report_write(struct process *process, uint32_t thread, const char *cause)
{
	struct report *report = report_begin(process);
	struct text text = {.start = report->text, .size = sizeof(report->text)};
	struct thread_regs regs;
	const char *line;

	text_line(&text, "crash %u: %s (process %lu, thread %u): %s", report->serial, process->name,
		  process->number, thread, cause);
	if (thread < THREADS_MAX &&
	    thread_read_regs(slot_cptr(process_index(process), SLOT_THREAD + thread), true,
			     &regs) == STATUS_OK)
		trace_write(&text, process, &regs);
	request_write(&text, process);
	report->lines = text.lines;
	ledger_set(&process->crash, report->serial);
	line = report->text;
	for (uint32_t i = 0; i < report->lines; i++, line += strlen(line) + 1)
		log_text(line);
}

static bool runs(const struct process *process)
{
	return process->state == PROCESS_RUNNING || process->state == PROCESS_LAUNCHING;
}

// A death that a test asked for says nothing about the service.
static bool was_killed(struct process *process)
{
	uint64_t armed = 1, bytes;

	if (!process->kill_asked ||
	    pager_space_read(&pager_session, process->number,
			     LEDGER_BASE + offsetof(struct ledger_header, kill_armed),
			     sizeof(armed), &armed, &bytes) != STATUS_OK ||
	    armed != 0)
		return false;
	ledger_set(&process->kill_asked, 0u);
	return true;
}

static bool killed_restart(struct process *process)
{
	if (!was_killed(process))
		return false;
	ledger_set(&process->blameless, 1u);
	process_restart(process, START_RESTART);
	ledger_commit();
	return true;
}

void crashes_take(void)
{
	struct pager_crash crash;
	char cause[REASON_BYTES], words[128];

	faults_send(); // what a predecessor had noted
	while (pager_crash_next(&pager_session, state->crash_seen, &crash) == STATUS_OK) {
		struct process *process = process_find(crash.process);

		ledger_set(&state->crash_seen, crash.serial);
		if (process == NULL || !runs(process))
			continue; // a thread of a life that is over
		if (killed_restart(process))
			continue;
		if (fault_send(process, &crash, signal_of(&crash))) {
			ledger_commit();
			faults_send();
			continue;
		}
		cause_write(cause, sizeof(cause), &crash);
		if (crash.cause == PAGER_CAUSE_EXCEPTION && crash.word0 == UNDEFINED_INSTRUCTION) {
			last_words_read(process, words);
			if (words[0] != 0)
				snprintf(cause, sizeof(cause), "gave up: %.85s", words);
		}
		report_write(process, crash.thread, cause);
		ledger_set(&process->signal, signal_of(&crash));
		process_died(process, SUPERVISOR_END_CRASH, (int32_t)process->crash, cause);
		ledger_commit();
	}
	faults_resume();
}

void crash_hang(struct process *process, const char *reason)
{
	if (killed_restart(process))
		return;
	report_write(process, 0, reason);
	process_died(process, SUPERVISOR_END_HANG, (int32_t)process->crash, reason);
	ledger_commit();
}

const struct report *report_exactly(uint32_t serial)
{
	const struct report *report = &state->report[(serial - 1) % REPORTS];

	return serial != 0 && report->serial == serial ? report : NULL;
}

const struct report *report_find(uint32_t after)
{
	uint32_t newest = state->report_count;
	uint32_t oldest = newest > REPORTS ? newest - REPORTS + 1 : 1;

	return after >= newest ? NULL : report_exactly(after + 1 > oldest ? after + 1 : oldest);
}
