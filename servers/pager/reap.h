// SPDX-License-Identifier: MIT
//
// Taking apart what is doomed, and going on after a predecessor.
#pragma once

#include <stdbool.h>

// At the start of every request: everything before it was committed, so settle what the last one
// left to be deleted, and take apart what it doomed. Quotas are then what they ought to be.
void changes_begin(void);
// Take apart all doomed regions and objects. With commits.
void reap(void);
// After a restart, when the journal has been played back.
void state_recover(void);
