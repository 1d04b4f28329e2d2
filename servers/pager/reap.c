// SPDX-License-Identifier: MIT
//
// Dooming is cheap and atomic, so that it can be one change with the answer of a request; taking apart
// is long, and happens here, before the next request is looked at, by the pager or by its
// successor. There is no other recovery: what is MAKING is doomed, what was being cleared or ended
// goes on, and the kernel is brought in step by the same intent_settle as always.
#include "intent.h"
#include "kernel.h"
#include "objects.h"
#include "reap.h"
#include "regions.h"
#include "spaces.h"

void reap(void)
{
	while (state->region_doomed || state->object_doomed) {
		while (state->region_doomed)
			region_reap(state->region_doomed);
		while (state->object_doomed && !state->region_doomed)
			while (!object_reap_step(state->object_doomed))
				;
	}
}

void changes_begin(void)
{
	if (state->intent.count || state->intent.carve_count)
		intent_settle();
	if (state->region_doomed || state->object_doomed)
		reap();
}

static void doom_unfinished(void)
{
	for (uint32_t i = 1; i < state->region_used; i++) {
		if (regions[i].life != LIFE_MAKING)
			continue;
		region_doom(i);
		change_commit();
	}
	for (uint32_t i = 1; i < state->object_used; i++) {
		if (objects[i].life != LIFE_MAKING)
			continue;
		object_doom(i);
		change_commit();
	}
}

static void suspect_count(void)
{
	if (!state->fault_now)
		return;
	if (state->fault_suspect != state->fault_now)
		state->fault_kills = 0;
	state->fault_suspect = state->fault_now;
	state->fault_kills++;
	state->fault_now = 0;
}

void state_recover(void)
{
	suspect_count();
	page_reset();
	intent_settle();
	ADD(state->restarts, 1);
	change_commit();
	doom_unfinished();
	reap();
	for (uint32_t i = 1; i < SPACE_MAX; i++) {
		struct space *s = &state->space[i];

		if (s->process && s->life == LIFE_DOOMED && s->flags & SPACE_GUEST)
			guest_end_finish(i);
		else if (s->process && s->life == LIFE_DOOMED)
			space_end_finish(i);
		else if (s->process && s->clearing)
			space_clear_finish(i);
		change_commit();
	}
	for (uint32_t i = 1; i < SPACE_MAX; i++)
		if (state->space[i].process && state->space[i].crash.serial)
			kernel_alert();
}
