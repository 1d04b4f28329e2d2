// SPDX-License-Identifier: MIT
//
// vmm: the server that hosts one guest. Its main thread answers requests; each processor of the guest
// has a thread (cpu.c). What a request changes is a few words that those threads look at before
// they enter the guest.
#include <string.h>

#include <caplet/server.h>
#include <console.h>
#include <timer.h>
#include <vm.h>

#include "sessions.h"
#include "vmm.h"

struct console_client console;
struct timer_client timer;

static struct deferred *waiters[8];

status_t vm_start_handle(struct session *session, const char *configuration)
{
	(void)session;
	if (machine->state == VM_STATE_RUNNING || machine->state == VM_STATE_PAUSED)
		return VM_BUSY;
	return machine_start(configuration);
}

status_t vm_pause_handle(struct session *session, bool on)
{
	(void)session;
	if (machine->state != VM_STATE_RUNNING && machine->state != VM_STATE_PAUSED)
		return VM_NO_GUEST;
	machine->state = on ? VM_STATE_PAUSED : VM_STATE_RUNNING;
	for (unsigned i = 0; i < machine->configuration.cpus; i++)
		machine_kick(i);
	return STATUS_OK;
}

status_t vm_kill_handle(struct session *session)
{
	(void)session;
	if (machine->state == VM_STATE_RUNNING || machine->state == VM_STATE_PAUSED)
		machine_end(VM_STATE_OFF, "killed");
	return STATUS_OK;
}

status_t vm_stat_handle(struct session *session, struct vm_figures *figures)
{
	(void)session;
	*figures = (struct vm_figures){
		.state = machine->state,
		.vcpus = machine->configuration.cpus,
		.memory_bytes = machine->configuration.memory,
		.restarts = machine->restarts,
	};
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

status_t vm_explain_handle(struct session *session, char message[200])
{
	(void)session;
	strcpy(message, machine->message);
	return STATUS_OK;
}

status_t vm_wait_handle(struct session *session, uint32_t *state)
{
	unsigned i = 0;

	if (machine->state != VM_STATE_RUNNING && machine->state != VM_STATE_PAUSED) {
		*state = machine->state;
		return STATUS_OK;
	}
	while (i < 8 && waiters[i] != NULL)
		i++;
	waiters[i & 7] = i < 8 ? server_defer(session) : waiters[i & 7];
	return i < 8 && waiters[i] != NULL ? SERVER_DEFERRED : STATUS_EXHAUSTED;
}

status_t vm_type_handle(struct session *session, const void *text, uint64_t bytes, uint32_t *taken)
{
	(void)session;
	if (machine->state != VM_STATE_RUNNING && machine->state != VM_STATE_PAUSED)
		return VM_NO_GUEST;
	machine_lock();
	*taken = uart_type(text, (unsigned)bytes);
	machine_unlock();
	machine_kick(0);
	return STATUS_OK;
}

// A processor's thread says that the guest has ended.
static void vmm_notified(uint64_t bits)
{
	(void)bits;
	if (machine->stopped && machine->state == VM_STATE_RUNNING)
		machine_end(machine->stopped, NULL);
	if (machine->state == VM_STATE_RUNNING || machine->state == VM_STATE_PAUSED)
		return;
	for (unsigned i = 0; i < 8; i++) {
		if (waiters[i] != NULL)
			(void)vm_wait_answer(waiters[i], STATUS_OK, machine->state);
		waiters[i] = NULL;
	}
}

static void vmm_cancelled(struct deferred *deferred)
{
	for (unsigned i = 0; i < 8; i++)
		if (waiters[i] == deferred)
			waiters[i] = NULL;
}

static void vmm_session_died(struct session *session)
{
	for (unsigned i = 0; i < 8; i++)
		if (waiters[i] != NULL && waiters[i]->session == session)
			waiters[i] = NULL;
}

static status_t vmm_init(enum start_mode mode)
{
	status_t status;

	machine = ledger_region("machine", 1, sizeof(*machine));
	if (machine == NULL)
		return STATUS_EXHAUSTED;
	status = console_connect(&console, "console");
	if (status == STATUS_OK)
		status = timer_connect(&timer, "timer");
	if (status == STATUS_OK && mode == START_RESTART && machine->state != VM_STATE_IDLE)
		status = machine_resume();
	return status;
}

static const struct server vmm = {
	.name = "vmm",
	.interface = &vm_interface,
	.init = vmm_init,
	.notified = vmm_notified,
	.cancelled = vmm_cancelled,
	.session_died = vmm_session_died,
};

int main(void)
{
	return server_run(&vmm);
}
