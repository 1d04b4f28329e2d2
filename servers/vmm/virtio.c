// SPDX-License-Identifier: MIT
//
// The registers of virtio devices in memory, and the way of a request: see the header. A driver that breaks
// the rules finds its device stopped (DEVICE_NEEDS_RESET) until it resets it; nothing else comes of it.
#include <string.h>

#include "vmm.h"

enum {
	MAGIC = 0x000,
	VERSION = 0x004,
	DEVICE = 0x008,
	VENDOR = 0x00c,
	FEATURES = 0x010,
	FEATURES_SELECT = 0x014,
	DRIVER_FEATURES = 0x020,
	DRIVER_FEATURES_SELECT = 0x024,
	QUEUE_SELECT = 0x030,
	QUEUE_SIZE_MAX = 0x034,
	QUEUE_SIZE = 0x038,
	QUEUE_READY = 0x044,
	QUEUE_NOTIFY = 0x050,
	INTERRUPT_STATUS = 0x060,
	INTERRUPT_DONE = 0x064,
	STATUS = 0x070,
	QUEUE_DESCRIPTORS = 0x080, // low, then high half
	QUEUE_AVAILABLE = 0x090,
	QUEUE_USED = 0x0a0,
	REGION_LENGTH = 0x0b0, // of shared memory, low, then high half: there is none
	REGION_BASE_HIGH = 0x0bc,
	GENERATION = 0x0fc,
	CONFIGURATION = 0x100,

	STATUS_FEATURES_OK = 8,
	STATUS_DRIVER_OK = 4,
	STATUS_NEEDS_RESET = 64,

	INTERRUPT_QUEUE = 1,
	INTERRUPT_CONFIGURATION = 2,
};

#define FEATURE_VERSION_1 (1ul << 32)

static const struct virtio_kind *const kinds[VIRTIO_MAX] = {
	[VIRTIO_DISK] = &virtio_disk,
	[VIRTIO_NET] = &virtio_net,
	[VIRTIO_CONSOLE] = &virtio_console,
	[VIRTIO_RANDOM] = &virtio_random,
};

static uint64_t features_of(unsigned place)
{
	const struct virtio_kind *kind = kinds[place];

	return kind->features | FEATURE_VERSION_1 |
	       (kind->features_more != NULL ? kind->features_more() : 0);
}

static const struct virtio_kind *kind_of(unsigned place)
{
	return place < VIRTIO_MAX && machine->virtio[place].present ? kinds[place] : NULL;
}

// NULL: the guest has selected one that there is not.
static struct virtqueue *selected(unsigned place)
{
	struct virtio *v = &machine->virtio[place];

	return v->queue_select < kinds[place]->queues ? &v->queue[v->queue_select] : NULL;
}

// ---- interrupts ---------------------------------------------------------------------------------------

static void interrupt_raise(unsigned cpu, unsigned place, uint32_t why)
{
	struct virtio *v = &machine->virtio[place];

	machine_change(cpu, v, offsetof(struct virtio, queue));
	v->interrupt |= why;
	ioapic_line(cpu, VIRTIO_GSI + place, true);
}

void virtio_configuration_changed(unsigned cpu, unsigned place)
{
	struct virtio *v = &machine->virtio[place];

	if (!v->present)
		return;
	machine_change(cpu, v, offsetof(struct virtio, queue));
	v->generation++;
	if (v->status & STATUS_DRIVER_OK)
		interrupt_raise(cpu, place, INTERRUPT_CONFIGURATION);
}

// ---- registers ----------------------------------------------------------------------------------------

static uint32_t content_read(const struct virtio_kind *kind, unsigned offset, unsigned bytes)
{
	uint8_t content[VIRTIO_CONFIG_BYTES] = {0};
	uint32_t value = 0;

	if (kind->configuration == NULL || bytes > 4 || offset + bytes > sizeof(content))
		return 0;
	kind->configuration(content);
	memcpy(&value, content + offset, bytes);
	return value;
}

