// SPDX-License-Identifier: MIT
//
// A 16550 on the host, reached through the kernel's I/O port methods as the driver reaches it, that
// can kill the driver at any access: before it has an effect, or after.
#pragma once

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

struct device {
	uint8_t sent[65536]; // what left the device
	uint32_t sent_count;
	const uint8_t *typed; // what comes in
	uint32_t typed_count;
	uint8_t enable, scratch, line;
	uint32_t fifo;	      // bytes waiting to go out
	bool wide;	      // the bus splits 16-bit writes
	uint32_t access, cut; // the driver dies at access number `cut`, 0: never
	jmp_buf killed;
};

extern struct device device;
