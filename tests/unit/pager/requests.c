// SPDX-License-Identifier: MIT
//
// The pager's methods as requests of the story: argument 0 is the process that it is for, the others are
// as in pager.idl. Most call what the handlers call. Those of guests call the handlers themselves, as the
// generated dispatch would, with a session of which they look at the badge alone; what finds the
// caller's space is the only part of handlers.c that they need.
#include "guests.h"
#include "handlers.h"
#include "memory.h"
#include "model.h"
#include "objects.h"
#include "reap.h"
#include "spaces.h"
#include "story.h"

status_t serve_create(const uint64_t *a, uint64_t *answer)
{
	uint32_t space = space_find(a[0]);
	status_t status =
		space ? STATUS_OK : space_make(a[0], a[1], 100, 100, PAGER_MAY_PIN, &space);

	*answer = space;
	return status;
}
status_t serve_host(const uint64_t *a, uint64_t *answer)
{
	uint32_t space = space_find(a[0]);

	return space ? STATUS_OK : space_make(a[0], a[1], 100, 100, PAGER_MAY_HOST, &space);
}
status_t serve_map(const uint64_t *a, uint64_t *answer)
{
	return memory_map_anonymous(space_find(a[0]), a[1], a[2], (unsigned)a[3], 0, answer);
}
status_t serve_unmap(const uint64_t *a, uint64_t *answer)
{
	return memory_unmap(space_find(a[0]), a[1], a[2]);
}
status_t serve_protect(const uint64_t *a, uint64_t *answer)
{
	return memory_protect(space_find(a[0]), a[1], a[2], (unsigned)a[3]);
}
status_t serve_discard(const uint64_t *a, uint64_t *answer)
{
	return memory_discard(space_find(a[0]), a[1], a[2]);
}
status_t serve_archive(const uint64_t *a, uint64_t *answer)
{
	return memory_map_file(space_find(a[0]), state->archive_object, a[1], a[2], a[3], a[4],
			       (unsigned)a[5]);
}
status_t serve_map_file(const uint64_t *a, uint64_t *answer)
{
	uint32_t object = object_by_number(a[1]);

	return object ? memory_map_file(space_find(a[0]), object, 0, a[2], a[3], a[4],
					(unsigned)a[5])
		      : PAGER_NO_OBJECT;
}
status_t serve_pool(const uint64_t *a, uint64_t *answer)
{
	return pool_open(a[0]);
}
status_t serve_create_pooled(const uint64_t *a, uint64_t *answer)
{
	uint32_t space = space_find(a[0]);

	return space ? STATUS_OK : space_make(a[0], a[1], 100, 300, PAGER_POOLED, &space);
}
status_t serve_fork(const uint64_t *a, uint64_t *answer)
{
	return memory_fork(space_find(a[0]), space_find(a[1]));
}
status_t serve_ledger(const uint64_t *a, uint64_t *answer)
{
	return memory_ledger(space_find(a[0]), a[1]);
}
status_t serve_object(const uint64_t *a, uint64_t *answer)
{
	return memory_object_create(space_find(a[0]), a[1], (unsigned)a[2], answer);
}
status_t serve_clone(const uint64_t *a, uint64_t *answer)
{
	return memory_object_clone(space_find(a[0]), a[1], 0, answer);
}
status_t serve_resize(const uint64_t *a, uint64_t *answer)
{
	return memory_object_resize(space_find(a[0]), a[1], a[2]);
}
status_t serve_release(const uint64_t *a, uint64_t *answer)
{
	return memory_object_release(space_find(a[0]), a[1]);
}
status_t serve_map_object(const uint64_t *a, uint64_t *answer)
{
	uint32_t object = object_by_number(a[1]);

	return object ? memory_map_object(space_find(a[0]), object, 0, 0,
					  objects[object].pages << PAGE_BITS, (unsigned)a[2],
					  (unsigned)a[3], answer)
		      : PAGER_NO_OBJECT;
}
status_t serve_write(const uint64_t *a, uint64_t *answer)
{
	return memory_write(space_find(a[0]), a[1], &a[2], 1);
}
status_t serve_buffer(const uint64_t *a, uint64_t *answer)
{
	uint32_t frame = 0;
	status_t status = memory_buffer(space_find(a[0]), (unsigned)a[1], &frame);

	*answer = frame != 0;
	return status;
}
status_t serve_buffer_release(const uint64_t *a, uint64_t *answer)
{
	return memory_buffer_release(space_find(a[0]), (unsigned)a[1]);
}
status_t serve_clear(const uint64_t *a, uint64_t *answer)
{
	space_clear(space_find(a[0]), (unsigned)a[1]);
	return STATUS_OK;
}
status_t serve_end(const uint64_t *a, uint64_t *answer)
{
	if (space_find(a[0]))
		space_end(space_find(a[0]));
	return STATUS_OK;
}

// ---- guests

#define AS(badge_of)                                                                               \
	&(struct session)                                                                          \
	{                                                                                          \
		.badge = (badge_of)                                                                \
	}

uint32_t caller_space(const struct session *session)
{
	changes_begin();
	return space_find(session->badge);
}

status_t guest_ask_create(const uint64_t *a, uint64_t *answer)
{
	return pager_guest_create_handle(AS(a[0]), a[1]);
}

status_t guest_ask_destroy(const uint64_t *a, uint64_t *answer)
{
	return pager_guest_destroy_handle(AS(a[0]));
}

status_t guest_ask_map(const uint64_t *a, uint64_t *answer)
{
	return pager_guest_map_handle(AS(a[0]), a[1], a[2], a[3], a[4], (uint32_t)a[5]);
}

status_t guest_ask_unmap(const uint64_t *a, uint64_t *answer)
{
	return pager_guest_unmap_handle(AS(a[0]), a[1], a[2]);
}

status_t guest_ask_touch(const uint64_t *a, uint64_t *answer)
{
	return pager_guest_touch_handle(AS(a[0]), a[1], a[2]);
}

status_t guest_ask_vcpu(const uint64_t *a, uint64_t *answer)
{
	cptr_t vcpu;

	return pager_guest_vcpu_handle(AS(a[0]), (uint32_t)a[1], a[2], a[3], &vcpu);
}

uint8_t *guest_sees(uint64_t owner, uint64_t address, bool write)
{
	uint32_t guest = state->space[space_find(owner)].guest;

	return guest ? model_access(guest, address, write) : NULL;
}
