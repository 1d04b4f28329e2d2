// SPDX-License-Identifier: MIT
//
// The guest's side of a virtio disk, for tests: one queue of QUEUE descriptors, and requests of three of them.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	QUEUE = 8,
	DESCRIPTORS = 0x1000,
	AVAILABLE = 0x2000,
	USED = 0x3000,
	HEADS = 0x4000,
	BUFFERS = 0x5000,
	SECTOR = 512,
};

struct descriptor {
	uint64_t address;
	uint32_t bytes;
	uint16_t flags, next;
};

extern uint16_t driver_made; // requests

struct descriptor *driver_descriptor(unsigned i);
uint16_t driver_used(void); // requests that the device says are done
uint8_t *driver_buffer(unsigned request);
uint8_t driver_outcome(unsigned request);
uint32_t driver_read_register(unsigned offset);
void driver_write_register(unsigned offset, uint32_t value);

void driver_start(void); // resets the device and sets it up
// A request for one sector, its buffer that of its number. The device is not told.
void driver_request(bool write, uint64_t sector);
void driver_offer(uint16_t head); // makes a chain available, whatever it is
void driver_kick(void);
