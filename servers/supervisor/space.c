// SPDX-License-Identifier: MIT
//
// The memory of a process, asked of the pager: image (pages of the boot archive, copied when written),
// stack with a free page below, ledger, page of facts. Every start begins by clearing the space, so
// that doing it again finds the addresses free.

#include "state.h"

#include <stdio.h>
#include <string.h>

static const char *memory_status(status_t status, const char *what)
{
	static char reason[REASON_BYTES];

	if (status == STATUS_OK)
		return NULL;
	if (status == STATUS_QUOTA || status == PAGER_NO_SPACE)
		snprintf(reason, sizeof(reason), "no memory within its quota for its %s", what);
	else
		snprintf(reason, sizeof(reason), "the pager refuses its %s: %s", what,
			 status_name(status));
	return reason;
}

// Three quarters of what is left when the first process of the pool is made: programs with memory of
// their own shall find some, too.
static status_t pool_open(void)
{
	struct pager_machine machine;
	status_t status = pager_statistics(&pager_session, &machine);
	uint64_t total = machine.frames_total << PAGE_BITS;

	if (status != STATUS_OK || machine.pool_bytes != 0)
		return status;
	kill_point();
	return pager_pool_open(&pager_session, (total - machine.promised_bytes) / 4 * 3);
}

const char *space_build(struct process *process)
{
	const struct manifest_process *plan = process_plan(process);
	bool pooled = plan->flags & MANIFEST_POOLED;
	uint32_t flags = (pooled ? PAGER_POOLED : 0) |
			 (plan->authority & MANIFEST_MAY_HOST ? PAGER_MAY_HOST : 0);
	cptr_t vspace;
	status_t status = pooled ? pool_open() : STATUS_OK;

	if (status == STATUS_OK)
		status = pager_space_create(&pager_session, process->number, plan->memory_bytes, 0,
					    0, flags, &vspace);
	kill_point();
	if (status == STATUS_OK)
		status = process_slot_take(process_index(process), SLOT_VSPACE, vspace);
	return memory_status(status, "address space");
}

static uint32_t pager_rights(uint32_t image_rights)
{
	return (image_rights & IMAGE_READ ? PAGER_READ : 0) |
	       (image_rights & IMAGE_WRITE ? PAGER_WRITE : 0) |
	       (image_rights & IMAGE_EXECUTE ? PAGER_EXECUTE : 0);
}

static status_t segments_map(const struct process *process, const struct image *image,
			     const struct archive_member *member)
{
	status_t status = STATUS_OK;

	for (uint32_t i = 0; i < image->segment_count && status == STATUS_OK; i++) {
		const struct image_segment *s = &image->segment[i];
		uint32_t rights = pager_rights(s->rights);

		kill_point();
		if (process->image_object != 0)
			status = pager_space_map_object(&pager_session, process->number,
							process->owner, process->image_object,
							s->offset, s->file_bytes, s->address,
							s->bytes, rights);
		else
			status = pager_space_map_archive(&pager_session, process->number,
							 member->offset + s->offset, s->file_bytes,
							 s->address, s->bytes, rights);
	}
	return status;
}

static status_t block_map(const struct process *process)
{
	uint64_t bytes = (process->block_bytes + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);

	if (process->block_object == 0)
		return STATUS_OK;
	kill_point();
	return pager_space_map_object(&pager_session, process->number, process->owner,
				      process->block_object, 0, bytes, PROCESS_BLOCK_BASE, bytes,
				      PAGER_READ | PAGER_WRITE);
}

const char *process_image(const struct process *process, struct archive_member *member,
			  struct image *image)
{
	if (process->image_object != 0)
		return object_image(process->owner, process->image_object, process->image_bytes,
				    image);
	return program_image(program_name(process), member, image);
}

// What an image that is loaded into the process is made of belongs to the process itself, and
// outlives its space.
static uint32_t clear_flags(const struct process *process)
{
	bool kept = process->mode == START_RESTART || process->state == PROCESS_LOADING;

	return kept ? 0 : PAGER_CLEAR_KEPT;
}

const char *space_load(struct process *process)
{
	uint64_t ledger = process_plan(process)->ledger_bytes;
	struct archive_member member;
	struct image image;
	const char *reason = process_image(process, &member, &image);
	status_t status;

	if (reason != NULL)
		return reason;
	ledger_set(&process->entry, image.entry);
	status = pager_space_clear(&pager_session, process->number, clear_flags(process));
	if (status == STATUS_OK)
		status = segments_map(process, &image, &member);
	if (status == STATUS_OK)
		status = block_map(process);
	if (status != STATUS_OK)
		return memory_status(status, "image");
	kill_point();
	status = pager_space_map(&pager_session, process->number, STACK_TOP - STACK_SIZE_DEFAULT,
				 STACK_SIZE_DEFAULT, PAGER_READ | PAGER_WRITE | PAGER_GUARD);
	kill_point();
	if (status == STATUS_OK && ledger > 0)
		status = pager_space_ledger(&pager_session, process->number, ledger);
	return memory_status(status, "stack and ledger");
}

