// SPDX-License-Identifier: MIT
//
// What the direct way of a call (direct.c) leaves to the system calls proper.
#pragma once

#include "arch.h"
#include "cap.h"

// The thread, whose arguments are in its msg, invokes the object of the capability in `slot`.
struct answer syscall_invoke(struct thread *thread, struct slot *slot);
