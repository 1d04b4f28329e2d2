// SPDX-License-Identifier: MIT
//
// The life of the guest: start, going on after a restart, end; and the save areas that make the
// handling of an exit one step.
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <caplet/clock.h>
#include <caplet/kernel.h>
#include <caplet/server.h>
#include <caplet/system.h>
#include <vm.h>

#include "sessions.h"
#include "vmm.h"

struct machine *machine;

static pthread_mutex_t devices = PTHREAD_MUTEX_INITIALIZER;
static pthread_t threads[CPUS_MAX];
static cptr_t told_signal; // this server's own notification

void machine_lock(void)
{
	if (machine->configuration.cpus > 1)
		pthread_mutex_lock(&devices);
}

void machine_unlock(void)
{
	if (machine->configuration.cpus > 1)
		pthread_mutex_unlock(&devices);
}

// Whether the old content is there already. An exit saves a few places, some of them many times over.
static bool saved(const struct save *save, const void *place, size_t bytes)
{
	for (uint64_t at = 0; at < save->used;) {
		const uint64_t *e = (const uint64_t *)(save->data + at);

		if (e[0] == (uint64_t)place && e[1] >= bytes)
			return true;
		at += 16 + (e[1] + 7) / 8 * 8;
	}
	return false;
}

void machine_change(unsigned cpu, void *place, size_t bytes)
{
	struct save *save = &machine->save[cpu];
	uint64_t *to = (uint64_t *)(save->data + save->used);
	size_t words = (bytes + 7) / 8, left = words;

	if (saved(save, place, bytes))
		return;
	if (save->used + 16 + words * 8 > SAVE_BYTES)
		server_panic("a save area is full");
	to[0] = (uint64_t)place;
	to[1] = bytes;
	uint64_t *copy = to + 2;
	const void *from = place;
	__asm__ volatile("rep movsq" : "+D"(copy), "+S"(from), "+c"(left)::"memory");
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	save->used += 16 + words * 8;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

void machine_commit(unsigned cpu)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	machine->save[cpu].used = 0;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

// Newest first, as the last entry's place is known from the first ones only.
static void save_play_back(struct save *save)
{
	uint64_t entry[256], count = 0;

	for (uint64_t at = 0; at < save->used && count < 256;) {
		const uint64_t *e = (const uint64_t *)(save->data + at);
		entry[count++] = at;
		at += 16 + (e[1] + 7) / 8 * 8;
	}
	while (count > 0) {
		const uint64_t *e = (const uint64_t *)(save->data + entry[--count]);
		memcpy((void *)e[0], &e[2], e[1]);
	}
	save->used = 0;
}

void machine_kick(unsigned cpu)
{
	ipc_signal(ROOT_CPTR(ROOT_SLOT_PARK + THREAD_FIRST + cpu));
}

status_t machine_tell_open(void)
{
	told_signal = slot_borrow(1);
	return cnode_mint(SLOT_CNODE, slot_index(told_signal), SLOT_DEPTH, SLOT_CNODE,
			  DYNAMIC_SLOT_NOTIFICATION, SLOT_DEPTH, RIGHT_WRITE, SERVER_BIT_OWN(0));
}

static status_t threads_start(void)
{
	for (uint64_t i = 0; i < machine->configuration.cpus; i++)
		if (pthread_create(&threads[i], NULL, cpu_thread, (void *)i) != 0)
			return STATUS_EXHAUSTED;
	return STATUS_OK;
}

void machine_tell(void)
{
	ipc_signal(told_signal);
}

bool machine_lives(void)
{
	return machine->state == VM_STATE_RUNNING || machine->state == VM_STATE_PAUSED;
}

static status_t refuse(const char *path, const char *what)
{
	snprintf(machine->message, sizeof(machine->message), "%s: %s", path, what);
	guest_memory_drop();
	disk_close();
	net_close();
	net_close();
	return VM_BAD_CONFIGURATION;
}

static status_t refuse_memory(const char *path, status_t status)
{
	struct pager_machine memory = {0};
	char what[100];

	if (status == STATUS_UNSUPPORTED)
		return refuse(path, "this machine's processor cannot run guests (no AMD-V)");
	(void)pager_statistics(&pager_session, &memory);
	snprintf(what, sizeof(what), "mem of %lu MiB is more than the %lu MiB that are left",
		 machine->configuration.memory >> 20,
		 (memory.pool_bytes - memory.pool_charged_bytes) >> 20);
	return refuse(path, what);
}

static void devices_reset(void)
{
	for (unsigned i = 0; i < machine->configuration.cpus; i++) {
		machine->cpu[i].waits_sipi = i > 0;
		lapic_reset(i);
	}
	for (unsigned i = 0; i < IOAPIC_PINS; i++)
		machine->ioapic.redirection[i] = 1 << 16;
	machine->virtio[VIRTIO_CONSOLE].present = machine->virtio[VIRTIO_RANDOM].present = true;
	machine->virtio[VIRTIO_DISK].present = machine->disk.node != 0;
	machine->virtio[VIRTIO_NET].present = machine->net.attached;
}

status_t machine_start(const char *path)
{
	const char *wrong;
	status_t status;

	if (machine->memory_object != 0)
		guest_memory_drop(); // of a start that was cut short
	disk_close();
	net_close();
	memset(machine, 0, sizeof(*machine));
	machine->tsc_hz = process_info()->tsc_hz;
	if (!configuration_read(path))
		return VM_BAD_CONFIGURATION;
	status = guest_memory_make();
	if (status != STATUS_OK)
		return refuse_memory(path, status);
	acpi_build();
	wrong = loader_load();
	if (wrong == NULL)
		wrong = disk_open();
	if (wrong == NULL)
		wrong = net_open();
	if (wrong != NULL)
		return refuse(path, wrong);
	devices_reset();
	machine->started_ticks = clock_ticks();
	machine->state = VM_STATE_RUNNING;
	return threads_start();
}

status_t machine_resume(void)
{
	status_t status;

	if (!machine_lives())
		return STATUS_OK;
	machine->restarts++;
	status = guest_memory_attach();
	if (status == STATUS_OK)
		status = disk_attach();
	if (status == STATUS_OK)
		status = net_attach();
	if (status != STATUS_OK)
		return status;
	for (unsigned i = 0; i < machine->configuration.cpus; i++)
		save_play_back(&machine->save[i]);
	virtio_resume();
	return threads_start();
}

void machine_stop(uint32_t state, const char *message)
{
	snprintf(machine->message, sizeof(machine->message), "%s", message);
	machine->stopped = state;
	machine_tell();
	for (;;)
		ipc_wait(ROOT_CPTR(ROOT_SLOT_PARK + thread_self()->index));
}

void machine_fail(const char *message)
{
	machine_stop(VM_STATE_FAILED, message);
}

// They use memory that is about to go. The supervisor ends a thread after it has answered, and before
// it answers anything else.
static void processors_end(void)
{
	bool alive;

	for (unsigned i = 0; i < machine->configuration.cpus; i++)
		(void)supervisor_thread_end(&supervisor_session, THREAD_FIRST + i);
	(void)supervisor_process_alive(&supervisor_session, process_info()->process, &alive);
}

void machine_end(uint32_t state, const char *message)
{
	if (!machine->stopped)
		machine->stopped = state;
	processors_end();
	guest_memory_drop();
	disk_close();
	if (message != NULL)
		snprintf(machine->message, sizeof(machine->message), "%s", message);
	machine->state = state;
}
