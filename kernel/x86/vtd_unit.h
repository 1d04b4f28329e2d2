// SPDX-License-Identifier: MIT
//
// One remapping unit: its registers (Intel VT-d specification, "Register Descriptions"), by their
// offset in bytes, and what vtd.c and vtd_start.c share.
#pragma once

#include "acpi.h"
#include "vtd.h"

enum vtd_register {
	VTD_CAPABILITY = 0x08, // 64 bits
	VTD_EXTENDED = 0x10,   // 64 bits
	VTD_COMMAND = 0x18,
	VTD_STATUS = 0x1c,
	VTD_ROOT = 0x20, // 64 bits
	VTD_FAULT_STATUS = 0x34,
	VTD_FAULT_CONTROL = 0x38,
	VTD_FAULT_DATA = 0x3c,
	VTD_FAULT_ADDRESS = 0x40,
	VTD_FAULT_UPPER = 0x44,
	VTD_QUEUE_TAIL = 0x88,
	VTD_QUEUE = 0x90,  // 64 bits
	VTD_ROUTES = 0xb8, // 64 bits
};

#define VTD_QUEUE_ENTRIES 256

struct vtd_entry {
	uint64_t low, high;
};

struct vtd_unit {
	volatile uint32_t *registers, *faults;
	unsigned fault_count;
	struct vtd_entry *queue;
	unsigned tail;		// of the queue: the next free place
	volatile uint32_t done; // the unit has come to the queue's end
};

extern struct vtd_unit vtd_unit[ACPI_MAX_IOMMUS];
extern struct vtd_entry *vtd_context[256];
extern struct vtd_entry vtd_route[];

void vtd_forget(uint64_t what);
