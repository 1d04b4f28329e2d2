// SPDX-License-Identifier: MIT
//
// The description of the machine that boot code gathers in struct boot_machine (kernel/arch.h):
// the two boot protocols fill it, the ACPI walk and the window use it, the portable kernel makes
// untyped memory from it.
//
// Regions are built with one verb, boot_region_set(), of which later calls win over earlier ones.
#pragma once

#include <stddef.h>

#include "arch.h"

extern struct boot_machine boot_machine;

#define BOOT_REGION_NONE (-1) // forget what was known: device space

// [start, end) is of this kind from now on. RAM shrinks to whole pages, all else grows to them.
void boot_region_set(paddr_t start, paddr_t end, int kind);

// Zeroed pages next to the kernel's image for its own tables, taken from the free RAM below 4 GiB.
void *boot_pages_take(unsigned count);

// Copies of what the boot protocols name; addresses beyond the 4 GiB that boot code sees are NULL.
const void *boot_physical(paddr_t address, uint64_t bytes);
void boot_command_line_set(const char *text, uint64_t limit);

// Take what the loader says from its structure at physical address `info`.
void boot_pvh_read(paddr_t info);
void boot_multiboot2_read(paddr_t info);

// After the loader's map: keep the archive and low memory; find the RSDP if nobody named it.
void boot_memory_finish(void);
