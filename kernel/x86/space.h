// SPDX-License-Identifier: MIT
#pragma once

#include "cpu.h"

void space_change(struct vspace *v);
void space_leave(void);				// the kernel's own root
void space_forget_noted(void);			// what other CPUs have changed
uint64_t space_flushes(const struct vspace *v); // how often a guest's memory was

// Run on this address space from now on.
static inline void space_load(struct vspace *v)
{
	if (cpu_self()->arch.space != v)
		space_change(v);
}
