// SPDX-License-Identifier: MIT
//
// newlib's <setjmp.h>, and the kind that saves the signal mask. setjmp itself does not save it.

#pragma once

#include_next <setjmp.h>

#include <signal.h>

typedef struct {
	jmp_buf registers;
	int saved; // whether `mask` is to be put back
	sigset_t mask;
} sigjmp_buf[1];

// The kind that never saves the mask. newlib would make them of its own sigsetjmp.
#undef _setjmp
#undef _longjmp
#undef sigsetjmp
#undef siglongjmp
#define _setjmp(environment)	     setjmp(environment)
#define _longjmp(environment, value) longjmp(environment, value)

// A macro, because setjmp returns twice to whoever calls it.
#define sigsetjmp(environment, save)                                                               \
	((environment)->saved = (save),                                                            \
	 (environment)->saved ? sigprocmask(SIG_SETMASK, NULL, &(environment)->mask) : 0,          \
	 setjmp((environment)->registers))

__BEGIN_DECLS
void siglongjmp(sigjmp_buf environment, int value) __attribute__((__noreturn__));
__END_DECLS
