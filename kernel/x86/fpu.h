// SPDX-License-Identifier: MIT
//
// Vector and x87 registers, by declaration of the thread. Rules:
// - A thread that declared no use runs with CR0.TS set: its first such instruction is a fault.
// - They are dead at a system call, but for MXCSR and the x87 control word; they are saved only when a
//   thread with a FULL frame is left.
// - No thread ever finds values of another: a thread is resumed with its own, or with initial ones.
#pragma once

#include <stdint.h>

struct thread;

void fpu_init(void);
void fpu_leave(struct thread *from); // keep what `from` must find again
void fpu_enter(struct thread *to);   // make the registers those of `to`, or trapped
void fpu_reset(struct thread *t);    // initial values, in memory
void fpu_forget(struct thread *t);   // the registers of no CPU hold values of `t` any more
