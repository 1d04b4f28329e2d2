// SPDX-License-Identifier: MIT
//
// The switch from thread to thread on the model machine: only the address space is remembered.
#pragma once

#include "arch.h"
#include "cpu.h"

static inline bool arch_switch_is_plain(const struct thread *from, const struct thread *to)
{
	return true;
}

static inline void arch_switch_plain(struct cpu *cpu, struct thread *from, struct thread *to)
{
	if (to->space)
		cpu->arch.space = to->space;
}

static inline void arch_switch_elaborate(struct thread *from, struct thread *to)
{
}
