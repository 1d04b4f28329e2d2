// SPDX-License-Identifier: MIT
//
// The entry path of the model machine. See entry.c.
#pragma once

#include "thread.h"

// A system call of the current thread, whose registers are in its msg.
void entry_syscall(struct thread *t, uint64_t number);

extern uint64_t entry_direct_count; // how many messages went the direct way
