// SPDX-License-Identifier: MIT
//
// Faults of threads: resolved, or the end of the thread and a note for the supervisor.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// A fault message (caplet/abi/fault.h) of a thread. true: resume it; false: it stays stopped and a
// crash is noted. Committed either way.
bool fault_handle(uint64_t process, uint32_t thread, uint32_t label, const uint64_t *words);
