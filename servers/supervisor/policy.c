// SPDX-License-Identifier: MIT
//
// What follows a death. A service climbs its ladder of the manifest, one step for each death within
// CALM_NS of its last start; above the last step it is given up, with its reason. A program that
// somebody started just ends, and who started it is told.

#include "state.h"

#include <caplet/clock.h>

#include <stdio.h>
#include <string.h>

#define CALM_NS (10 * NANOSECONDS_PER_SECOND)

static void reason_set(struct process *process, const char *reason)
{
	ledger_change(process->reason, sizeof(process->reason));
	snprintf(process->reason, sizeof(process->reason), "%s", reason);
}

// A server is restarted in its CSpace. A program has nothing that outlives it: it is built anew.
void process_restart(struct process *process, enum start_mode mode)
{
	if (process->state == PROCESS_ENDING) {
		ledger_set(&process->again, 1u); // first it is taken apart
		return;
	}
	bool server = process_plan(process)->kind == MANIFEST_SERVER;
	bool dead = process_is_down(process);

	ledger_set(&process->mode, (uint32_t)(server && !dead ? mode : START_FRESH));
	ledger_change(process, sizeof(*process));
	process->image[0] = '\0'; // what it loaded later is over
	process->image_object = process->block_object = process->like = 0;
	process->stopped = 0;
	ledger_set(&process->restarts, process->restarts + 1);
	ledger_set(&state->restarts, state->restarts + 1);
	if (dead) {
		process_renumber(process);
		process_set_state(process, PROCESS_STARTING);
	} else if (process->state == PROCESS_STARTING) {
		return; // with the new mode
	} else if (server) {
		process_set_state(process, PROCESS_RESTARTING);
	} else {
		ledger_set(&process->again, 1u);
		process_set_state(process, PROCESS_ENDING);
	}
}

// A dormant service begins a new life, whose ladder begins at its foot.
void process_wake(struct process *process)
{
	ledger_change(process, sizeof(*process));
	process->mode = START_FRESH;
	process->step = process->restarts = process->blameless = 0;
	process->end = 0;
	process->reason[0] = '\0';
	process_renumber(process);
	process_set_state(process, PROCESS_STARTING);
}

// A person or a test wants it: the ladder begins at its foot, and no request is to blame.
void process_restart_asked(struct process *process, enum start_mode mode)
{
	ledger_set(&process->step, 0u);
	ledger_set(&process->blameless, 1u);
	ledger_set(&process->end, (uint32_t)SUPERVISOR_END_KILLED);
	reason_set(process,
		   mode == START_FRESH ? "started FRESH on request" : "restarted on request");
	process_restart(process, mode);
}

// Those whose calls go to it are told by their calls' ends; a ladder can restart them as well.
static void dependants_restart(const struct process *server)
{
	for (unsigned i = 0; i < process_end; i++) {
		struct process *process = &state->process[i];
		const struct manifest_process *plan;

		if (process->number == 0 || !process->service || process->state != PROCESS_RUNNING)
			continue;
		plan = process_plan(process);
		for (uint32_t u = 0; u < plan->use_count; u++)
			if (plan->use[u].process == server->plan) {
				ledger_set(&process->blameless, 1u);
				process_restart(process, START_RESTART);
				break;
			}
	}
}

static void give_up(struct process *process, const char *reason)
{
	log_line("supervisor: %s is given up: %s", process->name, reason);
	process_set_state(process, PROCESS_ENDING);
}

static const char *const step_words[] = {
	[MANIFEST_RESTART] = "RESTART",
	[MANIFEST_FRESH] = "FRESH start",
	[MANIFEST_DEPENDANTS] = "FRESH start, and of those that use it a RESTART",
};

static void ladder_climb(struct process *process, const char *reason)
{
	const struct manifest_process *plan = process_plan(process);
	uint8_t rung;

	if (process->state == PROCESS_RUNNING && clock_now() - process->started_ns > CALM_NS)
		ledger_set(&process->step, 0);
	if (process->step >= plan->ladder_count) {
		give_up(process, reason);
		return;
	}
	rung = plan->ladder[process->step];
	ledger_set(&process->step, process->step + 1);
	log_line("supervisor: %s: %s; %s", process->name, reason, step_words[rung]);
	process_restart(process, rung == MANIFEST_RESTART ? START_RESTART : START_FRESH);
	if (rung == MANIFEST_DEPENDANTS)
		dependants_restart(process);
}

void process_died(struct process *process, uint32_t end, int32_t status, const char *reason)
{
	ledger_set(&process->blameless, 0u);
	ledger_set(&process->end, end);
	ledger_set(&process->status, status);
	reason_set(process, reason);
	if (process->service)
		ladder_climb(process, reason);
	else
		process_set_state(process, PROCESS_ENDING);
}

// No ladder: what cannot be started now will not start a moment later.
void process_fail(struct process *process, const char *reason)
{
	ledger_set(&process->end, SUPERVISOR_END_IMAGE);
	ledger_set(&process->status, 0);
	reason_set(process, reason);
	if (process->service)
		give_up(process, reason);
	else {
		if (process->held) // its maker is told at once
			ledger_set(&process->wait_for_parent, 0u);
		else
			log_line("supervisor: %s cannot be started: %s", process->name, reason);
		process_set_state(process, PROCESS_ENDING);
	}
}
