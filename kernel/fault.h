// SPDX-License-Identifier: MIT
//
// Faults: a thread that cannot go on asks its handler, by a message that the kernel sends for it.
//
//   RUNNING --fault--> FAULTED (queued at the handler's endpoint) --received--> FAULTED (behind a
//   reply object) --answer FAULT_RESUME--> RUNNING; --FAULT_STOP--> INACTIVE; --abort--> RUNNING, and
//   the fault happens anew
//
// Rules:
// - Only a thread with a FULL frame faults: its msg is free to hold the message.
// - A thread without a handler is suspended, and one line on the console says so, for the first
//   FAULT_LINES_MAX of them.
// - A fault that is received without a reply object could never be answered: the thread is suspended,
//   and it is the receiver's to resume it.
#pragma once

#include <caplet/abi/fault.h>

#include "thread.h"

#define FAULT_LINES_MAX 64

void fault_page(struct thread *thread, vaddr_t address, unsigned access);
void fault_exception(struct thread *thread, unsigned vector, uint64_t error_code, uint64_t extra);
// The budget is used up: tell the timeout handler. False: there is none.
bool fault_timeout(struct thread *thread) must_check;
// The handler has answered with the message of `from`: the thread is RUNNING or INACTIVE then.
void fault_answer(struct thread *from, struct thread *faulted);
