// SPDX-License-Identifier: MIT
//
// The way back of sigsetjmp: the signal mask first, since a signal that this lets in must find the
// stack that it interrupted.

#include <setjmp.h>
#include <stddef.h>

void siglongjmp(sigjmp_buf environment, int value)
{
	if (environment->saved)
		sigprocmask(SIG_SETMASK, &environment->mask, NULL);
	longjmp(environment->registers, value);
}
