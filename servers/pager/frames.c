// SPDX-License-Identifier: MIT
//
// Killed between any two steps:
// - frame_take notes the frame, takes it off the list, has the kernel retype it. Taken back, it is
//   free again, and settling deletes the capability that may be there.
// - frame_drop puts it on the list and notes it; the capability goes when settling after the
//   commit. Killed before the commit it is in use as before, after it the successor settles.
// - A batch is carved by one system call that makes all of it or nothing. The note says which slots
//   it fills; if the first of them is occupied and the state does not know it, the successor
//   takes the batch over. Roots and vcpus need no note: their slot itself tells.

#include "frames.h"
#include "intent.h"
#include "kernel.h"
#include "slots.h"

#define BATCH 64u

// The links of frames that are not yet in the list need no journal.
static void batch_accept(uint32_t first, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		frames[first + i].link = i + 1 < count ? first + i + 1 : state->frame_free;
	SET(state->frame_free, first);
	SET(state->frame_carved, slot_index_next(first + count - 1));
	ADD(state->frames_known, count);
}

static status_t batch_make(uint32_t first, uint32_t count)
{
	struct intent *intent = &state->intent;

	intent->carve_first = first;
	intent->carve_untyped = state->untyped_now;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	intent->carve_count = count;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	return kernel_retype(slot_untyped_handed(state->untyped_now), OBJECT_UNTYPED, PAGE_BITS,
			     slot_frame_untyped(first), count);
}

static bool frames_carve(void)
{
	uint32_t first = state->frame_carved, room, count;

	if (first >= state->frame_limit)
		return false;
	room = LEAF_SLOTS - first % LEAF_SLOTS;
	while (state->untyped_now < state->untyped_count) {
		for (count = room < BATCH ? room : BATCH; count; count /= 2) {
			if (state->untyped_bits[state->untyped_now] < PAGE_BITS)
				continue;
			if (batch_make(first, count) == STATUS_OK) {
				batch_accept(first, count);
				return true;
			}
		}
		state->intent.carve_count = 0;
		ADD(state->untyped_now, 1);
	}
	return false;
}

void frames_settle_carving(void)
{
	struct intent *intent = &state->intent;

	if (intent->carve_first >= state->frame_carved &&
	    !kernel_is_empty(slot_frame_untyped(intent->carve_first))) {
		batch_accept(intent->carve_first, intent->carve_count);
		journal_commit();
	}
	intent->carve_count = 0;
}

bool frames_carve_whole(cptr_t slot, unsigned bits)
{
	if (!kernel_is_empty(slot))
		return true;
	for (uint32_t i = state->untyped_now; i < state->untyped_count; i++)
		if (state->untyped_bits[i] >= bits &&
		    kernel_retype(slot_untyped_handed(i), OBJECT_UNTYPED, bits, slot, 1) ==
			    STATUS_OK)
			return true;
	return false;
}

uint32_t frame_take(enum object_type type)
{
	uint32_t frame;

	if (!state->frame_free && !frames_carve())
		return 0;
	frame = state->frame_free;
	intent_note(INTENT_FRAME, frame);
	SET(state->frame_free, frames[frame].link);
	if (type == OBJECT_TABLE)
		SET(frames[frame].link, 0);
	SET(frames[frame].references, 1);
	ADD(state->frames_used, 1);
	if (kernel_retype(slot_frame_untyped(frame), type, PAGE_BITS, slot_frame(frame), 1))
		return 0;
	return frame;
}

void frame_share(uint32_t frame)
{
	ADD(frames[frame].references, 1);
}

void frame_drop(uint32_t frame)
{
	SUB(frames[frame].references, 1);
	if (frames[frame].references || frame_is_archive(frame))
		return;
	intent_note(INTENT_FRAME, frame);
	SET(frames[frame].link, state->frame_free);
	SET(state->frame_free, frame);
	SUB(state->frames_used, 1);
}

uint64_t frames_free(void)
{
	return state->capacity > state->frames_used ? state->capacity - state->frames_used : 0;
}
