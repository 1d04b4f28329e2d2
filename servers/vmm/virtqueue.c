// SPDX-License-Identifier: MIT
//
// Split virtqueues: see the header. It knows of the machine nothing but guest_memory(), so the same file
// is tested on the host. Indirect descriptors and event indices are not offered to the guest.
#include <assert.h>
#include <string.h>

#include "virtqueue.h"
#include "vmm.h"

enum {
	DESCRIPTOR_NEXT = 1,
	DESCRIPTOR_WRITE = 2,
	DESCRIPTOR_INDIRECT = 4,
	AVAILABLE_NO_INTERRUPT = 1,
};

// As they lie in the guest's memory.
struct available {
	uint16_t flags, index;
	uint16_t ring[];
};

struct used_element {
	uint32_t id, length;
};

struct used {
	uint16_t flags, index;
	struct used_element ring[];
};

// The second word of a descriptor; the first is the address.
struct descriptor {
	uint32_t bytes;
	uint16_t flags, next;
};

static_assert(sizeof(struct descriptor) == 8, "half of a descriptor, read by one load");

static const struct available *available(const struct virtqueue *queue)
{
	return guest_memory(queue->available, sizeof(struct available) + 2ul * queue->size);
}

static struct used *used(const struct virtqueue *queue)
{
	return guest_memory(queue->used_ring,
			    sizeof(struct used) + sizeof(struct used_element) * queue->size);
}

bool virtqueue_sane(const struct virtqueue *queue)
{
	if (queue->size == 0 || queue->size > VIRTQUEUE_MAX || queue->size & (queue->size - 1))
		return false;
	if (queue->descriptors & 15 || queue->available & 1 || queue->used_ring & 3)
		return false;
	return guest_memory(queue->descriptors, 16ul * queue->size) != NULL &&
	       available(queue) != NULL && used(queue) != NULL;
}

static bool piece_add(struct chain *chain, uint64_t address, struct descriptor d)
{
	struct piece *piece = &chain->piece[chain->pieces];
	bool write = d.flags & DESCRIPTOR_WRITE;

	if (d.flags & DESCRIPTOR_INDIRECT || d.bytes == 0)
		return false;
	if (!write && chain->readable != chain->pieces)
		return false; // to be read, behind one to be written
	piece->data = guest_memory(address, d.bytes);
	piece->bytes = d.bytes;
	chain->pieces++;
	if (write) {
		chain->writable_bytes += d.bytes;
	} else {
		chain->readable++;
		chain->readable_bytes += d.bytes;
	}
	return piece->data != NULL;
}

enum virtqueue_found virtqueue_next(const struct virtqueue *queue, struct chain *chain)
{
	const struct available *ring = available(queue);
	const uint64_t *table = guest_memory(queue->descriptors, 16ul * queue->size);
	unsigned mask = queue->size - 1u;
	uint16_t waiting, at;

	if (ring == NULL || table == NULL)
		return VIRTQUEUE_BROKEN;
	waiting = __atomic_load_n(&ring->index, __ATOMIC_ACQUIRE) - queue->taken;
	if (waiting == 0)
		return VIRTQUEUE_EMPTY;
	if (waiting > queue->size)
		return VIRTQUEUE_BROKEN;
	at = __atomic_load_n(&ring->ring[queue->taken & mask], __ATOMIC_RELAXED);
	chain->head = at;
	chain->readable = chain->pieces = 0;
	chain->readable_bytes = chain->writable_bytes = 0;
	// A chain has at most as many descriptors as there are: one that bites its tail ends here, too.
	for (unsigned i = 0; i < queue->size; i++) {
		uint64_t word;
		struct descriptor d;

		if (at >= queue->size)
			return VIRTQUEUE_BROKEN;
		word = __atomic_load_n(&table[2 * at + 1], __ATOMIC_RELAXED);
		memcpy(&d, &word, sizeof(d));
		if (!piece_add(chain, __atomic_load_n(&table[2 * at], __ATOMIC_RELAXED), d))
			return VIRTQUEUE_BROKEN;
		if (!(d.flags & DESCRIPTOR_NEXT))
			return VIRTQUEUE_REQUEST;
		at = d.next;
	}
	return VIRTQUEUE_BROKEN;
}

bool virtqueue_show(const struct virtqueue *queue)
{
	const struct available *ring = available(queue);
	struct used *to = used(queue);
	unsigned place = (queue->taken - 1u) & (queue->size - 1u);

	if (ring == NULL || to == NULL)
		return false;
	to->ring[place] = (struct used_element){queue->head, queue->length};
	__atomic_store_n(&to->index, queue->taken, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return !(__atomic_load_n(&ring->flags, __ATOMIC_RELAXED) & AVAILABLE_NO_INTERRUPT);
}

static uint64_t copy(const struct chain *chain, unsigned first, unsigned end, uint64_t at,
		     uint8_t *buffer, uint64_t bytes, bool write)
{
	uint64_t done = 0;

	for (unsigned i = first; i < end && done < bytes; i++) {
		const struct piece *piece = &chain->piece[i];
		uint64_t count;

		if (at >= piece->bytes) {
			at -= piece->bytes;
			continue;
		}
		count = piece->bytes - at < bytes - done ? piece->bytes - at : bytes - done;
		if (write)
			memcpy(piece->data + at, buffer + done, count);
		else
			memcpy(buffer + done, piece->data + at, count);
		done += count;
		at = 0;
	}
	return done;
}

uint64_t chain_read(const struct chain *chain, uint64_t at, void *to, uint64_t bytes)
{
	return copy(chain, 0, chain->readable, at, to, bytes, false);
}

uint64_t chain_write(const struct chain *chain, uint64_t at, const void *from, uint64_t bytes)
{
	return copy(chain, chain->readable, chain->pieces, at, (uint8_t *)(uintptr_t)from, bytes,
		    true);
}
