// SPDX-License-Identifier: MIT
//
// A ring in shared memory: one producer, one consumer, slots of fixed size. It carries data upward
// and between drivers and their clients, where a call would be the wrong way round; a notification
// says that there is something new.
//
// Rules
// - The two indices only grow and wrap at 2^32; the slot is index modulo the number of slots.
//   Each side writes one of them and keeps a private copy, which alone it believes: what the
//   other side has done to its own index in shared memory harms nobody but itself.
// - What is read of the other side's index is clamped: it can claim at most as much as there are slots
//   to be filled or taken.
// - A slot is copied out once, whole, before it is looked at. The other side may be changing it.
// - The producer signals when ring_put_commit() says so, that is, when the consumer may be asleep; the
//   consumer looks once more after it has asked to be woken (ring_sleep), so no signal is lost.
// - A side that restarts reads its own index from shared memory once (ring_join); then it is
//   private again.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct ring_shared {
	uint32_t produced; // written by the producer
	uint32_t reserved0[15];
	uint32_t consumed; // written by the consumer
	uint32_t sleeping; // written by the consumer: not 0, it waits for a signal
	uint32_t reserved1[14];
	uint8_t slots[];
};

_Static_assert(sizeof(struct ring_shared) == 128, "each side has its cache line");

// One side's view; private memory.
struct ring {
	struct ring_shared *shared;
	uint32_t slot_count; // a power of two
	uint32_t slot_bytes;
	uint32_t own; // the index that this side writes
};

#define RING_BYTES(slot_count, slot_bytes)                                                         \
	(sizeof(struct ring_shared) + (size_t)(slot_count) * (slot_bytes))

// Join a ring as producer or consumer; `bytes` of shared memory must hold it. Fresh memory is an
// empty ring. False: the sizes cannot be.
static inline bool ring_join(struct ring *ring, void *memory, size_t bytes, uint32_t slot_count,
			     uint32_t slot_bytes, bool producer)
{
	struct ring_shared *shared = memory;

	if (slot_count == 0 || slot_count & (slot_count - 1) || slot_count > 1u << 24 ||
	    slot_bytes == 0 || slot_bytes > 1u << 20 || bytes < RING_BYTES(slot_count, slot_bytes))
		return false;
	*ring = (struct ring){.shared = shared, .slot_count = slot_count, .slot_bytes = slot_bytes};
	ring->own =
		__atomic_load_n(producer ? &shared->produced : &shared->consumed, __ATOMIC_RELAXED);
	return true;
}

static inline void *ring_slot(const struct ring *ring, uint32_t index)
{
	return ring->shared->slots + (size_t)(index & (ring->slot_count - 1)) * ring->slot_bytes;
}

// How many slots the producer may fill.
static inline uint32_t ring_room(const struct ring *ring)
{
	uint32_t consumed = __atomic_load_n(&ring->shared->consumed, __ATOMIC_ACQUIRE);
	uint32_t used = ring->own - consumed;

	return used > ring->slot_count ? 0 : ring->slot_count - used;
}

// Copy one slot in; seen by the consumer after ring_put_commit. False: full.
static inline bool ring_put(struct ring *ring, const void *slot)
{
	if (ring_room(ring) == 0)
		return false;
	memcpy(ring_slot(ring, ring->own), slot, ring->slot_bytes);
	ring->own++;
	return true;
}

// Show what was put -> the consumer is to be signalled.
static inline bool ring_put_commit(struct ring *ring)
{
	__atomic_store_n(&ring->shared->produced, ring->own, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return __atomic_load_n(&ring->shared->sleeping, __ATOMIC_RELAXED) != 0;
}

// How many slots the consumer may take.
static inline uint32_t ring_filled(const struct ring *ring)
{
	uint32_t produced = __atomic_load_n(&ring->shared->produced, __ATOMIC_ACQUIRE);
	uint32_t filled = produced - ring->own;

	return filled > ring->slot_count ? ring->slot_count : filled;
}

// Copy one slot out; it stays. False: empty.
static inline bool ring_peek(const struct ring *ring, void *slot)
{
	if (ring_filled(ring) == 0)
		return false;
	memcpy(slot, ring_slot(ring, ring->own), ring->slot_bytes);
	return true;
}

// Give the place of what was peeked at back.
static inline void ring_done(struct ring *ring)
{
	ring->own++;
	__atomic_store_n(&ring->shared->consumed, ring->own, __ATOMIC_RELEASE);
}

// Both in one. False: empty.
static inline bool ring_take(struct ring *ring, void *slot)
{
	if (!ring_peek(ring, slot))
		return false;
	ring_done(ring);
	return true;
}

// Ask to be signalled -> true: nothing is there, go and wait. False: take first.
static inline bool ring_sleep(struct ring *ring)
{
	__atomic_store_n(&ring->shared->sleeping, 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (ring_filled(ring) == 0)
		return true;
	__atomic_store_n(&ring->shared->sleeping, 0, __ATOMIC_RELAXED);
	return false;
}

static inline void ring_awake(struct ring *ring)
{
	__atomic_store_n(&ring->shared->sleeping, 0, __ATOMIC_RELAXED);
}
