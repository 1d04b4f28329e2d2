// SPDX-License-Identifier: MIT
#pragma once

#include <caplet/abi/types.h>

// Replace the boot blob's tables by the kernel's own: the window alone, without what lies at 0.
// The regions of boot_machine and `devices` (pages of registers, uncached) become visible.
void window_init(const paddr_t *devices, unsigned device_count, unsigned cpus);

// The kernel's own root, on which a CPU without an address space runs.
extern uint64_t kernel_root[512];
