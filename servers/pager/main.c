// SPDX-License-Identifier: MIT
//
// The pager: the memory of all processes. Root starts it with the memory that is left, the boot archive
// and a ledger, all mapped, so that it never faults itself; and restarts it when it dies.
//
// Everything it knows is in the ledger region "pager" (state.h), and the argument for each operation
// that it can be killed at any instruction is at the head of the file that does it:
// intent.h has the idea, frames.c, pages.c, objects.c, tables.c, regions.c, touch.c,
// faults.c, spaces.c, memory*.c the cases, reap.c what a successor does.
//
// Three kinds of badges reach its endpoint: sessions of processes (the badge is the process), faults
// of threads, and objects, which are never called but come back as arguments.
#include <string.h>

#include <caplet/abi/fault.h>
#include <caplet/handover.h>
#include <caplet/server.h>

#include "check.h"
#include "faults.h"
#include "pager.h"
#include "reap.h"
#include "memory.h"
#include "spaces.h"

#define REGION_NAME    "pager"
#define REGION_VERSION 1
#define FAULT_WORDS    6

static const struct handover *handover = (const struct handover *)HANDOVER_BASE;

static status_t start_fresh(void)
{
	const struct process_info *info = (const struct process_info *)PROCESS_INFO_BASE;
	struct supply supply = {.archive_pages = handover->archive_pages,
				.pool_leaves = handover->pool_cnodes,
				.untyped_count = handover->untyped_count};
	uint64_t bytes = (info->ledger_bytes - ledger_header()->free_offset) & ~(PAGE_SIZE - 1);
	void *region;

	if (supply.untyped_count > UNTYPED_MAX)
		supply.untyped_count = UNTYPED_MAX;
	for (unsigned i = 0; i < supply.untyped_count; i++)
		supply.untyped_bits[i] = handover->untyped[i].kind == BOOT_MEMORY
						 ? handover->untyped[i].size_bits
						 : 0;
	region = ledger_region(REGION_NAME, REGION_VERSION, bytes);
	if (!region || !state_make(region, bytes, &supply))
		return STATUS_BAD_LEDGER;
	return archive_announce();
}

static status_t start_again(void)
{
	struct ledger_region *region = ledger_region_find(REGION_NAME);
	const char *first;
	unsigned failures;

	if (!region || !state_attach((char *)LEDGER_BASE + region->offset, region->bytes))
		return STATUS_BAD_LEDGER;
	state_recover();
	failures = state_check(&first);
	ADD(state->check_failures, failures);
	return STATUS_OK;
}

static status_t pager_init(enum start_mode mode)
{
	if (handover->magic != HANDOVER_MAGIC)
		return STATUS_BAD_ARGUMENT;
	return mode == START_FRESH ? start_fresh() : start_again();
}

static status_t pager_admit(uint64_t badge)
{
	return badge == PROCESS_SUPERVISOR || space_find(badge) ? STATUS_OK : STATUS_NOT_ALLOWED;
}

static bool pager_process_alive(uint64_t process)
{
	return pager_admit(process) == STATUS_OK;
}

static uint64_t pager_fault(uint64_t badge, uint64_t descriptor)
{
	uint64_t words[FAULT_WORDS] = {0};
	unsigned count = msg_words(descriptor);

	memcpy(words, thread_buffer()->words,
	       (count < FAULT_WORDS ? count : FAULT_WORDS) * sizeof(words[0]));
	if (!(badge & PAGER_BADGE_FAULT))
		return msg_make(FAULT_STOP, 0, 0);
	return msg_make(fault_handle(badge & PAGER_BADGE_PROCESS,
				     (badge & ~PAGER_BADGE_FAULT) >> PAGER_BADGE_THREAD_SHIFT,
				     msg_label(descriptor), words)
				? FAULT_RESUME
				: FAULT_STOP,
			0, 0);
}

static const struct server pager = {
	.name = "pager",
	.interface = &pager_interface,
	.init = pager_init,
	.admit = pager_admit,
	.process_alive = pager_process_alive,
	.fault = pager_fault,
};

int main(void)
{
	return server_run(&pager);
}
