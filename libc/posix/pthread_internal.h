// SPDX-License-Identifier: MIT
//
// What the thread functions know of each other.
#pragma once

#include <stdint.h>

// Runs the destructors of the calling thread's keys.
void pthread_keys_end(void);
