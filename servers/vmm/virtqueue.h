// SPDX-License-Identifier: MIT
//
// Split virtqueues (Virtual I/O Device 1.1, "Split Virtqueues"), the device's side. The three areas are
// in the guest's memory, which the guest may change at any time; so each word of it is read once, and
// what was read is checked before it is used.
//
// Rules:
// - A request is looked at by virtqueue_next() as often as one likes; nothing changes by that.
// - Whoever has carried it out stores its head and its length and counts `taken` up, in one transaction. From then on
//   it is done, and will not be done again.
// - virtqueue_show() tells the guest. It may be repeated: it writes the same words to the same places.
//   Then `used` becomes `taken`. So the two differ by one at most, and requests end in the order in
//   which they were made.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define VIRTQUEUE_MAX 128 // descriptors

// Plain state, kept in the ledger.
struct virtqueue {
	uint64_t descriptors, available, used_ring; // guest-physical addresses
	uint16_t size;				    // a power of two, 1..VIRTQUEUE_MAX
	uint16_t ready;
	uint16_t taken;	 // requests carried out, modulo 2^16
	uint16_t used;	 // of them shown to the guest
	uint32_t head;	 // of the last one carried out: its first descriptor
	uint32_t length; // bytes written for it
};

struct piece {
	uint8_t *data; // in the guest's memory: untrusted, and changing
	uint32_t bytes;
};

// What the guest has asked for: first the pieces to be read, then those to be written.
struct chain {
	uint32_t head;
	uint32_t readable, pieces;
	uint64_t readable_bytes, writable_bytes;
	struct piece piece[VIRTQUEUE_MAX];
};

enum virtqueue_found {
	VIRTQUEUE_EMPTY,
	VIRTQUEUE_REQUEST,
	VIRTQUEUE_BROKEN, // the guest's words make no sense; the device stops until it is reset
};

// Whether the three areas can be: aligned, and the guest's memory.
bool virtqueue_sane(const struct virtqueue *queue);

enum virtqueue_found virtqueue_next(const struct virtqueue *queue, struct chain *chain);

// Tell the guest of the last request -> it wants an interrupt.
bool virtqueue_show(const struct virtqueue *queue);

// Copy from the readable, or to the writable bytes of a request, `at` bytes from their start -> how many
// there were to copy.
uint64_t chain_read(const struct chain *chain, uint64_t at, void *to, uint64_t bytes);
uint64_t chain_write(const struct chain *chain, uint64_t at, const void *from, uint64_t bytes);
