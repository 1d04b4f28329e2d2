// SPDX-License-Identifier: MIT
#pragma once

struct vspace;

// Run on this address space from now on.
void space_load(struct vspace *v);
