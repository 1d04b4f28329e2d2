// SPDX-License-Identifier: MIT
//
// The methods for the supervisor: spaces and their contents, crashes.
#include <caplet/handover.h>

#include "handlers.h"
#include "intent.h"
#include "reap.h"
#include "regions.h"
#include "memory.h"
#include "slots.h"
#include "spaces.h"

#define SPACE_READ_MAX 384u

status_t control_only(const struct session *session)
{
	changes_begin();
	return session->badge == PROCESS_SUPERVISOR ? STATUS_OK : STATUS_NOT_ALLOWED;
}

status_t control_space(const struct session *session, uint64_t process, uint32_t *space)
{
	status_t status = control_only(session);

	*space = status ? 0 : space_find(process);
	return status || *space ? status : PAGER_NO_PROCESS;
}

// What the quotas of objects and slots are, if the supervisor does not say: enough for what a
// process of that size sensibly does; any may look at the whole boot archive.
static uint32_t default_objects(uint64_t quota)
{
	return 64 + (uint32_t)(quota / 64 < 4096 ? quota / 64 : 4096);
}
static uint32_t default_slots(uint64_t quota)
{
	return 2048 + (uint32_t)state->archive_pages +
	       (uint32_t)(quota < 65536 ? 2 * quota : 131072);
}

status_t pager_space_create_handle(struct session *session, uint64_t process, uint64_t quota_bytes,
				   uint32_t quota_objects, uint32_t quota_slots, uint32_t flags,
				   cptr_t *space)
{
	uint64_t quota = quota_bytes >> PAGE_BITS;
	status_t status = control_only(session);
	uint32_t index;

	if (status)
		return status;
	if (!process || process > PAGER_BADGE_PROCESS || quota > UINT32_MAX ||
	    flags & ~(uint32_t)(PAGER_MAY_PIN | PAGER_POOLED | PAGER_MAY_HOST))
		return PAGER_BAD_RANGE;
	index = space_find(process);
	if (!index) {
		status = space_make(
			process, quota, quota_objects ? quota_objects : default_objects(quota),
			quota_slots ? quota_slots : default_slots(quota), flags, &index);
		if (status)
			return status;
		change_commit();
	}
	*space = slot_vspace(index);
	return STATUS_OK;
}

status_t pager_space_clear_handle(struct session *session, uint64_t process, uint32_t flags)
{
	uint32_t space;
	status_t status = control_space(session, process, &space);

	if (status)
		return status;
	space_clear(space, flags & PAGER_CLEAR_KEPT);
	return STATUS_OK;
}

// A process that is not there is gone, whoever did it.
status_t pager_space_destroy_handle(struct session *session, uint64_t process)
{
	uint32_t space;
	status_t status = control_space(session, process, &space);
	struct session *its = server_session(process);

	if (status)
		return status == PAGER_NO_PROCESS ? STATUS_OK : status;
	space_end(space);
	if (its)
		server_session_end(its);
	return STATUS_OK;
}

status_t pager_space_ledger_handle(struct session *session, uint64_t process, uint64_t bytes)
{
	uint32_t space;
	status_t status = control_space(session, process, &space);

	return status ? status : memory_ledger(space, bytes);
}

status_t pager_space_map_handle(struct session *session, uint64_t process, uint64_t address,
				uint64_t bytes, uint32_t flags)
{
	uint32_t space;
	status_t status = control_space(session, process, &space);

	if (status)
		return status;
	return memory_map_anonymous(space, address, bytes, flags | PAGER_FIXED, 0, &address);
}

status_t pager_space_map_archive_handle(struct session *session, uint64_t process, uint64_t offset,
					uint64_t file_bytes, uint64_t address, uint64_t bytes,
					uint32_t flags)
{
	uint32_t space;
	status_t status = control_space(session, process, &space);

	if (status)
		return status;
	return memory_map_file(space, state->archive_object, offset, file_bytes, address, bytes,
			       flags);
}

static status_t control_object(const struct session *session, uint64_t owner, uint64_t number,
			       uint32_t *object)
{
	uint32_t space;
	status_t status = control_space(session, owner, &space);

	*object = status ? 0 : memory_object_own(space, number);
	return status || *object ? status : PAGER_NO_OBJECT;
}

status_t pager_space_map_object_handle(struct session *session, uint64_t process, uint64_t owner,
				       uint64_t object, uint64_t offset, uint64_t file_bytes,
				       uint64_t address, uint64_t bytes, uint32_t flags)
{
	uint32_t space = 0, index;
	status_t status = control_object(session, owner, object, &index);

	if (!status)
		status = control_space(session, process, &space);
	return status ? status
		      : memory_map_file(space, index, offset, file_bytes, address, bytes, flags);
}

