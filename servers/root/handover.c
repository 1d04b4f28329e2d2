// SPDX-License-Identifier: MIT
//
// What the pager and the supervisor get beside the common layout (caplet/handover.h): their page of
// facts, their control CNodes, their pools, and the capabilities to each other. Runs once.

#include "root.h"

#include <string.h>

void handover_common(struct handover *handover, const struct boot_info *info)
{
	*handover = (struct handover){
		.magic = HANDOVER_MAGIC,
		.size = sizeof(*handover),
		.cpu_count = info->cpu_count,
		.tsc_hz = info->tsc_hz,
		.entry_tsc = info->entry_tsc,
		.root_tsc = info->root_tsc,
		.calibration = info->calibration,
		.archive_bytes = info->archive_bytes,
		.archive_pages = (info->archive_bytes + PAGE_SIZE - 1) / PAGE_SIZE,
		.memory_bytes = memory_total(),
		.kernel_text_bytes = info->kernel_text_bytes,
		.rsdp_paddr = info->rsdp_paddr,
		.iommu_line = info->iommu_line,
	};
	memcpy(handover->command_line, info->command_line, sizeof(handover->command_line));
	handover->command_line[sizeof(handover->command_line) - 1] = '\0';
}

static struct slot control_slot(const struct service *service, unsigned index)
{
	return slot_in(service->control, index, DYNAMIC_CNODE_BITS);
}

static struct slot root_slot(const struct service *service, unsigned index)
{
	return slot_in(service->root_cnode, index, ROOT_CNODE_BITS);
}

static void pool_make(struct service *service, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		kernel_move(root_slot(service, ROOT_SLOT_POOL + i),
			    slot_own(memory_cnode(DYNAMIC_CNODE_BITS)));
	service->handover->pool_cnodes = count;
	service->told->memory_bytes += (uint64_t)count << (DYNAMIC_CNODE_BITS + SLOT_BITS);
}

void handover_pager(struct service *pager, const struct service *supervisor,
		    const struct boot_info *info)
{
	kernel_copy(control_slot(pager, PAGER_CONTROL_VSPACE), slot_own(pager->vspace), RIGHT_ALL);
	kernel_copy(control_slot(pager, PAGER_CONTROL_ASID), slot_own(BOOT_SLOT_ASID_CONTROL),
		    RIGHT_ALL);
	kernel_mint(control_slot(pager, PAGER_CONTROL_SUPERVISOR),
		    slot_own(supervisor->notification), RIGHT_WRITE, NOTIFY_CRASH);
	for (unsigned i = 0; archive_cnode(i) != 0; i++)
		kernel_copy(root_slot(pager, ROOT_SLOT_ARCHIVE + i), slot_own(archive_cnode(i)),
			    RIGHT_ALL);
	pool_make(pager, (unsigned)handover_pager_pool(memory_total()));
	memory_give_rest(pager->handover, pager->control);
	pager->handover->root_bytes = memory_used();
}

// A tenth of the memory at most for kernel objects, between 4 and 64 MiB.
static unsigned objects_bits(void)
{
	unsigned bits = 63 - (unsigned)__builtin_clzl(memory_total() / 10);

	return bits < 22 ? 22 : bits > 26 ? 26 : bits;
}

void handover_supervisor(struct service *supervisor, const struct service *pager,
			 const struct boot_info *info, cptr_t endpoint)
{
	enum { POOL_CNODES = 4 };
	unsigned bits = objects_bits();
	uint64_t session = PROCESS_SUPERVISOR;
	struct handover *handover = supervisor->handover;

	kernel_copy(control_slot(supervisor, SUPERVISOR_CONTROL_IRQ),
		    slot_own(BOOT_SLOT_IRQ_CONTROL), RIGHT_ALL);
	kernel_copy(control_slot(supervisor, SUPERVISOR_CONTROL_IOPORT),
		    slot_own(BOOT_SLOT_IOPORT_CONTROL), RIGHT_ALL);
	if (info->iommu_line != 0)
		kernel_copy(control_slot(supervisor, SUPERVISOR_CONTROL_IOMMU),
			    slot_own(BOOT_SLOT_IOMMU_CONTROL), RIGHT_ALL);
	for (unsigned i = 0; i < info->cpu_count; i++)
		kernel_copy(control_slot(supervisor, SUPERVISOR_CONTROL_SCHED + i),
			    slot_own(BOOT_SLOT_SCHED_CONTROL + i), RIGHT_ALL);
	kernel_copy(control_slot(supervisor, SUPERVISOR_CONTROL_PAGER), slot_own(pager->endpoint),
		    RIGHT_ALL);
	kernel_mint(control_slot(supervisor, SUPERVISOR_CONTROL_ROOT), slot_own(endpoint),
		    RIGHT_WRITE, ROOT_BADGE_REQUEST);
	kernel_copy(control_slot(supervisor, SUPERVISOR_CONTROL_THREAD),
		    slot_own(supervisor->thread), RIGHT_ALL);
	kernel_mint(root_slot(supervisor, ROOT_SLOT_PAGER), slot_own(pager->endpoint),
		    RIGHT_WRITE | RIGHT_GRANT, session);
	supervisor->ticker = ticker_make(supervisor->cspace, supervisor->vspace,
					 supervisor->plan->priority, ROOT_TICK_US);
	kernel_copy(control_slot(supervisor, SUPERVISOR_CONTROL_TICKER),
		    slot_own(supervisor->ticker), RIGHT_ALL);
	kernel_mint(control_slot(supervisor, SUPERVISOR_CONTROL_TICK),
		    slot_own(supervisor->notification), RIGHT_WRITE, NOTIFY_TICK);
	kernel_mint(control_slot(supervisor, SUPERVISOR_CONTROL_WORK),
		    slot_own(supervisor->notification), RIGHT_WRITE, NOTIFY_WORK);
	pool_make(supervisor, POOL_CNODES);
	handover->untyped[handover->untyped_count++] =
		(struct handover_untyped){.size_bits = (uint8_t)bits, .kind = BOOT_MEMORY};
	kernel_move(control_slot(supervisor, SUPERVISOR_CONTROL_UNTYPED),
		    slot_own(memory_carve(bits)));
}
