// SPDX-License-Identifier: MIT
//
// What the direct way of a call (direct.c) leaves to the system calls proper.
#pragma once

#include "arch.h"
#include "cap.h"

// Invoke the object of the capability that the thread's call names, if its arguments are all among
// the words that the entry has saved.
struct answer syscall_invoke_short(struct thread *thread, struct slot *slot);
