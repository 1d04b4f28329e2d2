// SPDX-License-Identifier: MIT
//
// What tests may do with the model machine beyond kernel/arch.h.
#pragma once

#include "arch.h"

void host_reset(void); // a fresh machine: empty memory, the clock at one second
extern void (*host_panic_hook)(void);
