// SPDX-License-Identifier: MIT
//
// A CPU's descriptor tables, and the page that holds them.
//
// The page is the one part of the CPU's block that user level's view of an address space shows, if
// there is one (split.h): the hardware needs it at every entry.
#pragma once

#include <stdint.h>

struct tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3, io_map;
} __attribute__((packed));

struct segments {
	uint64_t gdt[7];
	struct tss tss;
	uint64_t reserved[12];
	uint64_t user_rsp, kernel_root, user_root; // see layout.h
};

// Load the executing CPU's descriptor tables and set up its system call entry.
void segment_init_cpu(unsigned number);
struct segments *segment_self(void); // the executing CPU's
const void *segment_idt(void);	     // one page
