// SPDX-License-Identifier: MIT
//
// The two services that root looks after, the pager and the supervisor: built like any process
// (caplet/layout.h), but all their memory is mapped at once, because nobody could handle their
// faults, and every page of it is also mapped in root's window of the service, so that root can
// load the image again, read the heartbeat, and write the page of facts.
//
// A restart makes no object and so cannot fail for want of memory: the same frames, the same CSpace,
// the same endpoint and ledger; image, stack and page of facts are written anew. There is no
// FRESH start: a pager without its ledger would have lost everybody's memory, a supervisor
// everybody's life.

#include "root.h"

#include <string.h>

static uint64_t pages_from(vaddr_t address)
{
	return address & ~(PAGE_SIZE - 1);
}

void *service_view(const struct service *service, vaddr_t address)
{
	return (void *)(service->window + address);
}

void service_page(struct service *service, vaddr_t address, unsigned bits, unsigned rights,
		  unsigned attributes)
{
	cptr_t frame = memory_frame(bits);

	service->memory_bytes += 1ul << bits;
	memory_page(slot_own(frame), service->vspace, address, rights, attributes);
	memory_page(slot_own(frame), BOOT_SLOT_VSPACE, service->window + address,
		    RIGHT_READ | RIGHT_WRITE, 0);
	memory_stash(frame);
}

static void service_pages(struct service *service, vaddr_t start, vaddr_t end, unsigned rights,
			  unsigned attributes)
{
	for (vaddr_t page = pages_from(start); page < end; page += PAGE_SIZE)
		service_page(service, page, FRAME_4K_BITS, rights, attributes);
}

static void image_find(struct service *service)
{
	const struct service_plan *plan = service->plan;
	const char *reason;
	uint64_t head;

	service->member = archive_member_find(plan->member);
	head = service->member.bytes < PAGE_SIZE ? service->member.bytes : PAGE_SIZE;
	reason = image_read(archive_bytes(service->member.offset, head), service->member.bytes,
			    &service->image);
	if (reason != NULL) {
		emergency_print("root: ");
		emergency_print(plan->member);
		emergency_print(": ");
		emergency_print(reason);
		emergency_print("\n");
		root_stop("this image cannot be run:", plan->member);
	}
}

static void memory_build(struct service *service)
{
	for (unsigned i = 0; i < service->image.segment_count; i++) {
		const struct image_segment *s = &service->image.segment[i];
		unsigned rights = s->rights & IMAGE_WRITE ? RIGHT_READ | RIGHT_WRITE : RIGHT_READ;

		service_pages(service, s->address, s->address + s->bytes, rights,
			      s->rights & IMAGE_EXECUTE ? MAP_EXECUTE : 0);
	}
	service_pages(service, STACK_TOP - STACK_SIZE_DEFAULT, STACK_TOP, RIGHT_READ | RIGHT_WRITE,
		      0);
	service_pages(service, PROCESS_INFO_BASE, PROCESS_INFO_BASE + PAGE_SIZE, RIGHT_READ, 0);
	service_pages(service, HANDOVER_BASE, HANDOVER_BASE + PAGE_SIZE, RIGHT_READ, 0);
	for (uint64_t at = 0; at < service->ledger_bytes; at += 1ul << FRAME_2M_BITS)
		service_page(service, LEDGER_BASE + at, FRAME_2M_BITS, RIGHT_READ | RIGHT_WRITE, 0);
}

// What the supervisor does for others at each start: the first dynamic slots.
static void dynamic_refill(const struct service *service)
{
	const struct {
		unsigned slot;
		cptr_t cap;
	} fill[] = {
		{DYNAMIC_SLOT_SELF, service->dynamic},
		{DYNAMIC_SLOT_ENDPOINT, service->endpoint},
		{DYNAMIC_SLOT_NOTIFICATION, service->notification},
	};

	for (unsigned i = 0; i < sizeof(fill) / sizeof(fill[0]); i++) {
		struct slot to = slot_in(service->dynamic, fill[i].slot, DYNAMIC_CNODE_BITS);

		kernel_delete(to);
		kernel_copy(to, slot_own(fill[i].cap), RIGHT_ALL);
	}
}

