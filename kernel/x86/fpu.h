// SPDX-License-Identifier: MIT
//
// Vector and x87 registers, by declaration of the thread. Rules:
// - A thread that declared no use runs with CR0.TS set: its first such instruction is a fault.
// - They are dead at a system call, but for MXCSR and the x87 control word; they are saved only when a
//   thread with a FULL frame is left.
// - No thread ever finds values of another: a thread is resumed with its own, or with initial ones.
// - CR0.TS is set if and only if the current thread declared no use, or runs a guest, whose registers
//   are then in the CPU, or in the vcpu instead of the thread: they are never dead.
#pragma once

#include "thread.h"

enum fpu_use { FPU_NONE, FPU_OWN, FPU_GUEST };

void fpu_exchange(struct thread *from, struct thread *to); // one of them uses the registers
void fpu_reset(struct thread *t);			   // initial values, in memory
void fpu_forget(struct thread *t); // the registers of no CPU hold values of `t` any more
void fpu_area_init(void *area);	   // initial values, to be loaded with XRSTOR or FXRSTOR

// `to` becomes the current thread after `from`.
static inline void fpu_switch(struct thread *from, struct thread *to)
{
	if (from->arch.uses_fpu | to->arch.uses_fpu)
		fpu_exchange(from, to);
}
