// SPDX-License-Identifier: MIT
//
// The handlers of the guest methods under the model: called as the generated dispatch calls them, with a
// session of which they look at the badge alone. What finds the caller's space is the only part of
// handlers.c that they need.
#include "guest.h"
#include "handlers.h"
#include "model.h"
#include "reap.h"
#include "spaces.h"

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
