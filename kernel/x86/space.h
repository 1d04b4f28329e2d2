// SPDX-License-Identifier: MIT
#pragma once

#include "cpu.h"

void space_change(struct vspace *v);

// Run on this address space from now on.
static inline void space_load(struct vspace *v)
{
	if (cpu_self()->arch.space != v)
		space_change(v);
}