uint32_t virtio_read(unsigned place, unsigned offset, unsigned bytes)
{
	const struct virtio_kind *kind = kind_of(place);
	const struct virtqueue *queue;
	const struct virtio *v;

	if (offset >= CONFIGURATION)
		return kind != NULL ? content_read(kind, offset - CONFIGURATION, bytes) : 0;
	if (bytes != 4 || offset & 3)
		return 0;
	if (offset == MAGIC)
		return 0x74726976;
	if (offset == VERSION)
		return 2;
	if (kind == NULL)
		return 0; // no device here
	v = &machine->virtio[place];
	queue = selected(place);
	switch (offset) {
	case DEVICE: return kind->id;
	case VENDOR: return 0x4c504143; // "CAPL"
	case FEATURES:
		return v->feature_select < 2 ? features_of(place) >> 32 * v->feature_select : 0;
	case QUEUE_SIZE_MAX: return queue != NULL ? VIRTQUEUE_MAX : 0;
	case QUEUE_READY: return queue != NULL ? queue->ready : 0;
	case INTERRUPT_STATUS: return v->interrupt;
	case STATUS: return v->status;
	case GENERATION: return v->generation;
	}
	return offset >= REGION_LENGTH && offset <= REGION_BASE_HIGH ? ~0u : 0;
}

static void status_write(unsigned cpu, unsigned place, uint32_t value)
{
	struct virtio *v = &machine->virtio[place];

	if (value == 0) { // reset
		machine_change(cpu, v, sizeof(*v));
		memset(&v->status, 0, sizeof(*v) - offsetof(struct virtio, status));
		ioapic_line(cpu, VIRTIO_GSI + place, false);
		return;
	}
	if (value & STATUS_FEATURES_OK &&
	    (v->driver_features & ~features_of(place) || !(v->driver_features & FEATURE_VERSION_1)))
		value &= ~(uint32_t)STATUS_FEATURES_OK;
	v->status = (v->status & STATUS_NEEDS_RESET) | (value & 0xff);
}

// Addresses of a queue and its size are fixed once it is ready.
static void queue_write(unsigned cpu, unsigned place, unsigned offset, uint32_t value)
{
	struct virtqueue *queue = selected(place);
	uint64_t *address;

	if (queue == NULL)
		return;
	machine_change(cpu, queue, sizeof(*queue));
	if (offset == QUEUE_READY) {
		queue->ready = value == 1 && virtqueue_sane(queue);
		return;
	}
	if (queue->ready)
		return;
	if (offset == QUEUE_SIZE) {
		queue->size = value <= VIRTQUEUE_MAX ? (uint16_t)value : 0;
		return;
	}
	switch (offset & ~4u) {
	case QUEUE_DESCRIPTORS: address = &queue->descriptors; break;
	case QUEUE_AVAILABLE: address = &queue->available; break;
	case QUEUE_USED: address = &queue->used_ring; break;
	default: return;
	}
	if (offset & 4)
		*address = (*address & 0xffffffff) | (uint64_t)value << 32;
	else
		*address = (*address & ~0xfffffffful) | value;
}

static void features_write(struct virtio *v, uint32_t value)
{
	unsigned shift = 32 * v->driver_feature_select;

	if (v->driver_feature_select > 1 || v->status & STATUS_FEATURES_OK)
		return;
	v->driver_features = (v->driver_features & ~(0xfffffffful << shift)) | (uint64_t)value
										       << shift;
}

