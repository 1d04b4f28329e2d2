// SPDX-License-Identifier: MIT
//
// A monitor on the host, as far as virtio devices need one: memory of a guest, transactions that can be played
// back, a disk in memory. Each step that it takes may be its last: host_die_at() chooses one, and
// host_run() tells whether it came to it.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOST_MEMORY (64ul << 10)
#define HOST_DISK   (16ul << 10)

extern uint8_t *host_memory; // HOST_MEMORY bytes, and not one more
extern uint8_t host_disk[HOST_DISK];
extern bool host_line;		 // of the device's interrupt
extern void (*host_watch)(void); // called at each step: the guest looks at its memory meanwhile

void host_fresh(void);
void host_die_at(unsigned step); // 0: never
bool host_run(void);		 // virtio_run; false: died, and was followed by a successor
