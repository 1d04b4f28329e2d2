// SPDX-License-Identifier: MIT
//
// Virtio devices (Virtual I/O Device 1.1, "Virtio Over MMIO", version 2). A device of a kind is a `struct
// virtio_kind`: what it offers, and how it carries out one request.
//
// The guest's writes to registers are part of an exit, and with it done as a whole or not at all; a
// notification only leaves a bit in `kicked`. Requests are carried out between exits (virtio_run), one after
// the other, each in three steps, so that a successor of this process can go on at any instant:
//
//   carry out     what may happen twice: nobody has been told yet
//   take          one transaction: the request is done, with whatever the device keeps of it
//   show          tell the guest, what may happen twice, too; a transaction notes that it is told
#pragma once

#include "virtqueue.h"

#define VIRTIO_QUEUES	    3
#define VIRTIO_CONFIG_BYTES 64

enum virtio_place { // which of the VIRTIO_MAX places, and so which interrupt, a kind has
	VIRTIO_DISK,
	VIRTIO_NET,
	VIRTIO_CONSOLE,
	VIRTIO_RANDOM,
	VIRTIO_BALLOON,
};

// Plain state, kept in the ledger.
struct virtio {
	uint64_t requests; // carried out since the guest started
	uint32_t present;
	uint32_t status; // from here on: zero after a reset
	uint32_t feature_select, driver_feature_select, queue_select;
	uint32_t interrupt;  // bits: 1 a queue, 2 the configuration
	uint32_t generation; // of the configuration
	uint32_t kicked;     // queues to be looked at, bits; a hint, set anew after a restart
	uint64_t driver_features;
	struct virtqueue queue[VIRTIO_QUEUES];
};

struct virtio_kind {
	uint32_t id; // that virtio gives the kind
	uint32_t queues;
	uint64_t features;
	void (*configuration)(uint8_t *bytes); // fills VIRTIO_CONFIG_BYTES
	void (*configuration_written)(unsigned cpu, unsigned offset, uint32_t value);
	// Carry out a request of a queue. False: not now; it is tried again at the next kick. What the device
	// keeps is changed after machine_change(): the caller commits.
	bool (*serve)(unsigned cpu, unsigned queue, const struct chain *chain, uint32_t *written);
	uint64_t (*features_more)(void); // NULL: none
};

extern const struct virtio_kind virtio_disk, virtio_net, virtio_console, virtio_random,
	virtio_balloon;

uint32_t virtio_read(unsigned place, unsigned offset, unsigned bytes);
void virtio_write(unsigned cpu, unsigned place, unsigned offset, unsigned bytes, uint32_t value);

void virtio_kick(unsigned place, unsigned queue); // there is something new for a queue
void virtio_resume(void);			  // after a restart: look at all queues
void virtio_run(unsigned cpu);			  // between exits, with the machine locked
void virtio_configuration_changed(unsigned cpu, unsigned place);
// False: no such place.
bool virtio_facts(unsigned place, uint32_t *kind, uint64_t *requests);
