// SPDX-License-Identifier: MIT
//
// The idea is told in intent.h. A note is one store of the entry and one of the count, in this
// order; the entry may be noted twice, and may name what needs nothing, since settling compares
// before it acts and can be done any number of times.

#include "frames.h"
#include "intent.h"
#include "kernel.h"
#include "slots.h"

void intent_note(enum intent_kind kind, uint32_t index)
{
	struct intent *intent = &state->intent;

	// Every change is cut so that its notes fit; settling before the commit would delete what an
	// abort needs.
	if (intent->count == INTENT_MAX)
		__builtin_trap();
	intent->entry[intent->count].kind = kind;
	intent->entry[intent->count].index = index;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	intent->count++;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static void settle_frame(uint32_t frame)
{
	if (frame_is_archive(frame))
		return;
	if (!frames[frame].references)
		kernel_revoke(slot_frame_untyped(frame));
}

static void settle_mapping(uint32_t mapping)
{
	if (mapping_records[mapping].page)
		return;
	if (mapping_is_extra(mapping))
		kernel_delete(slot_mapping(mapping));
	else if (frame_is_archive(mapping) || frames[mapping].references)
		kernel_frame_unmap(slot_mapping(mapping));
}

static void settle_space(uint32_t space)
{
	if (!state->space[space].process)
		kernel_revoke(slot_root(space));
}

static void settle_vcpu(uint32_t vcpu)
{
	if (!state->vcpu[vcpu].guest)
		kernel_revoke(slot_vcpu_untyped(vcpu));
}

void intent_settle(void)
{
	struct intent *intent = &state->intent;

	if (intent->carve_count)
		frames_settle_carving();
	for (uint32_t i = 0; i < intent->count; i++) {
		uint32_t index = intent->entry[i].index;

		switch (intent->entry[i].kind) {
		case INTENT_FRAME: settle_frame(index); break;
		case INTENT_MAPPING: settle_mapping(index); break;
		case INTENT_SPACE: settle_space(index); break;
		case INTENT_VCPU: settle_vcpu(index); break;
		}
	}
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	intent->count = 0;
}

void change_commit(void)
{
	journal_commit();
	intent_settle();
}

void change_abort(void)
{
	journal_abort();
	intent_settle();
}
