// SPDX-License-Identifier: MIT
//
// The switch from thread to thread: segment bases, vector registers, address space.
//
// Part of the port contract (kernel/arch.h), but inline: it is in every message. The plain case is
// here: no vector registers in play, bases read and written by instructions of their own and nobody
// using gs, one view of each space. All else is arch_switch_elaborate() in frame.c.
//
// The saved bases of the current thread mean nothing, but its gs base is kept 0 there.
#pragma once

#include "arch.h"
#include "cpu.h"
#include "feature.h"
#include "instr.h"
#include "space.h"
#include "thread.h"

// To be called when any of that has changed.
static inline void switch_note(struct arch_thread *thread)
{
	thread->elaborate = features.switch_elaborate || thread->uses_fpu || thread->gs_base != 0;
}

static inline bool arch_switch_is_plain(const struct thread *from, const struct thread *to)
{
	return likely(!(from->arch.elaborate | to->arch.elaborate)) && likely(!rdgsbase());
}

// `to` has an address space.
static inline void arch_switch_plain(struct cpu *cpu, struct thread *from, struct thread *to)
{
	from->arch.fs_base = rdfsbase();
	wrfsbase(to->arch.fs_base);
	// The machine's costliest step, and not needed within a space.
	if (to->space != cpu->arch.space) {
		cpu->arch.space = to->space;
		write_cr3(space_root(to->space));
	}
}

void arch_switch_elaborate(struct thread *from, struct thread *to);
