// SPDX-License-Identifier: MIT
//
// The supervisor's start and its notifications. A fresh supervisor makes an entry for every service
// of the manifest, in the order in which they call each other; a restarted one finds its entries in
// the ledger, takes the crashes that it missed, and goes on with what the states say.

#include "state.h"

#include <string.h>

static _Noreturn void give_up(const char *reason)
{
	log_line("supervisor: %s", reason);
	log_flush();
	thread_buffer()->words[0] = 1;
	(void)ipc_send_8(HANDOVER_CPTR(ROOT_SLOT_CONTROL, SUPERVISOR_CONTROL_ROOT),
			 msg_make(ROOT_POWER_OFF, 0, 1));
	server_panic(reason);
}

static void service_add(uint32_t plan)
{
	const struct manifest_process *p = &manifest()->process[plan];
	struct process *process = process_take(plan, 0);

	if (process == NULL) {
		log_line("supervisor: no room for %s", p->name);
		return;
	}
	process->service = 1; // process_take saved the old bytes
	memcpy(process->name, p->name, sizeof(process->name));
	// argv[0], then what the manifest says.
	memcpy(process->arguments, p->name, strlen(p->name) + 1);
	process->argument_bytes = (uint32_t)strlen(p->name) + 1;
	memcpy(process->arguments + process->argument_bytes, p->arguments, p->argument_bytes);
	process->argument_bytes += p->argument_bytes;
	if (p->flags & MANIFEST_DORMANT)
		process->state = PROCESS_DORMANT;
}

static void services_add(void)
{
	for (uint32_t i = 0; i < manifest()->process_count; i++) {
		const struct manifest_process *p = &manifest()->process[i];

		if (p->kind == MANIFEST_SERVER || p->flags & MANIFEST_START)
			service_add(i);
	}
}

static status_t start(enum start_mode mode)
{
	const char *reason;

	state = ledger_region("supervisor", 1, sizeof(*state));
	if (state == NULL)
		return STATUS_BAD_LEDGER;
	reason = manifest_open();
	if (reason != NULL)
		give_up(reason);
	if (mode == START_FRESH) {
		ledger_set(&state->next_number, (uint64_t)PROCESS_FIRST);
		ledger_set(&state->pieces, pieces_make());
		services_add();
		log_line("Caplet: %lu MiB of memory, %u CPU%s", handover()->memory_bytes >> 20,
			 handover()->cpu_count, handover()->cpu_count == 1 ? "" : "s");
		log_line(handover()->iommu_line != 0
				 ? "IOMMU: a device reaches what its driver was given, nothing else"
				 : "no IOMMU: drivers of devices that do DMA are trusted");
	} else {
		log_line("supervisor: restarted, goes on with what it finds");
	}
	watch_start_ticker();
	settle_later();
	return STATUS_OK;
}

// Sent before it is forgotten, so that a death in between loses nothing: the successor sends it again,
// and root knows it by its serial number. A request never finds an older one waiting: the handler that
// made that one signalled the own notification, which is received before the next call.
static void request_send(void)
{
	uint64_t *words = thread_buffer()->words;

	words[0] = state->request_word[0];
	words[1] = state->request_word[1];
	words[2] = state->request_serial;
	kill_point();
	(void)ipc_send_8(HANDOVER_CPTR(ROOT_SLOT_CONTROL, SUPERVISOR_CONTROL_ROOT),
			 msg_make(state->request, 0, 3));
	kill_point();
	ledger_set(&state->request, 0u);
	ledger_commit();
}

static void notified(uint64_t bits)
{
	crashes_take();
	if (bits & NOTIFY_TICK) {
		watch_tick();
		devices_watch();
	}
	settle_all();
	if (state->request != 0)
		request_send();
}

static void session_died(struct session *session)
{
	waiters_forget(session->badge);
}

static status_t admit(uint64_t badge)
{
	return process_is_alive(badge) ? STATUS_OK : STATUS_NOT_ALLOWED;
}

// Entries that can only be the work of stray stores make the ledger unusable.
static status_t check(void)
{
	const struct ledger_region *region = ledger_region_find("supervisor");
	const struct supervisor_state *s;

	if (region == NULL)
		return STATUS_OK; // it died before it had anything
	s = (const void *)(LEDGER_BASE + region->offset);
	if (s->pieces > PROCESSES_MAX || s->next_number < PROCESS_FIRST)
		return STATUS_BAD_LEDGER;
	for (unsigned i = 0; i < PROCESSES_MAX; i++)
		if (s->process[i].number >= s->next_number ||
		    s->process[i].plan >= MANIFEST_PROCESSES_MAX)
			return STATUS_BAD_LEDGER;
	return STATUS_OK;
}

static const struct server supervisor = {
	.name = "supervisor",
	.interface = &supervisor_interface,
	.init = start,
	.ledger_check = check,
	.session_died = session_died,
	.notified = notified,
	.cancelled = waiter_cancelled,
	.admit = admit,
	.process_alive = process_is_alive,
};

int main(void)
{
	return server_run(&supervisor);
}
