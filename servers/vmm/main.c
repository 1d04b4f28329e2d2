// SPDX-License-Identifier: MIT
//
// vmm: the server that hosts one guest. Its main thread answers requests; each processor of the guest
// has a thread (cpu.c). What a request changes is a few words that those threads look at before
// they enter the guest. When the guest has ended and nobody has a session any more, the server
// goes back to sleep: it ends itself, and all that it had is returned.
#include <string.h>

#include <caplet/server.h>
#include <caplet/system.h>
#include <timer.h>
#include <vm.h>

#include "sessions.h"
#include "vmm.h"

enum { WAITERS_MAX = 8 };

struct timer_client timer;

static struct deferred *waiters[WAITERS_MAX];

status_t vm_start_handle(struct session *session, const char *configuration)
{
	(void)session;
	return machine->state == VM_STATE_IDLE ? machine_start(configuration) : VM_BUSY;
}

status_t vm_pause_handle(struct session *session, bool on)
{
	(void)session;
	if (!machine_lives())
		return VM_NO_GUEST;
	machine->state = on ? VM_STATE_PAUSED : VM_STATE_RUNNING;
	for (unsigned i = 0; i < machine->configuration.cpus; i++)
		machine_kick(i);
	return STATUS_OK;
}

status_t vm_kill_handle(struct session *session)
{
	(void)session;
	if (machine_lives())
		machine_end(VM_STATE_OFF, "killed");
	machine_tell();
	return STATUS_OK;
}

status_t vm_stat_handle(struct session *session, struct vm_figures *figures)
{
	(void)session;
	*figures = (struct vm_figures){
		.state = machine->state,
		.vcpus = machine->configuration.cpus,
		.memory_bytes = machine->configuration.memory,
		.handling_ticks = machine->handling_ticks,
		.started_ticks = machine->started_ticks,
		.restarts = machine->restarts,
	};
	memcpy(figures->name, machine->configuration.name, sizeof(figures->name));
	for (unsigned i = 0; i < sizeof(machine->exits) / sizeof(machine->exits[0]); i++)
		figures->exits += machine->exits[i];
	return STATUS_OK;
}

status_t vm_exits_handle(struct session *session, uint32_t reason, uint64_t *count)
{
	(void)session;
	*count = reason < 16 ? machine->exits[reason] : 0;
	return STATUS_OK;
}

status_t vm_device_handle(struct session *session, uint32_t place, uint32_t *kind,
			  uint64_t *requests)
{
	(void)session;
	return virtio_facts(place, kind, requests) ? STATUS_OK : VM_NO_DEVICE;
}

status_t vm_explain_handle(struct session *session, char message[300])
{
	(void)session;
	strcpy(message, machine->message);
	return STATUS_OK;
}

status_t vm_wait_handle(struct session *session, uint32_t *state)
{
	unsigned i = 0;

	*state = machine->state;
	if (!machine_lives())
		return STATUS_OK;
	while (i < WAITERS_MAX && waiters[i] != NULL)
		i++;
	if (i == WAITERS_MAX)
		return STATUS_EXHAUSTED;
	waiters[i] = server_defer(session);
	return waiters[i] != NULL ? SERVER_DEFERRED : STATUS_EXHAUSTED;
}

static void waiters_answer(void)
{
	for (unsigned i = 0; i < WAITERS_MAX; i++) {
		if (waiters[i] != NULL)
			(void)vm_wait_answer(waiters[i], STATUS_OK, machine->state);
		waiters[i] = NULL;
	}
}

// A processor's thread says that there is output, or that the guest has ended; a session that it ended.
static void vmm_notified(uint64_t bits)
{
	(void)bits;
	if (machine->stopped && machine_lives())
		machine_end(machine->stopped, NULL);
	attached_serve();
	if (machine_lives())
		return;
	waiters_answer();
	if (machine->state != VM_STATE_IDLE && server_session_next(NULL) == NULL)
		(void)supervisor_exit(&supervisor_session, 0);
}

// What was typed may be seen by the guest now.
static void vmm_committed(void)
{
	if (uart_typed())
		machine_kick(0);
}

static void vmm_cancelled(struct deferred *deferred)
{
	attached_cancel(deferred);
	for (unsigned i = 0; i < WAITERS_MAX; i++)
		if (waiters[i] == deferred)
			waiters[i] = NULL;
}

static void vmm_session_died(struct session *session)
{
	attached_end(session);
	for (unsigned i = 0; i < WAITERS_MAX; i++)
		if (waiters[i] != NULL && waiters[i]->session == session)
			waiters[i] = NULL;
	if (machine->state == VM_STATE_IDLE && server_session_next(NULL) == session &&
	    server_session_next(session) == NULL)
		machine->state = VM_STATE_OFF; // its start was refused, or never came
	machine_tell();
}

static status_t vmm_init(enum start_mode mode)
{
	status_t status;

	machine = ledger_region("machine", 1, sizeof(*machine));
	if (machine == NULL)
		return STATUS_EXHAUSTED;
	(void)uart_typed();
	status = timer_connect(&timer, "timer");
	if (status == STATUS_OK)
		status = machine_tell_open();
	if (status == STATUS_OK && mode == START_RESTART)
		status = machine_resume();
	machine_tell();
	return status;
}

static const struct server vmm = {
	.name = "vmm",
	.interface = &vm_interface,
	.init = vmm_init,
	.notified = vmm_notified,
	.committed = vmm_committed,
	.cancelled = vmm_cancelled,
	.session_died = vmm_session_died,
};

int main(void)
{
	return server_run(&vmm);
}
