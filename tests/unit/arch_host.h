// SPDX-License-Identifier: MIT
//
// What tests may do with the model machine beyond kernel/arch.h.
#pragma once

#include "arch.h"

void host_reset(void); // a fresh machine: empty memory, the clock at one second
extern void (*host_panic_hook)(void);

// The kernel's console: on the standard error output unless silent; its end is kept in host_output.
enum { HOST_OUTPUT_BYTES = 256 };
extern bool host_silent;
extern char host_output[HOST_OUTPUT_BYTES];
extern unsigned host_lines; // that the kernel has printed