const char *space_copy(struct process *process)
{
	kill_point();
	return memory_status(pager_space_fork(&pager_session, process->like, process->number),
			     "copy");
}

static void grant_note(struct process_info *info, const char *name, uint32_t kind, uint64_t detail)
{
	struct process_grant *grant = &info->grant[info->grant_count];

	if (info->grant_count == PROCESS_GRANTS_MAX)
		return;
	memcpy(grant->name, name, PROCESS_NAME_MAX);
	grant->kind = kind;
	grant->cap = ROOT_CPTR(ROOT_SLOT_GRANT + info->grant_count);
	grant->detail = detail;
	info->grant_count++;
}

static void grants_note(struct process_info *info, const struct manifest_process *plan)
{
	for (uint32_t i = 0; i < plan->use_count; i++)
		grant_note(info, plan->use[i].name, GRANT_SESSION, 0);
	for (uint32_t i = 0; i < plan->signal_count; i++)
		grant_note(info, plan->signal[i].name, GRANT_NOTIFICATION, plan->signal[i].bit);
	for (uint32_t i = 0; i < plan->irq_count; i++)
		grant_note(info, plan->irq[i].name, GRANT_IRQ, plan->irq[i].line);
	for (uint32_t i = 0; i < plan->port_count; i++)
		grant_note(info, plan->port[i].name, GRANT_IOPORT,
			   (uint64_t)plan->port[i].first << 16 | plan->port[i].last);
}

// Every service has its number before the first one is started, and keeps it.
static void trusted_note(struct process_info *info, const struct manifest_process *plan)
{
	for (uint32_t i = 0; i < plan->trust_count; i++) {
		const struct process *trusted =
			process_named(manifest()->process[plan->trust[i]].name);

		info->trusted[i] = trusted != NULL ? trusted->number : 0;
	}
}

static status_t write_bytes(const struct process *process, uint64_t address, const void *from,
			    uint64_t bytes)
{
	enum { AT_ONCE = 384 };
	const uint8_t *byte = from;
	status_t status = STATUS_OK;

	while (bytes > 0 && status == STATUS_OK) {
		uint64_t some = bytes < AT_ONCE ? bytes : AT_ONCE;

		kill_point();
		status = pager_space_write(&pager_session, process->number, address, byte, some);
		address += some;
		byte += some;
		bytes -= some;
	}
	return status;
}

_Static_assert(MANIFEST_TRUSTS_MAX == PROCESS_TRUSTED_MAX, "all who are trusted fit");
_Static_assert(MANIFEST_USES_MAX + MANIFEST_SIGNALS_MAX + MANIFEST_IRQS_MAX + MANIFEST_PORTS_MAX <=
		       PROCESS_GRANTS_MAX,
	       "all grants fit into the page of facts");

const char *space_info(struct process *process)
{
	static struct process_info info;
	const struct manifest_process *plan = process_plan(process);
	status_t status;

	memset(&info, 0, sizeof(info));
	info.magic = PROCESS_INFO_MAGIC;
	info.process = process->number;
	memcpy(info.name, process->name, PROCESS_NAME_MAX);
	info.start_mode = process->mode;
	info.restarts = process->restarts;
	info.ledger_bytes = plan->ledger_bytes;
	info.inflight = plan->inflight;
	info.sessions = plan->sessions;
	info.tsc_hz = handover()->tsc_hz;
	info.entry_tsc = handover()->entry_tsc;
	info.blameless = process->blameless;
	info.block_bytes = process->like == 0 ? process->block_bytes : 0;
	info.slots = 1u << dynamic_bits(process);
	trusted_note(&info, plan);
	grants_note(&info, plan);
	memcpy(info.arguments, process->arguments, process->argument_bytes);
	for (uint32_t i = 0; i < process->argument_bytes; i++)
		if (process->arguments[i] == '\0')
			info.argument_count++;
	kill_point();
	status = pager_space_map(&pager_session, process->number, PROCESS_INFO_BASE, PAGE_SIZE,
				 PAGER_READ | PAGER_ALONE);
	if (status == STATUS_OK)
		status = write_bytes(process, PROCESS_INFO_BASE, &info,
				     offsetof(struct process_info, grant) +
					     info.grant_count * sizeof(info.grant[0]));
	if (status == STATUS_OK)
		status = write_bytes(process,
				     PROCESS_INFO_BASE + offsetof(struct process_info, arguments),
				     info.arguments, process->argument_bytes);
	return memory_status(status, "page of facts");
}
