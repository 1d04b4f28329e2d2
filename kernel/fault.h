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
// - A thread without a handler is suspended, and one line on the console says so.
#pragma once

#include "thread.h"

// The thread's msg holds label and words: send them to its handler.
void fault_raise(struct thread *thread, enum thread_slot handler);
// The budget is used up: tell the timeout handler. False: there is none.
bool fault_timeout(struct thread *thread) must_check;
// The handler has answered with the message of `from`.
void fault_answer(struct thread *from, struct thread *faulted);
