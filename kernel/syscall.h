// SPDX-License-Identifier: MIT
//
// What the direct way of a system call (direct.c) and the general one (syscall.c) share.
#pragma once

#include "arch.h"
#include "cap.h"
#include "sched.h"
#include "thread.h"

static const struct answer answer_saved = {ANSWER_SAVED, 0};

// The thread's call ends with `status` and the first `words` words of its msg.
static inline struct answer syscall_leave(struct thread *thread, uint64_t status, uint64_t words)
{
	if (likely(!cpu_self()->reschedule)) {
		return (struct answer){status, words};
	}
	thread_answer(thread, status, words);
	sched_choose();
	return answer_saved;
}

// The thread waits, or has been given what it finds.
static inline struct answer syscall_leave_saved(void)
{
	sched_leave();
	return answer_saved;
}
