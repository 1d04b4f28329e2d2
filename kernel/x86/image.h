// SPDX-License-Identifier: MIT
//
// Where the linker put the parts of the kernel's image (kernel.lds).
#pragma once

#include "status.h"

#define KERNEL_IMAGE_START 0x100000ul // physical; kernel.lds has the same number
extern char kernel_text_start[], kernel_runtime_start[], kernel_text_end[], kernel_rodata_end[];
extern char kernel_image_end[];
extern char kernel_entry_end[]; // the entries begin the run-time text
