// SPDX-License-Identifier: MIT
#pragma once

#include "cpu.h"
#include "vspace.h"

#define SPACE_ROOT_ENTRY (KERNEL_PML4_LAST - 1)

// What CR3 is to hold while the space is loaded; 0 if there are two views.
static inline uint64_t space_root(const struct vspace *v)
{
	return v->user.entry[SPACE_ROOT_ENTRY];
}

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