static void cspace_build(struct service *service)
{
	const struct service_plan *plan = service->plan;
	struct slot root = slot_in(service->root_cnode, 0, ROOT_CNODE_BITS);
	const struct {
		unsigned slot;
		cptr_t cap;
	} fill[] = {
		{ROOT_SLOT_DYNAMIC, service->dynamic},
		{ROOT_SLOT_CONTROL, service->control},
		{ROOT_SLOT_ENDPOINT, service->endpoint},
		{ROOT_SLOT_NOTIFICATION, service->notification},
		{ROOT_SLOT_THREAD, service->thread},
	};

	for (unsigned i = 0; i < sizeof(fill) / sizeof(fill[0]); i++) {
		root.index = fill[i].slot;
		kernel_copy(root, slot_own(fill[i].cap), RIGHT_ALL);
	}
	for (unsigned i = 0; i < plan->inflight; i++) {
		service->reply[i] = memory_object(OBJECT_REPLY, 0);
		root.index = ROOT_SLOT_REPLY + i;
		kernel_copy(root, slot_own(service->reply[i]), RIGHT_ALL);
	}
	dynamic_refill(service);
}

static void budget_give(cptr_t schedctx, cptr_t thread, unsigned budget_us, unsigned period_us)
{
	kernel_must(sched_configure(BOOT_SLOT_SCHED_CONTROL, schedctx, budget_us, period_us, 0, 0),
		    "set a budget");
	kernel_must(schedctx_bind(schedctx, thread), "bind a scheduling context");
}

static void priority_set(cptr_t thread, unsigned priority, unsigned maximum)
{
	kernel_must(thread_set_sched(thread, priority, maximum, BOOT_SLOT_THREAD),
		    "set a priority");
}

static void thread_build(struct service *service)
{
	const struct service_plan *plan = service->plan;
	cptr_t frame = memory_frame(FRAME_4K_BITS), handler = memory_slot();

	memory_page(slot_own(frame), service->vspace, IPC_BUFFER_BASE, RIGHT_READ | RIGHT_WRITE, 0);
	kernel_must(thread_configure(service->thread, service->cspace, service->vspace, frame, 0),
		    "configure a thread");
	memory_stash(frame);
	kernel_mint(slot_own(handler), slot_own(root_endpoint), RIGHT_WRITE | RIGHT_GRANT_REPLY,
		    plan->process);
	kernel_must(thread_set_handlers(service->thread, handler, 0), "set a fault handler");
	kernel_must(thread_bind_notification(service->thread, service->notification),
		    "bind a notification");
	priority_set(service->thread, plan->priority, plan->maximum_priority);
	budget_give(service->schedctx, service->thread, plan->budget_us, plan->period_us);
}

static void info_write(struct service *service, const struct boot_info *info)
{
	service->info = service_view(service, PROCESS_INFO_BASE);
	service->handover = service_view(service, HANDOVER_BASE);
	*service->info = (struct process_info){
		.magic = PROCESS_INFO_MAGIC,
		.process = service->plan->process,
		.start_mode = START_FRESH,
		.ledger_bytes = service->ledger_bytes,
		.inflight = service->plan->inflight,
		.sessions = service->plan->sessions,
		.tsc_hz = info->tsc_hz,
	};
	strncpy(service->info->name, service->plan->name, PROCESS_NAME_MAX - 1);
	handover_common(service->handover, info);
}

