// SPDX-License-Identifier: MIT
#pragma once

// Load the executing CPU's descriptor tables and set up its system call entry.
void segment_init_cpu(unsigned number);
