// SPDX-License-Identifier: MIT
//
// The way back of sigsetjmp: the signal mask first, since a signal that this lets in must find the
// stack that it interrupted.

#include <caplet/thread.h>
#include <setjmp.h>
#include <stddef.h>

void siglongjmp(sigjmp_buf environment, int value)
{
	if (environment->saved)
		sigprocmask(SIG_SETMASK, &environment->mask, NULL);
	thread_self()->on_signal_stack = 0; // nobody leaps from below to the stack for signals
	longjmp(environment->registers, value);
}