// Builds everything but the handover's contents, and starts nothing.
void service_build(struct service *service, const struct service_plan *plan,
		   const struct boot_info *info, uint64_t ledger_bytes)
{
	uint64_t large = 1ul << FRAME_2M_BITS;
	uint64_t guard = 64 - ROOT_CNODE_BITS - DYNAMIC_CNODE_BITS;

	*service = (struct service){
		.plan = plan,
		.window = SERVICE_WINDOW(plan->process),
		.ledger_bytes = (ledger_bytes + large - 1) & ~(large - 1),
	};
	image_find(service);
	service->vspace = memory_object(OBJECT_VSPACE, 0);
	kernel_must(asid_assign(BOOT_SLOT_ASID_CONTROL, service->vspace,
				ROOT_ASID + (unsigned)plan->process),
		    "assign an ASID");
	memory_build(service);
	service->root_cnode = memory_object(OBJECT_CNODE, ROOT_CNODE_BITS);
	service->cspace = memory_slot();
	kernel_mint(slot_own(service->cspace), slot_own(service->root_cnode), RIGHT_ALL,
		    0 << 6 | guard);
	service->dynamic = memory_object(OBJECT_CNODE, DYNAMIC_CNODE_BITS);
	service->control = memory_cnode(DYNAMIC_CNODE_BITS);
	service->endpoint = memory_object(OBJECT_ENDPOINT, 0);
	service->notification = memory_object(OBJECT_NOTIFICATION, 0);
	service->thread = memory_object(OBJECT_THREAD, 0);
	service->schedctx = memory_object(OBJECT_SCHEDCTX, SCHEDCTX_MIN_BITS);
	cspace_build(service);
	thread_build(service);
	info_write(service, info);
}

// A thread that signals at every period; who starts it writes its registers.
cptr_t ticker_make(cptr_t cspace, cptr_t vspace, unsigned priority, unsigned period_us)
{
	enum { BUDGET_US = 1000 };
	cptr_t thread = memory_object(OBJECT_THREAD, 0);

	kernel_must(thread_configure(thread, cspace, vspace, 0, 0), "configure a ticker");
	priority_set(thread, priority, priority);
	budget_give(memory_object(OBJECT_SCHEDCTX, SCHEDCTX_MIN_BITS), thread, BUDGET_US,
		    period_us);
	return thread;
}

void thread_start(cptr_t thread, vaddr_t entry, vaddr_t stack, uint64_t argument)
{
	struct thread_regs regs = {
		.valid = REGS_CONTROL | REGS_GENERAL,
		.rip = entry,
		.rsp = stack,
		.rflags = 0x202, // interrupts on; bit 1 is always set
		.fs_base = stack != 0 ? stack - START_FS_OFFSET : 0,
		.rdi = argument,
	};
	kernel_must(thread_write_regs(thread, true, &regs), "start a thread");
}

// Image, stack and page of facts as at the first start.
static void image_load(struct service *service)
{
	for (unsigned i = 0; i < service->image.segment_count; i++) {
		const struct image_segment *s = &service->image.segment[i];
		uint8_t *start = service_view(service, s->address);
		const uint8_t *from =
			archive_bytes(service->member.offset + s->offset, s->file_bytes);

		memcpy(start, from, s->file_bytes);
		memset(start + s->file_bytes, 0, s->bytes - s->file_bytes);
	}
}

void service_start(struct service *service)
{
	image_load(service);
	thread_start(service->thread, service->image.entry, STACK_TOP, PROCESS_INFO_BASE);
}

void service_restart(struct service *service)
{
	uint64_t generation;

	kernel_must(thread_suspend(service->thread), "suspend a thread");
	if (service->ticker != 0)
		kernel_must(thread_suspend(service->ticker), "suspend a ticker");
	for (unsigned i = 0; i < service->plan->inflight; i++)
		kernel_must(reply_abort(service->reply[i]), "abort a reply");
	kernel_must(
		cnode_endpoint_bump(BOOT_SLOT_CNODE, service->endpoint, ROOT_DEPTH, &generation),
		"count an endpoint's generation");
	memset(service_view(service, STACK_TOP - STACK_SIZE_DEFAULT), 0, STACK_SIZE_DEFAULT);
	dynamic_refill(service);
	service->info->start_mode = START_RESTART;
	service->info->restarts++;
	service->stalled_us = 0;
	service->waits = 0;
	service_start(service);
}