status_t pager_object_read_handle(struct session *session, uint64_t owner, uint64_t object,
				  uint64_t offset, uint32_t count, void *data, uint64_t *data_bytes)
{
	uint32_t index;
	status_t status = control_object(session, owner, object, &index);

	if (count > SPACE_READ_MAX)
		count = SPACE_READ_MAX;
	if (!status)
		status = memory_object_read(index, offset, data, count);
	if (!status)
		*data_bytes = count;
	return status;
}

status_t pager_space_fork_handle(struct session *session, uint64_t parent, uint64_t child)
{
	uint32_t from, to = 0;
	status_t status = control_space(session, parent, &from);

	if (!status)
		status = control_space(session, child, &to);
	if (!status && from == to)
		status = PAGER_NO_PROCESS;
	return status ? status : memory_fork(from, to);
}

status_t pager_pool_open_handle(struct session *session, uint64_t bytes)
{
	status_t status = control_only(session);

	return status ? status : pool_open(bytes >> PAGE_BITS);
}

status_t pager_space_write_handle(struct session *session, uint64_t process, uint64_t address,
				  const void *data, uint64_t data_bytes)
{
	uint32_t space;
	status_t status = control_space(session, process, &space);

	return status ? status : memory_write(space, address, data, data_bytes);
}

status_t pager_space_read_handle(struct session *session, uint64_t process, uint64_t address,
				 uint32_t count, void *data, uint64_t *data_bytes)
{
	uint32_t space;
	status_t status = control_space(session, process, &space);

	if (count > SPACE_READ_MAX)
		count = SPACE_READ_MAX;
	if (!status)
		status = memory_read(space, address, data, count);
	if (!status)
		*data_bytes = count;
	return status;
}

status_t pager_space_buffer_handle(struct session *session, uint64_t process, uint32_t thread,
				   cptr_t *buffer)
{
	uint32_t space, frame;
	status_t status = control_space(session, process, &space);

	if (!status)
		status = memory_buffer(space, thread, &frame);
	if (status) {
		change_abort();
		return status;
	}
	change_commit();
	*buffer = slot_frame(frame);
	return STATUS_OK;
}

status_t pager_space_buffer_release_handle(struct session *session, uint64_t process,
					   uint32_t thread)
{
	uint32_t space;
	status_t status = control_space(session, process, &space);

	return status ? status : memory_buffer_release(space, thread);
}

status_t pager_space_usage_handle(struct session *session, uint64_t process,
				  struct pager_usage *usage)
{
	uint32_t space;
	status_t status = control_space(session, process, &space);

	if (!status)
		usage_fill(space, usage);
	return status;
}

status_t pager_space_region_handle(struct session *session, uint64_t process, uint64_t address,
				   uint64_t *start, uint64_t *bytes, uint32_t *flags,
				   uint64_t *object)
{
	uint32_t space, region;
	status_t status = control_space(session, process, &space);

	if (status)
		return status;
	region = region_from(space, address >> PAGE_BITS);
	if (!region)
		return PAGER_NOT_MAPPED;
	*start = regions[region].first << PAGE_BITS;
	*bytes = regions[region].pages << PAGE_BITS;
	*flags = regions[region].rights |
		 (regions[region].flags & REGION_PRIVATE ? PAGER_PRIVATE : 0) |
		 (regions[region].flags & REGION_GUARD ? PAGER_GUARD : 0);
	*object = regions[region].object ? objects[regions[region].object].number : 0;
	return STATUS_OK;
}

static void crash_fill(uint32_t space, struct pager_crash *crash)
{
	const struct crash_note *note = &state->space[space].crash;

	*crash = (struct pager_crash){
		.serial = note->serial,
		.process = state->space[space].process,
		.thread = note->thread,
		.cause = note->cause,
		.label = note->label,
		.further = note->further,
		.region_start = note->region_start,
		.region_end = note->region_end,
		.word0 = note->word[0],
		.word1 = note->word[1],
		.word2 = note->word[2],
		.word3 = note->word[3],
		.word4 = note->word[4],
		.word5 = note->word[5],
	};
}

status_t pager_crash_next_handle(struct session *session, uint64_t after, struct pager_crash *crash)
{
	static uint64_t all_taken; // in this life: no note has a serial up to this one
	status_t status = control_only(session);
	uint32_t next = 0;

	if (status)
		return status;
	if (all_taken == after && after == state->crash_serial)
		return PAGER_NO_CRASH;
	for (uint32_t i = 1; i < SPACE_MAX; i++) {
		struct crash_note *note = &state->space[i].crash;

		if (!state->space[i].process || !note->serial)
			continue;
		if (note->serial <= after)
			SET(note->serial, 0);
		else if (!next || note->serial < state->space[next].crash.serial)
			next = i;
	}
	change_commit();
	if (!next) {
		all_taken = after;
		return PAGER_NO_CRASH;
	}
	crash_fill(next, crash);
	return STATUS_OK;
}
