// SPDX-License-Identifier: MIT
//
// Two views of an address space, for CPUs on which user level could read what is mapped for the
// kernel (Meltdown, CVE-2017-5754): user level runs on a view that has of the kernel only the
// entries, the interrupt descriptor table, and of each CPU's block the segments page and the
// interrupt stacks. Entries load the full view first, exits the user view last.
//
// Chosen at boot: on by itself on CPUs that may be vulnerable, `split=on` or `split=off` on the
// kernel's command line decides otherwise. Without it nothing of it is in the way: the entries are
// other ones, and the exits are changed in three places before the text becomes read-only.
#pragma once

#include <stdint.h>

void split_choose(void); // sets features.split
void split_patch(void);	 // while the text is still writable

// The root entry of the user view that leads to the parts named above, 0 without the split.
extern uint64_t split_root_entry;
