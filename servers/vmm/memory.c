// SPDX-License-Identifier: MIT
//
// The guest's memory: one memory object, shown to the guest from guest-physical address 0 on, and to
// this process at GUEST_MEMORY. Another one has the state pages. Both survive this process.
#include <string.h>

#include <caplet/kernel.h>
#include <caplet/ledger.h>
#include <caplet/slot.h>
#include <caplet/system.h>

#include "vcpus.h"
#include "vmm.h"

#define TOUCH_BYTES   (2ul << 20)
#define DEMAND_BYTES  (64ul << 10) // made at once when one of them is touched
#define ENTRY_ADDRESS 0x000ffffffffff000ul

cptr_t vcpus[CPUS_MAX];

void *guest_memory(uint64_t address, uint64_t bytes)
{
	uint64_t end = machine->configuration.memory;

	if (address >= end || bytes > end - address)
		return NULL;
	return (void *)(GUEST_MEMORY + address);
}

static status_t show(uint64_t object, uint64_t address, uint64_t bytes)
{
	uint64_t at;

	return pager_object_map(&pager_session, object, 0, address, bytes,
				PAGER_READ | PAGER_WRITE | PAGER_FIXED, &at);
}

static status_t vcpus_get(void)
{
	for (unsigned i = 0; i < machine->configuration.cpus; i++) {
		cptr_t landed;
		status_t status;

		*(volatile uint32_t *)&cpu_state(i)->exit = cpu_state(i)->exit; // touch the page
		status = pager_guest_vcpu(&pager_session, i, machine->state_object, i * 4096ul,
					  &landed);
		if (status != STATUS_OK)
			return status;
		vcpus[i] = landed;
		// A thread that a predecessor of this process left bound could not be started anew.
		(void)vcpu_bind(landed, 0);
	}
	return STATUS_OK;
}

status_t guest_memory_attach(void)
{
	status_t status = show(machine->memory_object, GUEST_MEMORY, machine->configuration.memory);

	if (status == STATUS_OK)
		status = show(machine->state_object, GUEST_STATE, CPUS_MAX * 4096ul);
	return status == STATUS_OK ? vcpus_get() : status;
}

status_t guest_memory_make(void)
{
	uint64_t bytes = machine->configuration.memory;
	status_t status = pager_guest_create(&pager_session, bytes);

	if (status == STATUS_OK)
		status = pager_object_create(&pager_session, bytes, PAGER_KEEP,
					     &machine->memory_object);
	if (status == STATUS_OK)
		status = pager_object_create(&pager_session, CPUS_MAX * 4096ul, PAGER_KEEP,
					     &machine->state_object);
	if (status == STATUS_OK)
		status = pager_guest_map(&pager_session, machine->memory_object, 0, 0, bytes,
					 PAGER_READ | PAGER_WRITE);
	for (uint64_t at = 0;
	     status == STATUS_OK && at < bytes && !machine->configuration.on_demand;
	     at += TOUCH_BYTES) {
		ledger_header()->heartbeat++;
		status = pager_guest_touch(&pager_session, at,
					   bytes - at < TOUCH_BYTES ? bytes - at : TOUCH_BYTES);
	}
	return status == STATUS_OK ? guest_memory_attach() : status;
}

bool guest_memory_fault(uint64_t address)
{
	uint64_t first = address & ~(DEMAND_BYTES - 1);

	if (!machine->configuration.on_demand || guest_memory(first, DEMAND_BYTES) == NULL)
		return false;
	if (pager_guest_touch(&pager_session, first, DEMAND_BYTES) != STATUS_OK)
		machine_fail("no page is left for the guest's memory");
	return true;
}

void guest_memory_drop(void)
{
	(void)pager_guest_destroy(&pager_session);
	(void)pager_unmap(&pager_session, GUEST_MEMORY, machine->configuration.memory);
	(void)pager_unmap(&pager_session, GUEST_STATE, CPUS_MAX * 4096ul);
	(void)pager_object_release(&pager_session, machine->memory_object);
	(void)pager_object_release(&pager_session, machine->state_object);
	machine->memory_object = machine->state_object = 0;
}

// Four levels, or with paging off none. Guests in other modes do not touch devices with
// instructions that have to be looked at.
bool guest_translate(const struct vcpu_state *state, uint64_t linear, uint64_t *physical)
{
	uint64_t table = state->cr3 & ENTRY_ADDRESS;

	*physical = linear;
	if (!(state->cr0 & 1u << 31))
		return true;
	for (int level = 3; level >= 0; level--) {
		unsigned shift = 12 + 9 * (unsigned)level;
		const uint64_t *entry = guest_memory(table + (linear >> shift & 511) * 8, 8);

		if (entry == NULL || !(*entry & 1))
			return false;
		if (level == 0 || (level < 3 && *entry & 128)) {
			uint64_t mask = (1ul << shift) - 1;
			*physical = (*entry & ENTRY_ADDRESS & ~mask) | (linear & mask);
			return true;
		}
		table = *entry & ENTRY_ADDRESS;
	}
	return false;
}