void virtio_write(unsigned cpu, unsigned place, unsigned offset, unsigned bytes, uint32_t value)
{
	const struct virtio_kind *kind = kind_of(place);
	struct virtio *v;

	if (kind == NULL)
		return;
	v = &machine->virtio[place];
	if (offset >= CONFIGURATION) {
		if (kind->configuration_written != NULL && bytes == 4)
			kind->configuration_written(cpu, offset - CONFIGURATION, value);
		return;
	}
	if (bytes != 4 || offset & 3)
		return;
	machine_change(cpu, v, offsetof(struct virtio, queue));
	switch (offset) {
	case FEATURES_SELECT: v->feature_select = value; break;
	case DRIVER_FEATURES_SELECT: v->driver_feature_select = value; break;
	case DRIVER_FEATURES: features_write(v, value); break;
	case QUEUE_SELECT: v->queue_select = value; break;
	case QUEUE_NOTIFY:
		if (value < kind->queues)
			virtio_kick(place, value);
		break;
	case INTERRUPT_DONE:
		v->interrupt &= ~value;
		if (v->interrupt == 0)
			ioapic_line(cpu, VIRTIO_GSI + place, false);
		break;
	case STATUS: status_write(cpu, place, value); break;
	default: queue_write(cpu, place, offset, value);
	}
}

// ---- requests -----------------------------------------------------------------------------------------

void virtio_kick(unsigned place, unsigned queue)
{
	__atomic_fetch_or(&machine->virtio[place].kicked, 1u << queue, __ATOMIC_SEQ_CST);
}

bool virtio_facts(unsigned place, uint32_t *kind, uint64_t *requests)
{
	const struct virtio_kind *k = kind_of(place);

	*kind = k != NULL ? k->id : 0;
	*requests = k != NULL ? machine->virtio[place].requests : 0;
	return place < VIRTIO_MAX;
}

void virtio_resume(void)
{
	for (unsigned place = 0; place < VIRTIO_MAX; place++)
		for (unsigned i = 0; i < VIRTIO_QUEUES; i++)
			if (machine->virtio[place].queue[i].ready)
				virtio_kick(place, i);
}

static void queue_show(unsigned cpu, unsigned place, struct virtqueue *queue)
{
	bool interrupt;

	if (queue->used == queue->taken)
		return;
	interrupt = virtqueue_show(queue);
	machine_change(cpu, queue, sizeof(*queue));
	queue->used = queue->taken;
	if (interrupt)
		interrupt_raise(cpu, place, INTERRUPT_QUEUE);
	machine_commit(cpu);
}

static void device_break(unsigned cpu, unsigned place)
{
	struct virtio *v = &machine->virtio[place];

	machine_change(cpu, v, offsetof(struct virtio, queue));
	v->status |= STATUS_NEEDS_RESET;
	interrupt_raise(cpu, place, INTERRUPT_CONFIGURATION);
	machine_commit(cpu);
}

static void queue_run(unsigned cpu, unsigned place, unsigned number)
{
	struct virtio *v = &machine->virtio[place];
	struct virtqueue *queue = &v->queue[number];
	struct chain chain;

	queue_show(cpu, place, queue); // of a predecessor
	for (unsigned i = 0; i < queue->size; i++) {
		enum virtqueue_found found = virtqueue_next(queue, &chain);
		uint32_t written = 0;

		if (found == VIRTQUEUE_BROKEN)
			device_break(cpu, place);
		if (found != VIRTQUEUE_REQUEST ||
		    !kinds[place]->serve(cpu, number, &chain, &written))
			return;
		machine_change(cpu, v, sizeof(*v));
		v->requests++;
		queue->head = chain.head;
		queue->length = written;
		queue->taken++;
		machine_commit(cpu);
		queue_show(cpu, place, queue);
	}
	virtio_kick(place, number); // there may be more: first let the guest run
}

void virtio_run(unsigned cpu)
{
	for (unsigned place = 0; place < VIRTIO_MAX; place++) {
		struct virtio *v = &machine->virtio[place];
		uint32_t kicked;

		if (__atomic_load_n(&v->kicked, __ATOMIC_RELAXED) == 0)
			continue;
		kicked = __atomic_exchange_n(&v->kicked, 0, __ATOMIC_SEQ_CST);

		for (unsigned i = 0; kicked >> i != 0; i++)
			if (kicked >> i & 1 && v->queue[i].ready &&
			    (v->status & (STATUS_DRIVER_OK | STATUS_NEEDS_RESET)) ==
				    STATUS_DRIVER_OK)
				queue_run(cpu, place, i);
	}
}
