// SPDX-License-Identifier: MIT
//
// Cutting what is left of physical memory into untyped memory for the root task.
//
// Rules:
// - Each piece is a power of two and aligned to its size.
// - What holds the boot archive and firmware tables comes first, in full; then memory and device
//   space, largest pieces first, as many as fit in struct boot_info.
#pragma once

#include <caplet/abi/boot.h>

#include "arch.h"

// All regions of the machine and the space between them, but for [taken_start, taken_end).
void boot_untyped_add_all(struct boot_info *info, const struct boot_machine *machine,
			  paddr_t taken_start, paddr_t taken_end);
